"""A text written in the browser reads and counts like the same text in a Word document, and loses nothing."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments import documents
from assignments.documents import Kind, Purpose, Unacceptable
from tests.assignments import documents as build
from tests.assignments.documents import heading, paragraph, run

MARKDOWN = """# Purpose and context

A coach **asks** and *waits*.[^why] The second
line belongs to it.[^2]

- first thing
- second thing

1. do this
2. then that

> Tell me more, she said.
>
> And then silence.

## A closer look

| who | what |
| --- | --- |
| coach | asks well |
| coachee | |

See [the paper](https://example.org/a).

[^2]: Second note of five words.
[^why]: Hawkins *says* so.

# References

Hawkins, P. (2013) *Supervision*.
"""


def numbered(text: str) -> str:
    return build.item(text).replace('w:numId w:val="1"', 'w:numId w:val="2"')


def cell(text: str) -> str:
    return f"<w:tc>{paragraph(text)}</w:tc>"


LINK = '<w:hyperlink r:id="rL">' + run("the paper") + "</w:hyperlink>"
WORD = build.Docx(
    heading("Purpose and context")
    + paragraph(
        "A coach ",
        inner=run("asks", "<w:b/>")
        + run(" and ")
        + run("waits", "<w:i/>")
        + run(".")
        + build.note_mark(1)
        + run(" The second")
        + "<w:r><w:br/></w:r>"
        + run("line belongs to it.")
        + build.note_mark(2),
    )
    + build.item("first thing")
    + build.item("second thing")
    + numbered("do this")
    + numbered("then that")
    + paragraph("Tell me more, she said.", style="Quote")
    + paragraph("And then silence.", style="Quote")
    + heading("A closer look", 2)
    + f"<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('who')}{cell('what')}</w:tr>"
    + f"<w:tr>{cell('coach')}{cell('asks well')}</w:tr><w:tr>{cell('coachee')}{cell('')}</w:tr></w:tbl>"
    + paragraph("See ", inner=LINK + run("."))
    + heading("References")
    + paragraph("Hawkins, P. (2013) ", inner=run("Supervision", "<w:i/>") + run(".")),
    links={"rL": "https://example.org/a"},
    members={
        "word/numbering.xml": (
            f'<w:numbering xmlns:w="{build.W}">'
            '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
            '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
        ).encode(),
        "word/footnotes.xml": (
            f'<w:footnotes xmlns:w="{build.W}"><w:footnote w:id="1"><w:p><w:r><w:t xml:space="preserve">Hawkins </w:t>'
            "</w:r><w:r><w:rPr><w:i/></w:rPr><w:t>says</w:t></w:r><w:r><w:t xml:space='preserve"
            "'> so.</w:t></w:r></w:p></w:footnote>"
            f'<w:footnote w:id="2">{paragraph("Second note of five words.")}</w:footnote></w:footnotes>'
        ).encode(),
    },
    footnotes={1: "", 2: ""},
).bytes()


def read(text: str) -> documents.Reading:
    return documents.read(text.encode(), Kind.WRITTEN)


def test_it_reads_and_counts_like_the_same_word_document():
    written, word = read(MARKDOWN), documents.read(WORD, documents.inspect(WORD))
    assert written.html == word.html
    assert written.outline == word.outline
    assert written.counts == word.counts
    assert written.counts.notes == 8


def test_it_is_known_beforehand_and_never_recognised(tmp_path):
    assert documents.inspect(MARKDOWN.encode(), "essay.md", purpose=Purpose.EVIDENCE) is Kind.TXT
    with pytest.raises(Unacceptable, match="This file is plain text"):
        documents.inspect(MARKDOWN.encode(), "essay.md")
    path = tmp_path / "text"
    path.write_text(MARKDOWN)
    assert documents.examine(path, "text", kind=Kind.WRITTEN).reading == read(MARKDOWN)
    assert Kind.WRITTEN not in Purpose.EVIDENCE.kinds


@pytest.mark.parametrize(
    "typed",
    [
        "1986. Orwell was right.",
        "C:\\Users\\me",
        "[1]: https://example.org",
        "[^9]: a note that nothing refers to",
        "a mark without a note[^9]",
        "<b>not</b> <script>alert(1)</script>",
        "![a picture](https://example.org/a.png)",
        "[click](javascript:alert(1))",
        "[click](data:text/html,x)",
        "AT&amp;T",
        "`code` and ```more```",
        "    set in by four spaces",
        "~~~\nfenced\n~~~",
        "underlined\n==========",
        "#hashtag",
        "7. seven\n8. eight",
    ],
)
def test_what_is_no_mark_of_ours_stays_as_it_was_typed(typed):
    reading = read(typed)
    wanted = typed.replace("![a picture](https://example.org/a.png)", "!a picture")
    assert reading.text.split() == wanted.split()
    assert reading.counts.body == len(wanted.split())
    assert not re.search(r"<(?:img|script|b|code|pre)\b|href=\"(?:javascript|data)", reading.html)


@pytest.mark.parametrize("address", ["http://e.org", "https://e.org", "mailto:a@e.org"])
def test_links_lead_to_the_web_and_to_mail(address):
    assert f'<a href="{address}" rel="noopener nofollow">here</a>' in read(f"[here]({address})").html


def test_a_single_line_end_is_a_line_end():
    assert read("one\ntwo").html == '<p id="p1">one<br>\ntwo</p>\n'


def test_two_marks_may_lead_to_one_note():
    reading = read("a[^1] b[^1]\n\n[^1]: n")
    assert reading.html.count('id="essay-footnote-ref-1"') == 1
    assert reading.html.count('href="#essay-footnote-1"') == 2
    assert (reading.counts.body, reading.counts.notes) == (2, 1)


def test_the_second_of_two_notes_of_one_name_is_not_lost():
    reading = read("a[^1]\n\n[^1]: first\n\n[^1]: second")
    assert "second" in reading.text
    assert (reading.counts.body, reading.counts.notes) == (3, 1)


def test_a_note_in_a_note_is_text():
    reading = read("a[^1]\n\n[^1]: see[^2]\n\n[^2]: other words")
    assert "see[^2]" in reading.text
    assert reading.counts.total == 5


def test_bold_lines_are_headings_where_there_are_no_others():
    assert [one.title for one in read("**Purpose**\n\ntext").outline] == ["Purpose"]
    assert [one.title for one in read("# One\n\n**Purpose**\n\ntext").outline] == ["One"]


def test_an_empty_text_reads_as_nothing():
    assert read("").counts.total == 0
    assert read("\n\n \n").html == ""


@pytest.mark.parametrize(
    "text", [">" * 5000 + " deep", "- " * 5000 + "deep", "*" * 20_000 + "a", "[" * 20_000, "![" * 9_000]
)
def test_what_is_nested_without_end_is_read_or_refused(text):
    with contextlib.suppress(Unacceptable):
        assert read(text).counts.body <= 5001


def test_a_text_of_more_than_200_000_characters_is_refused():
    with pytest.raises(Unacceptable, match="200,000"):
        read("word " * 40_001)
    with pytest.raises(Unacceptable, match="too many parts"):
        read("word\n\n" * 4_001)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab *_#>-+1.|[]()^:\\\n\t&<`~!"), max_size=60))
def test_every_letter_that_was_typed_is_shown_once_and_counted(typed):
    reading = read(typed)
    shown = re.sub(r"\[\d+\]|↑", "", reading.text)
    assert re.findall("[ab]", shown) == re.findall("[ab]", typed) or "](" in typed or "[^" in typed
    if "[^" not in typed:
        assert reading.counts.total == len(shown.split())
