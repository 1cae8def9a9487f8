"""Files between the centre and the awarding organisation, and what each line of an answer does. No database."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import matching
from verification.claim_files import COLUMNS, Line, Unreadable, day_in, read, safe, written
from verification.matching import CERTIFICATE, DIFFERS, KNOWN, REFUSED, REJECTION, REPEATED, Known, verdicts

TODAY = dt.date(2026, 5, 4)
HEADINGS = {"registration": "ENR", "name": "Name", "certificate": "Cert no", "date": "Date", "reason": "Reason"}


def a_claim(**facts):
    usual = {
        "pk": 1,
        "registration": "ABC001",
        "names": ("Robin Example",),
        "state": "claimed",
        "is_here": True,
        "batch": 7,
        "claimed_on": dt.date(2026, 4, 1),
    }
    return Known(**{**usual, **facts})


def a_line(number=2, **cells):
    usual = {
        "registration": "ABC001",
        "name": "Robin Example",
        "certificate": "C-1",
        "date": "04/05/2026",
        "reason": "",
    }
    return Line(number, {**usual, **cells})


def looked_at(lines, claims=None, registered=(), taken=(), accepted=()):
    claims = [a_claim()] if claims is None else claims
    facts = {"registered": registered, "taken_numbers": taken, "today": TODAY, "accepted": accepted}
    return verdicts(lines, claims, **facts)


def the_one(line, **kwargs):
    (found,) = looked_at([line], **kwargs)
    return found


# ---- the file that goes out


@pytest.mark.parametrize("cell", ["=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_of_a_file_is_a_formula(cell):
    content = written([["name", "Name"]], [{"name": cell}])

    (_, (found,)) = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert found.startswith("'")
    assert found == f"'{cell}"


@given(st.text(max_size=30))
def test_no_text_at_all_begins_a_formula(text):
    assert not safe(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_columns_stand_in_the_order_of_the_organisation_with_its_headings():
    columns = [["last_name", "Surname"], ["first_name", "Forename"], ["registration", "ENR"]]

    content = written(columns, [{"first_name": "Zoë", "last_name": "O'Neill, Smith", "registration": "ABC001"}])

    assert content.decode("utf-8-sig").splitlines() == ["Surname,Forename,ENR", '"O\'Neill, Smith",Zoë,ABC001']


# ---- the file that comes back


def test_lines_are_read_under_the_headings_one_names_in_any_order_and_with_their_numbers():
    content = "\ufeffDate;enr ;Name\n04/05/2026;ABC001;Robin Example\n\n;ABC002;\n".encode()

    lines = read(content, {"registration": "ENR", "name": "name", "date": "Date", "certificate": ""})

    assert [(one.number, one.cells["registration"]) for one in lines] == [(2, "ABC001"), (4, "ABC002")]


def test_a_cell_made_safe_is_read_as_it_was_meant():
    lines = read(written([["registration", "ENR"]], [{"registration": "-77"}]), {"registration": "ENR"})

    assert lines[0].cells == {"registration": "-77"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"\n \n", "This file is empty."),
        (b"ENR\n", "headings and no line under them"),
        ("ENR,Name\nABC001,Zoë\n".encode("latin-1"), "not UTF-8 text. .* save it as “CSV UTF-8”"),
        ("ENR,Name\nABC001,Zoë\n".encode("utf-16"), "not UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        (b"Name,Number\nRobin,1\n", "no column “ENR”. Its columns are “Name”, “Number”"),
        (b'ENR,Name\nABC001,"Robin\n', "Line 2 cannot be read"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (b"ENR\n" + b"A\n" * 5001, "5,001 lines"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_that_helps(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(content, {"registration": "ENR"})


@pytest.mark.parametrize("text", ["04/05/2026", "2026-05-04", "04-05-2026", "4 May 2026", "04.05.2026", "04/05/26"])
def test_days_are_read_as_the_british_write_them(text):
    assert day_in(text) == dt.date(2026, 5, 4)


def test_what_is_no_day_is_none():
    assert day_in("31/02/2026") is None


# ---- what a line does


def test_a_certificate_for_a_claim_of_the_batch_is_recorded():
    found = the_one(a_line())

    assert (found.what, found.claim.pk, found.certificated_on) == (CERTIFICATE, 1, TODAY)


def test_a_reason_without_a_certificate_is_a_rejection():
    found = the_one(a_line(certificate="", date="", reason="Date of birth differs"))

    assert (found.what, found.sentence) == (REJECTION, "The claim is rejected: Date of birth differs")


def test_somebody_never_registered_is_named_and_the_good_lines_are_taken():
    found = looked_at([a_line(2, registration="XYZ999", name="Nobody Known", certificate="C-2"), a_line(3)])

    assert [one.what for one in found] == [REFUSED, CERTIFICATE]
    assert found[0].sentence == "Nobody here is registered under XYZ999."


def test_a_wrong_number_with_a_known_name_says_whom_it_may_mean():
    found = the_one(a_line(registration="ABC010", name="Example, Robin"))

    assert found.what == REFUSED
    assert found.sentence == (
        "Nobody here is registered under ABC010. Robin Example is in this batch under ABC001: correct the one that is wrong."
    )


def test_somebody_registered_without_a_claim_is_told_apart():
    assert "no certificate has been claimed" in the_one(a_line(registration="ABC050"), registered={"ABC050"}).sentence


@pytest.mark.parametrize("name", ["robin  EXAMPLE", "Example, Robin", ""])
def test_capitals_spaces_and_order_make_no_other_name(name):
    assert the_one(a_line(name=name)).what == CERTIFICATE


def test_a_name_spelled_otherwise_waits_for_a_decision():
    line = a_line(name="Robyn Example")

    assert the_one(line).what == DIFFERS
    assert the_one(line).sentence == "The file says “Robyn Example”, the record says “Robin Example”."
    assert the_one(line, accepted=[2]).what == CERTIFICATE


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"registration": ""}, "no registration number"),
        ({"certificate": "", "date": ""}, "neither a certificate nor a reason"),
        ({"reason": "Wrong unit"}, "a certificate and a reason"),
        ({"date": ""}, "The date of the certificate is missing."),
        ({"date": "yesterday"}, "“yesterday” is not a day."),
        ({"date": "05/05/2026"}, "still to come"),
        ({"date": "31/03/2026"}, "cannot be earlier"),
        ({"certificate": "C" * 41}, "longer than 40"),
    ],
)
def test_a_line_that_cannot_be_right_says_why(cells, sentence):
    found = the_one(a_line(**cells))

    assert found.what == REFUSED
    assert sentence in found.sentence


def test_a_certificate_number_of_somebody_else_is_not_taken():
    assert "another learner's claim" in the_one(a_line(), taken={"c-1"}).sentence


@pytest.mark.parametrize(
    ("claim", "what"),
    [
        ({"state": "certificated", "certificate": "c-1"}, KNOWN),
        ({"state": "certificated", "certificate": "C-9"}, REFUSED),
        ({"state": "rejected", "reason": "Late"}, REFUSED),
        ({"state": "revoked", "certificate": "C-9"}, REFUSED),
        ({"is_here": False, "batch": 9}, REFUSED),
    ],
)
def test_a_claim_that_is_answered_or_elsewhere_is_not_answered_again(claim, what):
    assert the_one(a_line(), claims=[a_claim(**claim)]).what == what


def test_lines_that_contradict_each_other_are_all_left_alone():
    found = looked_at([a_line(2), a_line(3, certificate="C-2")])

    assert [one.what for one in found] == [REFUSED, REFUSED]
    assert "Lines 2 and 3 have the same registration number" in found[0].sentence


def test_one_certificate_number_for_two_people_is_a_contradiction():
    other = a_claim(pk=2, registration="ABC002", names=("Sam Other",))
    lines = [a_line(2), a_line(3, registration="ABC002", name="Sam Other")]

    assert [one.what for one in looked_at(lines, claims=[a_claim(), other])] == [REFUSED, REFUSED]


def test_the_same_line_twice_counts_once():
    assert [one.what for one in looked_at([a_line(2), a_line(3)])] == [CERTIFICATE, REPEATED]


CELLS = st.fixed_dictionaries(
    {
        "registration": st.sampled_from(["ABC001", "abc 002", "ABC003", "XYZ999", ""]),
        "name": st.sampled_from(["Robin Example", "Other, Sam", "Somebody Else", ""]),
        "certificate": st.sampled_from(["C-1", "C-2", "C-3", ""]),
        "date": st.sampled_from(["04/05/2026", "2026-05-04", "01/01/2026", "soon", ""]),
        "reason": st.sampled_from(["", "", "Date of birth differs"]),
    }
)
CLAIMS = [
    a_claim(),
    a_claim(pk=2, registration="ABC002", names=("Sam Other",)),
    a_claim(pk=3, registration="ABC003", names=("Kim Third",), state="certificated", certificate="C-3"),
]


def _ends_in(rows):
    """What the record says after the lines are taken: by claim, what was done with what."""
    lines = [Line(n, cells) for n, cells in enumerate(rows, 2)]
    done = [one for one in looked_at(lines, claims=CLAIMS) if one.what in matching.DOES_SOMETHING]
    assert len({one.claim.pk for one in done}) == len(done), "no claim is answered twice"
    return {
        (one.claim.pk, one.what, one.cells["certificate"], one.certificated_on, one.cells["reason"]) for one in done
    }


@given(st.lists(CELLS, max_size=8), st.data())
def test_shuffled_or_repeated_lines_end_in_the_same_record(rows, data):
    shuffled = data.draw(st.permutations(rows))
    more = data.draw(st.lists(st.sampled_from(rows), max_size=4)) if rows else []
    again = data.draw(st.permutations([*shuffled, *more]))

    assert _ends_in(again) == _ends_in(rows)


@given(st.lists(CELLS, max_size=8))
def test_every_line_gets_a_verdict_with_a_sentence(rows):
    lines = [Line(n, cells) for n, cells in enumerate(rows, 2)]
    found = looked_at(lines, claims=CLAIMS)

    assert [one.line.number for one in found] == [one.number for one in lines]
    assert all(one.sentence and one.what in matching.WORDS for one in found)


def test_every_column_of_an_answer_has_a_name():
    assert set(HEADINGS) == set(COLUMNS)
