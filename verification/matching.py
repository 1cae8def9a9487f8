"""What each line of an answer does: lines and claims in, verdicts out. The order of the lines changes nothing.

A verdict is a pure function of the set of distinct lines and of the claims, so that a file that is shuffled, or holds a line
twice, or is taken again, ends in the same certificates.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from verification.claim_files import Line, day_in

CERTIFICATE = "certificate"  # records a certificate
REJECTION = "rejection"  # records a rejection
DIFFERS = "differs"  # would record a certificate, once somebody has decided that the name is right
KNOWN = "known"  # says what the record says already
REPEATED = "repeated"  # the same as an earlier line
REFUSED = "refused"  # does nothing, and says why

DOES_SOMETHING = (CERTIFICATE, REJECTION)
WORDS = {
    CERTIFICATE: "Certificate",
    REJECTION: "Rejection",
    DIFFERS: "Name differs",
    KNOWN: "Known already",
    REPEATED: "Repeated",
    REFUSED: "Nothing is done",
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A claim as matching sees it. `names` are the spellings the record has; `is_here` says that it is in this batch."""

    pk: int
    registration: str
    names: tuple[str, ...]
    state: str
    is_here: bool
    batch: int | None
    claimed_on: dt.date
    certificate: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    line: Line
    what: str
    sentence: str
    claim: Known | None = None
    certificated_on: dt.date | None = None

    @property
    def word(self) -> str:
        return WORDS[self.what]

    @property
    def cells(self) -> dict[str, str]:
        return dict(self.line.cells)


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def number_of(text: str) -> str:
    """A registration number as it is compared: numbers are text, and spaces and capitals do not count."""
    return "".join(text.split()).upper()


def same_person(written: str, names: Collection[str]) -> bool:
    """Whether a name is one the record has, in either order: "Example, Robin" is Robin Example."""
    last, comma, first = written.partition(",")
    turned = f"{first} {last}" if comma else written
    return plain(turned) in {plain(one) for one in names}


def verdicts(
    lines: Sequence[Line],
    claims: Iterable[Known],
    *,
    registered: Collection[str],
    taken_numbers: Collection[str],
    today: dt.date,
    accepted: Collection[int] = (),
) -> list[Verdict]:
    """One verdict for each line, in the order of the file.

    `registered` are the numbers of the lines that belong to somebody, `taken_numbers` certificate numbers that stand on other
    claims than those given, `accepted` the lines whose differing name somebody has found to be right.
    """
    by_number: dict[str, list[Known]] = defaultdict(list)
    for claim in claims:
        by_number[number_of(claim.registration)].append(claim)
    distinct: dict[tuple[str, ...], Line] = {}
    repeated: dict[int, int] = {}
    for line in sorted(lines, key=lambda one: one.number):
        first = distinct.setdefault(_said(line), line)
        if first is not line:
            repeated[line.number] = first.number
    against = _contradictions(list(distinct.values()))
    found = []
    for line in lines:
        if line.number in repeated:
            found.append(Verdict(line=line, what=REPEATED, sentence=f"The same as line {repeated[line.number]}."))
            continue
        verdict = _verdict(line, by_number, registered, set(taken_numbers), against, today)
        if verdict.what == DIFFERS and line.number in accepted:
            verdict = replace(verdict, what=CERTIFICATE, sentence=f"{verdict.sentence} Taken as the same person.")
        found.append(verdict)
    return found


def _said(line: Line) -> tuple[str, ...]:
    """What a line says, so that two lines can be told to say the same."""
    cells = line.cells
    day = day_in(cells.get("date", ""))
    return (
        number_of(cells.get("registration", "")),
        plain(cells.get("name", "")),
        number_of(cells.get("certificate", "")),
        day.isoformat() if day else plain(cells.get("date", "")),
        plain(cells.get("reason", "")),
    )


def _contradictions(lines: list[Line]) -> dict[int, str]:
    """Lines that cannot all be right: of one learner, or of one certificate. By line, the sentence."""
    found: dict[int, str] = {}
    for place, what in ((0, "registration number"), (2, "certificate number")):
        groups: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            if key := _said(line)[place]:
                groups[key].append(line.number)
        for numbers in groups.values():
            if len(numbers) > 1:
                said = " and ".join(str(one) for one in sorted(numbers))
                for number in numbers:
                    found.setdefault(
                        number,
                        f"Lines {said} have the same {what} and say different things, so none is taken. Ask which is right.",
                    )
    return found


def _verdict(
    line: Line,
    by_number: dict[str, list[Known]],
    registered: Collection[str],
    taken_numbers: set[str],
    against: dict[int, str],
    today: dt.date,
) -> Verdict:
    cells = line.cells
    given = cells.get("registration", "")
    number, name = number_of(given), cells.get("name", "")

    def refused(sentence: str, claim: Known | None = None) -> Verdict:
        return Verdict(line=line, what=REFUSED, sentence=sentence, claim=claim)

    if not number:
        return refused("This line has no registration number.")
    if line.number in against:
        return refused(against[line.number])
    known = by_number.get(number, [])
    if not known:
        return refused(_nobody(given, number, name, by_number, registered))
    claim = _which(known)
    certificate, reason = cells.get("certificate", "").strip(), cells.get("reason", "").strip()
    if certificate and reason:
        return refused("This line has a certificate and a reason for a rejection. Ask which is right.", claim)
    if not certificate and not reason:
        return refused(
            "This line has neither a certificate nor a reason for a rejection, so nothing follows from it.", claim
        )
    if said := _already(claim, certificate, reason):
        return Verdict(line=line, what=KNOWN, sentence=said, claim=claim)
    if sentence := _not_open(claim):
        return refused(sentence, claim)
    if reason:
        return Verdict(line=line, what=REJECTION, sentence=f"The claim is rejected: {reason}", claim=claim)
    day = day_in(cells.get("date", ""))
    if sentence := _certificate_problem(certificate, cells.get("date", ""), day, claim, taken_numbers, today):
        return refused(sentence, claim)
    if name and not same_person(name, claim.names):
        said = f"The file says “{name}”, the record says “{claim.names[0]}”."
        return Verdict(line=line, what=DIFFERS, sentence=said, claim=claim, certificated_on=day)
    said = f"Certificate {certificate} is recorded, and {claim.names[0]} is told."
    return Verdict(line=line, what=CERTIFICATE, sentence=said, claim=claim, certificated_on=day)


def _which(claims: list[Known]) -> Known:
    """Of several claims of one learner: the open one of this batch, else an open one, else the newest."""
    return min(
        claims,
        key=lambda one: (
            not (one.is_here and one.state == "claimed"),
            one.state != "claimed",
            not one.is_here,
            -one.pk,
        ),
    )


def _nobody(given: str, number: str, name: str, by_number: dict[str, list[Known]], registered: Collection[str]) -> str:
    if number in registered:
        return f"{given} is registered here, and no certificate has been claimed under it."
    sentence = f"Nobody here is registered under {given}."
    alike = [
        one for claims in by_number.values() for one in claims if one.is_here and name and same_person(name, one.names)
    ]
    if len({one.registration for one in alike}) == 1:
        sentence += (
            f" {alike[0].names[0]} is in this batch under {alike[0].registration}: correct the one that is wrong."
        )
    return sentence


def _already(claim: Known, certificate: str, reason: str) -> str:
    if certificate and claim.certificate and number_of(claim.certificate) == number_of(certificate):
        return f"Certificate {claim.certificate} is recorded already."
    if reason and claim.state == "rejected" and plain(claim.reason) == plain(reason):
        return "This rejection is recorded already."
    return ""


def _not_open(claim: Known) -> str:
    if claim.state == "claimed" and claim.is_here:
        return ""
    if claim.state == "claimed":
        where = f"batch {claim.batch}" if claim.batch else "no batch"
        return f"The claim for {claim.names[0]} is in {where}. Take its answer there."
    if claim.state == "rejected":
        return f"The claim for {claim.names[0]} is recorded as rejected. Claim again before a certificate is recorded."
    if claim.state == "revoked":
        return f"The certificate of {claim.names[0]} was revoked."
    return f"{claim.names[0]} has certificate {claim.certificate} in the record. Look at the claim."


def _certificate_problem(
    certificate: str, written: str, day: dt.date | None, claim: Known, taken_numbers: set[str], today: dt.date
) -> str:
    if len(certificate) > 40:
        return "The certificate number is longer than 40 characters. Look at the line again."
    if number_of(certificate) in {number_of(one) for one in taken_numbers}:
        return f"Certificate {certificate} stands on another learner's claim. Ask which is right."
    if day is None:
        return (
            f"“{written}” is not a day. Write it like 14/06/2024."
            if written
            else "The date of the certificate is missing."
        )
    if day > today:
        return "The date of the certificate is still to come. Look at it again."
    if day < claim.claimed_on:
        return f"The certificate was claimed on {claim.claimed_on:%d/%m/%Y}. Its date cannot be earlier."
    return ""
