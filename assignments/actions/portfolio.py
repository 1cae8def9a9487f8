"""A portfolio grows: texts, evidence, and what shows which criterion. It is frozen in `submissions.submit`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from assignments import documents, portfolio
from assignments.actions.judging import judged
from assignments.actions.names import base_name
from assignments.actions.practice import check_open
from assignments.actions.uploads import use_upload
from assignments.models import Evidence, Mapping, PortfolioText, PracticeClient, Upload
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from enrolment.models import Enrolment
from programmes.models import Criterion

Pair = tuple[str, int]


@transaction.atomic
def save_text(enrolment: Enrolment, *, part: str, body: str, by: User) -> PortfolioText:
    """Keep one of the two written parts as it is typed. Each key stroke is no event, so none is written."""
    check_open(enrolment, by)
    text, _ = PortfolioText.objects.update_or_create(
        enrolment=enrolment, part=part, defaults={"body": body, "saved_at": clock.now()}
    )
    return text


def add_evidence(
    enrolment: Enrolment,
    *,
    title: str,
    file: File[Any],
    upload: Upload | None = None,
    client: PracticeClient | None = None,
    is_contract: bool = False,
    criteria: Iterable[Criterion] = (),
    by: User,
) -> Evidence:
    """A file in the portfolio, with the criteria it shows. `upload` is the one that brought it piece by piece.

    The file is scanned and opened before the transaction begins: a long recording takes the scanner a while.
    """
    check_open(enrolment, by)
    _check_client(enrolment, client, is_contract=is_contract)
    sha256 = upload.sha256 if upload else fingerprint(file)
    _refuse_the_same(enrolment, sha256)
    kind = judged(file, base_name(file.name), purpose=documents.Purpose.EVIDENCE).found.kind
    told = {"title": title, "client": client, "is_contract": is_contract}
    return _keep_evidence(enrolment, file, sha256, kind, upload=upload, told=told, criteria=criteria, by=by)


def _refuse_the_same(enrolment: Enrolment, sha256: str) -> None:
    if there := Evidence.objects.present().filter(enrolment=enrolment, sha256=sha256).first():
        raise Refused(f"This file is there already, as “{there.title}”. Nothing was added.")


@transaction.atomic
def _keep_evidence(
    enrolment: Enrolment,
    file: File[Any],
    sha256: str,
    kind: documents.Kind,
    *,
    upload: Upload | None,
    told: dict[str, Any],
    criteria: Iterable[Criterion],
    by: User,
) -> Evidence:
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    check_open(Enrolment.objects.get(pk=enrolment.pk), by)
    _refuse_the_same(enrolment, sha256)
    evidence = Evidence(
        enrolment=enrolment,
        title=told["title"].strip(),
        client=told["client"],
        is_contract=told["is_contract"],
        name=base_name(file.name),
        kind=kind.value,
        mime=kind.mime,
        size=file.size,
        sha256=sha256,
        added_at=clock.now(),
        added_by=by,
    )
    evidence.file.save(f"{sha256[:16]}{kind.suffix}", file, save=False)
    evidence.save(force_insert=True)
    if upload:
        use_upload(upload, by=by)
    record(evidence, "add_evidence", by=by, name=evidence.name, sha256=sha256)
    map_evidence(enrolment, shows=[(evidence.key, one.pk) for one in criteria], by=by)
    return evidence


@transaction.atomic
def edit_evidence(
    evidence: Evidence, *, title: str, client: PracticeClient | None = None, is_contract: bool = False, by: User
) -> Evidence:
    """Say better what a file is. The file itself stays; another one is added instead."""
    check_open(evidence.enrolment, by)
    _check_client(evidence.enrolment, client, is_contract=is_contract)
    evidence.title, evidence.client, evidence.is_contract = title.strip(), client, is_contract
    if not Evidence.objects.present().filter(pk=evidence.pk).exists():
        raise Stale("This file was taken out of your portfolio a moment ago.")
    evidence.save(update_fields=["title", "client", "is_contract"])
    record(evidence, "edit_evidence", by=by, is_contract=is_contract)
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> Evidence:
    """Take a file out of the growing portfolio. An attempt that was handed in keeps it."""
    check_open(evidence.enrolment, by)
    now = clock.now()
    if Evidence.objects.present().filter(pk=evidence.pk).update(removed_at=now):
        evidence.removed_at = now
        record(evidence, "remove_evidence", by=by)
        Mapping.objects.filter(enrolment=evidence.enrolment_id, item=evidence.key).delete()
    return evidence


@transaction.atomic
def map_evidence(
    enrolment: Enrolment, *, shows: Collection[Pair] = (), no_longer: Collection[Pair] = (), by: User
) -> int:
    """Add and take away crosses of the evidence matrix, each a key of a part and the number of a criterion.

    Only what somebody changed is given, so that two windows never undo each other. Returns how many crosses that changed.
    """
    check_open(enrolment, by)
    if not shows and not no_longer:
        return 0
    found = portfolio.of(enrolment).matrix
    keys, criteria = {one.key for one in found.items}, {one.pk for one in found.criteria}
    if any(key not in keys or pk not in criteria for key, pk in shows):
        raise Refused("Part of this is no longer in your portfolio. Load the matrix again, then save.")
    now = clock.now()
    new = [
        Mapping(enrolment=enrolment, criterion_id=pk, item=key, mapped_at=now, mapped_by=by)
        for key, pk in sorted(set(shows) - found.pairs)
    ]
    gone = Mapping.objects.filter(_any_of(set(no_longer) & found.pairs), enrolment=enrolment)
    told = [("shows_no_longer", one) for one in gone]
    Mapping.objects.bulk_create(new, ignore_conflicts=True)
    made = Mapping.objects.filter(_any_of((one.item, one.criterion_id) for one in new), enrolment=enrolment)
    told += [("shows", one) for one in made]
    if told:
        # One event for one save, about the first cross that changed.
        names = {verb: [f"{one.item} {one.criterion_id}" for said, one in told if said == verb] for verb in dict(told)}
        record(told[0][1], "map_evidence", by=by, **names)
    gone.delete()
    return len(told)


def _any_of(pairs: Iterable[Pair]) -> Q:
    found = Q(pk__in=[])
    for key, pk in pairs:
        found |= Q(item=key, criterion=pk)
    return found


def _check_client(enrolment: Enrolment, client: PracticeClient | None, *, is_contract: bool) -> None:
    if client is not None and client.enrolment_id != enrolment.pk:
        raise NotAllowed("This practice client belongs to another portfolio.")
    if is_contract and client is None:
        raise Refused("Choose the practice client whose contract this is.")
