"""What may tell who a text is about is found where names stand, and the words of the field raise no alarm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import personal
from assignments.personal import EMAIL, NAME, PHONE, People

PEOPLE = People.of(own="Priya Raman", near=["Will Marsh", "Keisha Hill", "Priya Raman", "Tomas Tutor"])


@pytest.mark.parametrize(
    ("text", "what", "shown"),
    [
        ("Write to anna.smith@example.org", EMAIL, "anna.smith@example.org"),
        ("Write to o'neil+work@mail.example.co.uk.", EMAIL, "o'neil+work@mail.example.co.uk"),
        ("Ring 01632 960 123 on Monday", PHONE, "01632 960 123"),
        ("Ring +44 1632 960123", PHONE, "+44 1632 960123"),
        ("Her number is 07700 900123.", PHONE, "07700 900123"),
        ("(01632) 960123", PHONE, "(01632) 960123"),
        ("020 7946 0958", PHONE, "020 7946 0958"),
        ("+44 (0)7700 900 123", PHONE, "+44 (0)7700 900 123"),
        ("0044 7700 900123", PHONE, "0044 7700 900123"),
        ("0161-496-0123", PHONE, "0161-496-0123"),
        ("07700.900.123", PHONE, "07700.900.123"),
        ("07700900123", PHONE, "07700900123"),
        ("+353 1 234 5678", PHONE, "+353 1 234 5678"),
        ("She met Mrs Jones there", NAME, "Mrs Jones"),
        ("Dr. Okafor came", NAME, "Dr. Okafor"),
        ("My coachee, called Zadie, was late", NAME, "Zadie"),
        ("We worked with Keziah on it", NAME, "Keziah"),
        ("I told Oluwaseun that", NAME, "Oluwaseun"),
        ("my client Zadie was late", NAME, "Zadie"),
        ("Coachee: Sipho", NAME, "Sipho"),
        ("He and Tamsin disagreed", NAME, "Tamsin"),
        ("It went well for Kezia Brownlow at last", NAME, "Kezia Brownlow"),
        ("then Siân O’Brien-Lowe left", NAME, "Siân O’Brien-Lowe"),
        ("Anna said she was tired.", NAME, "Anna"),
        ("Then Tom's manager came", NAME, "Tom"),
        ("All the best. Regards, Zadie", NAME, "Zadie"),
    ],
)
def test_what_tells_who_somebody_is_is_found(text, what, shown):
    assert personal.Found(what, shown) in personal.found(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We met for 90 minutes on 12 June 2024",
        "Room 0123, 14:00 to 15:30",
        "On 01.02.2024 10:30 we met; 01/02/2024 - 03/04/2024",
        "ISBN 0-330-25864-8",
        "reference 0000123456, budget 01,234,567,890",
        "Model GROW, stage 2",
        "On Monday and Tuesday we met with ILM in Leeds",
        "Client A told Client B, and I worked with A and B",
        "Whitmore (2017) says so, and Carl Rogers (1961) holds the same",
        "as John Whitmore wrote; Kolb’s cycle and Gibbs’ model; with Hawkins’ seven eyes",
        "Peter Hawkins and Nick Smith (2013) describe it",
        "the Level 5 Certificate in Effective Coaching and Mentoring",
        "Human Resources and Learning and Development in the Home Office with Microsoft Teams",
        "Neuro Linguistic Programming, an Action Learning Set, the Myers Briggs type, Transactional Analysis",
        "Doing well. Team Leaders said so",
        "- Slow Start\n- Better End\n1. First Things",
        "Will you go on? May I? Grace under pressure.",
    ],
)
def test_the_words_of_the_field_raise_no_alarm(text):
    assert personal.found(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("keisha hill was late", ["Keisha Hill"]),
        ("Keisha was late", ["Keisha"]),
        ("the tutor Tomas", ["Tomas"]),
        ("I saw that Will was calm", ["Will"]),
        ("Will you go on with the hill walk", []),
        ("Priya Raman signed, with Priya", []),
    ],
)
def test_the_people_of_the_cohort_are_known_by_name(text, shown):
    assert [one.shown for one in personal.found(text, PEOPLE)] == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("contract_anna-smith.pdf", ["anna"]),
        ("Zadie Oakhill.pdf", ["Zadie Oakhill"]),
        ("keisha.png", ["keisha"]),
        ("07700900123.pdf", ["07700900123"]),
        ("Priya Raman contract.docx", []),
        ("Contract With Client A.pdf", []),
        ("Session Log 3.xlsx", []),
        ("IMG_0770.jpg", []),
        ("CONTRACT A SIGNED.PDF", []),
    ],
)
def test_the_name_of_a_file_is_looked_at_word_by_word(name, shown):
    assert [one.shown for one in personal.found_in_file_name(name, PEOPLE)] == shown


def test_a_warning_says_what_was_found_and_where():
    told = personal.remark("Ring Mrs Jones, 01632 960123, or Mrs Lowe", "The text of the notes")

    assert (
        told
        == "The text of the notes seems to hold “01632 960123” (a phone number) and “Mrs Jones” and “Mrs Lowe” (a name)."
    )
    assert personal.remark("Nothing of the kind") == ""


@pytest.mark.parametrize("code", ["A", "b", "AB", "ABC", "C2", "A-01", "client 3", "Coachee 12", "7"])
def test_codes_raise_no_remark(code):
    assert personal.code_remark(code) == ""


@pytest.mark.parametrize("code", ["Anna", "A. Smith", "anna smith", "Mrs Jones"])
def test_a_code_that_looks_like_a_name_raises_one(code):
    assert "looks like a name" in personal.code_remark(code)


@given(st.text(max_size=400), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_and_no_name_breaks_the_check(text, names):
    """Whatever is found stands in the text, but for the names that were given."""
    people = People.of(own="Priya Raman", near=names)
    for one in personal.found(text, people):
        assert one.shown in text or one.shown in names
    personal.found_in_file_name(text, people)
