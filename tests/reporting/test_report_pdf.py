"""The client's progress report as a file: what it says, what it cannot say, and how it is built for a screen reader."""

import dataclasses
import io
import logging
import shutil
import subprocess
import sys
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from django.template.loader import render_to_string

from core import printing
from reporting import documents, report
from reporting.disclosure import Feedback, disclosed
from reporting.layout import TEMPLATE, laid_out, progress_report_pdf
from reporting.report import Action, ActionKind, Milestone, Person, Status, StatusWord, Summary
from tests.reporting.pdf import everything_said, page_texts, plain, structure
from tests.reporting.sample_report import cohort_of, sample_report


@pytest.fixture(scope="module")
def printed() -> bytes:
    return progress_report_pdf(sample_report())


def html_of(one: report.ProgressReport) -> str:
    return plain(render_to_string(TEMPLATE, {"report": one, "page": laid_out(one)}))


# --- what it says ----------------------------------------------------------------------------------------------------


def test_twelve_learners_take_four_pages(printed):
    assert len(page_texts(printed)) == 4


def test_the_numbers_of_the_case_stand_on_page_one(printed):
    first = page_texts(printed)[0]
    for words in (
        "7 completed", "4 outstanding", "1 withdrew", "Status: needs attention", "77 %", "81 %", "+35 points", "n 70 places",
        "97 % covered", "n 31 of 35", "n 30 pairs", "One decision for you, two actions for us", "Learner 4 has 69 days",
    ):  # fmt: skip
        assert words in first, words


def test_headings_are_sentences_computed_from_the_numbers(printed):
    said = " ".join(page_texts(printed))
    for words in (
        "Four learners are still working, all four on their assignments",
        "Three deadlines leave 216 days or more; learner 4’s leaves 69",
        "Seven certificates since February 2023, the latest on 14 June",
        "54 of 70 places were attended, and 68 are covered",
        "Attendance fell from 92 % at induction to 67 % at workshop 3, and recovered to 73 % at the guided learning day.",
        "Fourteen of the sixteen were made good since; one catch-up is booked for Thu 18 July 2024 and one belongs to the learner who withdrew.",
        "Satisfaction rose from 73 to 81 %",
        "Knowledge rose by 35 points",
        "239 ÷ 310", "251 ÷ 310", "105 ÷ 300", "317.5 of 424 hours",
    ):  # fmt: skip
        assert words in said, words


def test_no_number_is_parted_from_its_sign_or_month():
    bound = documents.bound("Fri 14 June, 77 %, n 31, learner 4, (54 + 14) ÷ 70")
    assert " " not in bound.replace(", ", "")


@pytest.mark.parametrize("size", [1, 3, 11, 12, 13, 40])
def test_page_one_is_one_page_and_names_no_learner(size):
    one = cohort_of(size)
    pages = page_texts(progress_report_pdf(one))
    assert "Next milestones" in pages[0] or not one.milestones
    assert "Next milestones" not in " ".join(pages[1:])
    assert "The journey of each learner at" in pages[1]
    for learner in one.learners:
        assert learner.name not in pages[0]


def test_page_one_names_no_learner_in_its_alternatives_either():
    one = sample_report()
    markup = html_of(one)
    first = markup[: markup.index('<section class="page named">')]
    for learner in one.learners:
        assert learner.name not in first
        assert learner.name in markup


def test_page_one_stays_one_page_when_everything_is_at_its_longest():
    long = "Every learner has a certificate, a deadline or a reason, and the words go on for as long as they may. "
    one = cohort_of(
        40,
        cohort="Coaching and mentoring for first and second line leaders, cohort 12",
        qualification="ILM Level 7 Diploma for Senior Level Executive Coaches and Mentors in Public Services and the Wider Sector",
        summary=Summary((long * 3)[:250], (long * 3)[:250]),
        contact=Person("Wilhelmina Featherstonehaugh", "Head of Learning, Talent and Organisational Development"),
        prepared_by=Person("Bartholomew Cholmondeley", "senior contract and delivery manager"),
        status=Status(StatusWord.AT_RISK, (long * 4)[:300], 90, 14),
        actions=tuple(Action(ActionKind.DECIDE, (long * 2)[:140], "Wilhelmina Featherstonehaugh, the College", date(2024, 7, i))
                      for i in range(1, 9)),
        milestones=tuple(Milestone(date(2024, 9, i), "Registration ends for the first of the learners") for i in range(1, 6)),
    )  # fmt: skip
    pages = page_texts(progress_report_pdf(one))
    assert "The journey of each learner at" in pages[1]
    assert "Next milestones" in pages[0]
    assert "more in the record" in pages[0]
    assert "Further actions" in " ".join(pages[2:])


def test_forty_learners_are_headed_again_on_each_page_of_the_grid_and_of_the_record():
    pages = page_texts(progress_report_pdf(cohort_of(40, sessions_held=10)))
    assert "The journey of each learner, continued." in pages[2]
    assert "Learner by learner, continued." in " ".join(pages)
    assert "Completed, in order of certificate, continued" in pages[2]
    assert len(pages) == 7


@pytest.mark.parametrize(("size", "held"), [(3, 1), (11, 6), (12, 6), (18, 8), (40, 10)])
def test_no_page_of_the_grid_is_cut_short(size, held):
    """Every learner stands in the grid and in the record; a page that ran over would start with a bare row."""
    one = cohort_of(size, sessions_held=held)
    said = "".join(page_texts(progress_report_pdf(one))).replace(" ", "")
    for learner in one.learners:
        assert said.count(learner.name.replace(" ", "")) >= 2, learner.name


def test_a_cohort_at_its_very_beginning_makes_sense():
    one = cohort_of(6, outstanding=1)
    one = dataclasses.replace(
        one, sessions=(), ratings=disclosed([]), actions=(), milestones=(), quotations=(), versions=()
    )
    said = " ".join(page_texts(progress_report_pdf(one)))
    assert "No session has been held yet" in said
    assert "Nothing needs you this month" in said
    assert "No certificate yet" in said
    assert "In their own words" not in said


def test_a_draft_says_so():
    said = page_texts(progress_report_pdf(sample_report(approved_on=None)))
    assert "2, draft" in said[0]
    assert "version 2, draft" in said[1]


# --- what it cannot say ----------------------------------------------------------------------------------------------

ALLOWED = {
    "LearnerLine": {
        "number", "name", "standing", "states", "pathway", "places", "attended", "caught_up", "deadline", "proposed_deadline",
        "registration_ends", "days_late", "certificate_on", "withdrew_on", "next_step", "who_acts",
    },
    "SessionLine": {"name", "code", "held_on", "places", "attended", "part", "caught_up"},
    "WorkshopRatings": {"name", "code", "overall", "tutor", "before", "after"},
    "Quotation": {"words", "described_as", "consented_on"},
}  # fmt: skip


def test_the_report_has_no_field_for_what_a_client_never_sees():
    from reporting import disclosure

    for name, fields in ALLOWED.items():
        kind = getattr(report, name, None) or getattr(disclosure, name)
        assert {one.name for one in dataclasses.fields(kind)} == fields


def test_withheld_ratings_are_nowhere_in_the_file():
    """Four answers and the next smallest: neither their means nor their n can be found, in words or in drawings."""
    shown = [
        Feedback("Workshop 1", "W1", 12, (8,) * 11, (8,) * 11, (4,) * 11, (8,) * 11),
        Feedback("Workshop 4", "W4", 12, (7,) * 10, (7,) * 10, (4,) * 10, (7,) * 10),
    ]
    few = Feedback("Workshop 2", "W2", 4, (2, 1, 2, 1), (1, 1, 2, 1), (1, 1, 1, 1), (2, 3, 2, 2))
    next_smallest = Feedback("Workshop 3", "W3", 7, (6, 6, 6, 6, 6, 6, 5), (5, 6, 6, 5, 5, 6, 5), (3,) * 7, (6,) * 7)
    one = sample_report(ratings=disclosed([*shown, few, next_smallest]))
    for hidden in one.ratings.workshops[2:]:
        assert (hidden.overall.value, hidden.overall.n, hidden.before.value) == (None, None, None)
    said = everything_said(progress_report_pdf(one))
    assert "fewer than 5 answers" in said
    assert "overall 80, 70, withheld and withheld" in said
    for mark in ("15", "13", "14", "59"):
        assert f" {mark} per cent" not in said


def test_marker_words_planted_in_the_rows_do_not_reach_the_file():
    """The rows of a cohort carry what no client may see; only what the report has a field for gets through."""
    row = {
        "name": "Amara Okonkwo", "marks": "XQMARK71", "feedback": "XQFEEDBACK", "essay": "XQESSAY.docx",
        "reason": "XQREASON", "support": "XQDYSLEXIA",
        "similarity": "XQSIMILAR", "verifier": "XQVERIFIER",
    }  # fmt: skip
    line = sample_report().learners[0]
    known = {one.name for one in dataclasses.fields(line)}
    with pytest.raises(TypeError):
        dataclasses.replace(line, **row)
    taken = dataclasses.replace(line, **{key: value for key, value in row.items() if key in known})
    said = everything_said(progress_report_pdf(sample_report(learners=(taken, *sample_report().learners[1:]))))
    assert "Amara Okonkwo" in said
    assert "XQ" not in said


def test_the_search_for_marker_words_would_find_one():
    """Text, alternatives and metadata are all searched: a word planted in each is found."""
    one = sample_report(centre="XQCENTRE", client="XQCLIENT")
    name = dataclasses.replace(one.learners[0], name="XQNAME")
    said = everything_said(progress_report_pdf(dataclasses.replace(one, learners=(name, *one.learners[1:]))))
    assert "Deadlines against the end of registration. XQNAME" in said
    assert said.count("XQCENTRE") >= 2
    assert "XQCLIENT" in said


def test_words_of_people_are_escaped():
    line = dataclasses.replace(sample_report().learners[0], name="<b>Ann & 'Co'</b>")
    markup = html_of(sample_report(learners=(line, *sample_report().learners[1:])))
    assert "<b>Ann" not in markup
    assert "&lt;b&gt;Ann &amp;" in markup


# --- how it is built -------------------------------------------------------------------------------------------------


def test_equal_reports_have_equal_bytes(printed):
    assert progress_report_pdf(sample_report()) == printed


def test_it_is_tagged_titled_and_in_english(printed):
    with pikepdf.open(io.BytesIO(printed)) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(root.Lang) == "en-GB"
        with document.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert (
                meta["dc:title"]
                == "Progress report, June 2024: Coaching and mentoring, cohort 1, Policing Standards College"
            )


@pytest.mark.parametrize("make", [sample_report, lambda: cohort_of(40, sessions_held=10)], ids=["twelve", "forty"])
def test_a_screen_reader_finds_its_way(make):
    pdf = progress_report_pdf(make())
    nodes = structure(pdf)
    kinds = [str(node.S)[1:] for node in nodes]
    levels = [int(kind[1]) for kind in kinds if kind[0] == "H" and kind[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    figures = [node for node in nodes if node.S == "/Figure"]
    assert len(figures) > 100
    assert all(str(node.get("/Alt", "")).strip() for node in figures)
    assert all(0 <= float(value) <= 842 for node in figures for value in node.A.BBox)
    heads = [node for node in nodes if node.S == "/TH"]
    assert {str(node.A.Scope) for node in heads} == {"/Column", "/Row"}
    known = {str(node.ID) for node in heads}
    cells = [node for node in nodes if node.S == "/TD" and len(node.K)]
    assert all(len(node.A.get("/Headers", [])) for node in cells)
    assert all(str(one) in known for node in cells for one in node.A.Headers)


def test_every_cell_under_a_spanning_header_points_to_it(printed):
    nodes = structure(printed)
    grid = next(
        node for node in nodes if node.S == "/Table" and sum(kid.S == "/TR" for kid in printing.walk(node.K)) > 12
    )
    band = next(node for node in printing.walk(grid.K) if node.S == "/TH" and int(node.A.get("/ColSpan", 1)) == 5)
    under = [
        node
        for node in printing.walk(grid.K)
        if node.S == "/TD" and str(band.ID) in [str(one) for one in node.A.get("/Headers", [])]
    ]
    assert len(under) == 12 * 5


def test_all_fonts_are_embedded_and_subset(printed):
    fonts = {}
    with pikepdf.open(io.BytesIO(printed)) as document:
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():
                inner = font.DescendantFonts[0].FontDescriptor
                fonts[str(font.BaseFont)] = any(key in inner for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    assert len(fonts) == 4
    assert all(fonts.values())
    assert all("+Source-S" in name or "+SourceS" in name for name in fonts), fonts
    assert len(printed) < 200_000


def test_nothing_is_painted_outside_marked_content(printed):
    with pikepdf.open(io.BytesIO(printed)) as document:
        for page in document.pages:
            depth = 0
            for _, operator in pikepdf.parse_content_stream(page):
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
                assert depth or str(operator) not in ("Tj", "TJ", "f", "f*", "S", "B", "Do", "sh")


@pytest.mark.skipif(not (Path(sys.executable).parent / "pdfua").exists(), reason="pdfua is a tool of development")
def test_the_checker_of_pdf_ua_has_no_finding(printed, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(printed)
    tool = shutil.which("pdfua", path=str(Path(sys.executable).parent))
    done = subprocess.run([tool, "check", str(file)], capture_output=True, text=True, check=False)
    assert "result: PASS" in done.stdout, done.stdout


def test_every_file_the_document_asks_for_is_ours_and_there(caplog):
    printing._sheet.cache_clear()
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        progress_report_pdf(cohort_of(12, sessions_held=9))
    assert caplog.records == []


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a.png", "file:///etc/passwd", "https://static.invalid/../../etc/passwd",
     "https://static.invalid/css/none.css", "data:text/plain,x", "http://127.0.0.1/"],
)  # fmt: skip
def test_the_fetcher_serves_our_static_files_and_nothing_else(url):
    with pytest.raises(ValueError, match="static file"):
        printing._fetcher().fetch(url)


def test_the_fetcher_serves_a_symbol():
    assert printing._fetcher().fetch("https://static.invalid/img/report/done.svg").read().startswith(b"<svg")


@pytest.mark.parametrize("colour", ["red", "#FFF", "#EEEEEE", "#12345", "url(x)", "#0E5A60;} body{"])
def test_an_accent_that_cannot_be_read_is_refused(colour):
    with pytest.raises(ValueError, match="An accent is"):
        progress_report_pdf(sample_report(accent=colour))


def test_the_clients_colour_is_used_in_charts_and_in_the_page():
    one = sample_report(accent="#7A1F5C")
    assert "#7A1F5C" in html_of(one)
    assert "#0E5A60" not in html_of(one)
    assert progress_report_pdf(one) != progress_report_pdf(sample_report())


def test_the_garbage_collector_works_again_after_a_render_that_fails():
    import gc

    with pytest.raises(printing.Unavailable):
        printing.pdf("<p>x", "x", stylesheet="css/print/none.css")
    assert gc.isenabled()


def test_hours_are_left_out_when_they_are_not_known():
    assert "Weighted by hours" not in html_of(sample_report(hours_planned=None, hours_attended=None))
    assert "Weighted by hours it is 50 % (1.5 of 3 hours)" in html_of(
        sample_report(hours_planned=Fraction(3), hours_attended=Fraction(3, 2))
    )


def test_the_parser_of_xml_and_that_of_html_give_the_same_bytes(printed, monkeypatch):
    monkeypatch.setattr(printing, "_WellFormed", _refuses)
    assert progress_report_pdf(sample_report()) == printed


def _refuses(root: ElementTree.Element) -> None:
    raise ElementTree.ParseError
