"""The word count: every document here has a count known from how it was made."""

import io

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments import documents, word_count
from assignments.documents import Kind
from assignments.documents.arrangement import text_of
from assignments.word_count import Counts, Passage, Place
from programmes.models import WordsPart
from tests.assignments import documents as build
from tests.assignments.documents import docx, heading, odt, odt_h, odt_p, paragraph, run, table


def counted(content: bytes) -> tuple[int, int, int]:
    counts = documents.count(content, documents.inspect(content))
    return counts.body, counts.references, counts.notes


# ---------------------------------------------------------------- the rule on plain text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("one", 1),
        ("  two   words ", 2),
        ("a well-known face-to-face talk", 4),
        ("rank—and scrutiny", 2),
        ("rank — and scrutiny", 4),
        ("don’t stop", 2),
        ("1.3 The business case", 4),
        ("tab\tand\nline", 3),
        ("no\u00a0break", 2),
        ("soft\u00adhyphen", 1),
        ("see https://example.org/a/b", 2),
    ],
)
def test_a_word_is_a_run_between_spaces(text, expected):
    assert word_count.words(text) == expected


@pytest.mark.parametrize(
    "title",
    [
        "References",
        "REFERENCES",
        "References:",
        "Reference list",
        "Bibliography",
        "Works cited",
        "Sources",
        "13. References",
        "References and bibliography",
        "List of references",
        "13 Bibliography",
    ],
)
def test_the_reference_list_begins_at_each_of_its_usual_headings(title):
    counts = word_count.count(
        [Passage("five words of the body"), Passage(title, Place.HEADING, 1), Passage("Whitmore 2017")]
    )
    assert (counts.body, counts.references) == (5, word_count.words(title) + 2)


@pytest.mark.parametrize(
    "title", ["References to policy in this essay", "Sources of authority in a rank service", "Referencing"]
)
def test_a_heading_that_only_resembles_it_begins_no_reference_list(title):
    counts = word_count.count([Passage(title, Place.HEADING, 1), Passage("more of the body")])
    assert counts.references == 0


def test_the_last_of_several_reference_headings_counts():
    passages = [
        Passage("Sources", Place.HEADING, 1),
        Passage("where authority comes from"),
        Passage("Conclusion", Place.HEADING, 1),
        Passage("the end"),
        Passage("References", Place.HEADING, 1),
        Passage("Hawkins 2013"),
    ]
    assert word_count.count(passages) == Counts(body=8, references=3, notes=0, headings=2)


def test_references_followed_at_once_by_a_bibliography_are_one_list():
    passages = [
        Passage("body"),
        Passage("References", Place.HEADING, 1),
        Passage("Hawkins 2013"),
        Passage("Websites", Place.HEADING, 2),
        Passage("example.org"),
        Passage("Bibliography", Place.HEADING, 1),
        Passage("Clutterbuck 2014"),
    ]
    assert word_count.count(passages) == Counts(body=1, references=8, notes=0)


def test_an_appendix_ends_the_reference_list_and_counts_as_body():
    passages = [
        Passage("body"),
        Passage("References", Place.HEADING, 1),
        Passage("Hawkins 2013"),
        Passage("Appendix A: the contract", Place.HEADING, 1),
        Passage("two words"),
    ]
    assert word_count.count(passages) == Counts(body=7, references=3, notes=0, headings=4)


def test_a_cell_or_a_plain_list_item_called_sources_is_no_heading():
    passages = [Passage("Sources", Place.CELL), Passage("Sources", Place.ITEM), Passage("go on")]
    assert word_count.count(passages).references == 0


def test_the_sentence_shows_the_breakdown():
    assert Counts(4663, 381, 70).sentence == "4,663 words + 381 references + 70 in notes"
    assert Counts(1, 0, 0).sentence == "1 word"
    assert Counts(4800, 0, 0, about=True).sentence == "about 4,800 words"
    assert Counts(4663, 381, 70).total == 5114


def test_the_rule_is_sentences():
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in word_count.RULE)


# ---------------------------------------------------------------- reference documents

LOREM = "the coach asks and then waits"  # six words

WORD_DOCUMENTS = {
    "paragraphs": (docx(paragraph(LOREM), paragraph(LOREM)), (12, 0, 0)),
    "title and headings": (
        docx(paragraph("My essay", style="Title"), heading("1.1 Purpose"), paragraph(LOREM)),
        (10, 0, 0),
    ),
    "a table": (docx(paragraph(LOREM), table([["a b", "c"], ["d", "e f"]])), (12, 0, 0)),
    "a list": (docx(build.item("first of two"), build.item("second")), (4, 0, 0)),
    "footnotes": (
        docx(paragraph(LOREM, inner=build.note_mark(2)), footnotes={2: "a note of five words"}),
        (6, 0, 5),
    ),
    "a note nobody refers to": (docx(paragraph(LOREM), footnotes={2: "left over"}), (6, 0, 0)),
    "foot and end notes": (
        docx(
            paragraph(LOREM, inner=build.note_mark(2) + build.note_mark(3, "endnote")),
            footnotes={2: "foot note"},
            endnotes={3: "an end note"},
        ),
        (6, 0, 5),
    ),
    "tracked changes": (
        docx(paragraph("I ", inner=build.deletion("do not ") + build.insertion("gladly ") + run("agree"))),
        (3, 0, 0),
    ),
    "a deleted paragraph end": (
        docx(paragraph("well", properties='<w:rPr><w:del w:id="1"/></w:rPr>'), paragraph("known fact")),
        (2, 0, 0),
    ),
    "a deleted note": (
        docx(
            paragraph(LOREM, inner=f'<w:del w:id="1">{build.note_mark(2)}</w:del>'),
            footnotes={2: "gone with its mark"},
        ),
        (6, 0, 0),
    ),
    "a deleted row": (
        docx(
            "<w:tbl><w:tr><w:tc>" + paragraph("kept") + "</w:tc></w:tr>"
            '<w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc>' + paragraph("gone gone") + "</w:tc></w:tr></w:tbl>"
        ),
        (1, 0, 0),
    ),
    "hidden text": (
        docx(paragraph("seen ", inner=build.hidden("never ") + run("too", '<w:vanish w:val="0"/>'))),
        (2, 0, 0),
    ),
    "text hidden by a style": (docx(paragraph("seen ", inner=run("never", '<w:rStyle w:val="Ghost"/>'))), (1, 0, 0)),
    "a text box, written twice": (docx(paragraph(LOREM, inner=build.text_box("in the box"))), (9, 0, 0)),
    "a field": (docx(paragraph("See ", inner=build.field_of('REF "a long code" \\h', "Table 3"))), (3, 0, 0)),
    "a field inside a field's code": (
        docx(
            paragraph(
                "See ",
                inner='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF</w:instrText></w:r>'
                + build.field_of("PAGE", "seventeen ")
                + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
                + run("Table 3")
                + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            )
        ),
        (3, 0, 0),
    ),
    "a contents table without its styles": (
        docx(build.contents_table("1.1 Purpose 3").replace("TOC1", "Normal"), heading("1.1 Purpose")),
        (2, 0, 0),
    ),
    "a contents table": (
        docx(build.contents_table("1.1 Purpose 3", "1.2 Setting 4"), heading("1.1 Purpose")),
        (2, 0, 0),
    ),
    "headers": (docx(paragraph(LOREM), header="Running head of four"), (6, 0, 0)),
    "a caption": (docx(paragraph("Figure 1 A model", style="Caption"), paragraph(LOREM)), (10, 0, 0)),
    "references": (
        docx(heading("1.1 Purpose"), paragraph(LOREM), heading("References"), paragraph("Hawkins 2013")),
        (8, 3, 0),
    ),
    "references in bold": (
        docx(paragraph(LOREM), paragraph("", inner=run("References", "<w:b/>")), paragraph("A B C")),
        (6, 4, 0),
    ),
    "runs that split a word": (docx(paragraph("coach", inner=run("ing", "<w:b/>") + run(" well"))), (2, 0, 0)),
    "a tab and a line break": (
        docx(paragraph("one", inner="<w:r><w:tab/></w:r>" + run("two") + "<w:r><w:br/></w:r>" + run("three"))),
        (3, 0, 0),
    ),
    "a non-breaking hyphen": (
        docx(paragraph("face", inner="<w:r><w:noBreakHyphen/></w:r>" + run("to face"))),
        (2, 0, 0),
    ),
    "a content control": (docx(f"<w:sdt><w:sdtContent>{paragraph(LOREM)}</w:sdtContent></w:sdt>"), (6, 0, 0)),
    "a heading style in another language": (
        docx(paragraph("Zweck hier", style="berschrift1"), paragraph(LOREM)),
        (8, 0, 0),
    ),
}

OPEN_DOCUMENTS = {
    "paragraphs": (odt(odt_p(LOREM), odt_p(LOREM)), (12, 0, 0)),
    "title and headings": (odt(odt_p("My essay", "P1"), odt_h("1.1 Purpose"), odt_p(LOREM)), (10, 0, 0)),
    "a table": (odt(build.odt_table([["a b", "c"], ["d", "e f"]])), (6, 0, 0)),
    "a note": (odt(f"<text:p>{LOREM}{build.odt_note('five words of a note')}</text:p>"), (6, 0, 5)),
    "tracked deletions": (
        odt(
            f"<text:tracked-changes><text:changed-region>{odt_p('gone')}</text:changed-region></text:tracked-changes>",
            odt_p(LOREM),
        ),
        (6, 0, 0),
    ),
    "hidden text": (odt('<text:p>seen <text:span text:style-name="Ghost">never</text:span></text:p>'), (1, 0, 0)),
    "a hidden paragraph": (odt(odt_p("never", "Unseen"), odt_p(LOREM)), (6, 0, 0)),
    "a hidden section": (
        odt(f'<text:section text:display="none">{odt_p("never")}</text:section>', odt_p(LOREM)),
        (6, 0, 0),
    ),
    "spaces and tabs": (
        odt("<text:p>one<text:s text:c='3'/>two<text:tab/>three<text:line-break/>four</text:p>"),
        (4, 0, 0),
    ),
    "a contents table": (
        odt(f"<text:table-of-content>{odt_p('Purpose 3')}</text:table-of-content>", odt_h("Purpose")),
        (1, 0, 0),
    ),
    "a text box": (
        odt(f"<text:p>{LOREM}<draw:frame><draw:text-box>{odt_p('in the box')}</draw:text-box></draw:frame></text:p>"),
        (9, 0, 0),
    ),
    "references": (odt(odt_h("Purpose"), odt_p(LOREM), odt_h("Bibliography"), odt_p("Hawkins 2013")), (7, 3, 0)),
    "a comment": (odt(f"<text:p>seen<office:annotation>{odt_p('a comment')}</office:annotation></text:p>"), (1, 0, 0)),
    "a list in a list": (
        odt(
            f"<text:list><text:list-item>{odt_p('one two')}<text:list><text:list-item>{odt_p('three')}</text:list-item>"
            "</text:list></text:list-item></text:list>"
        ),
        (3, 0, 0),
    ),
}

LINES = ["A line of seven words to fill", "another line of six words here."]
PDFS = {
    "two lines": (build.pdf(LINES * 4), (52, 0, 0)),
    "running heads and page numbers": (
        build.pdf(
            [
                "Essay of Ada Osei",
                "The north team met on a Monday,",
                *LINES,
                "and the north team agreed.",
                "Page 1 of 3",
            ],
            [
                "Essay of Ada Osei",
                "The south team met on a Monday,",
                *LINES,
                "and the south team agreed.",
                "Page 2 of 3",
            ],
            ["Essay of Ada Osei", "The east team met on a Monday,", *LINES, "and the east team agreed.", "Page 3 of 3"],
        ),
        (3 * (7 + 13 + 5), 0, 0),
    ),
    "a broken word": (
        build.pdf([*LINES, "It takes a great deal of care and atten-", "tion to listen well."]),
        (13 + 12, 0, 0),
    ),
    "references": (
        build.pdf([*LINES, *LINES, "", ("References", 16), "", "Hawkins 2013 and Whitmore 2017"]),
        (26, 6, 0),
    ),
}


@pytest.mark.parametrize("name", WORD_DOCUMENTS)
def test_a_word_document_counts_as_it_was_made(name):
    content, expected = WORD_DOCUMENTS[name]
    assert counted(content) == expected


@pytest.mark.parametrize("name", OPEN_DOCUMENTS)
def test_an_open_document_counts_as_it_was_made(name):
    content, expected = OPEN_DOCUMENTS[name]
    assert counted(content) == expected


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_counts_as_it_was_made_and_says_about(name):
    content, expected = PDFS[name]
    assert counted(content) == expected
    assert documents.count(content, documents.Kind.PDF).about


def test_the_count_a_program_left_in_the_file_is_shown_and_not_believed():
    counts = documents.count(docx(paragraph(LOREM), stated=4999), documents.Kind.DOCX)
    assert (counts.body, counts.stated) == (6, 4999)
    assert documents.count(odt(odt_p(LOREM), stated=7), documents.Kind.ODT).stated == 7
    assert documents.count(docx(paragraph(LOREM), stated=0), documents.Kind.DOCX).stated is None


# ---------------------------------------------------------------- counting equals construction

token = st.text(st.sampled_from("abcdefghijklmnoprstuvwxyzéABC0123456789’-—.,&<>"), min_size=1, max_size=9)
line = st.lists(token, min_size=1, max_size=12).map(" ".join)
piece = st.one_of(
    st.tuples(st.just("paragraph"), line),
    st.tuples(st.just("heading"), line),
    st.tuples(st.just("item"), line),
    st.tuples(st.just("box"), line),
    st.tuples(st.just("cell"), line),
    st.tuples(st.just("note"), line),
    st.tuples(st.just("deleted"), line),
    st.tuples(st.just("inserted"), line),
    st.tuples(st.just("hidden"), line),
)


def assembled(pieces) -> bytes:
    body, notes = [], {}
    for kind, text in pieces:
        if kind == "note":
            notes[len(notes) + 2] = text
            body.append(paragraph("", inner=build.note_mark(len(notes) + 1)))
        else:
            body.append(
                {
                    "paragraph": lambda t: paragraph(t),
                    "heading": lambda t: heading(t, 2),
                    "item": build.item,
                    "box": lambda t: paragraph("", inner=build.text_box(t)),
                    "cell": lambda t: table([[t, ""]]),
                    "deleted": lambda t: paragraph("", inner=build.deletion(t)),
                    "inserted": lambda t: paragraph("", inner=build.insertion(t)),
                    "hidden": lambda t: paragraph("", inner=build.hidden(t)),
                }[kind](text)
            )
    return docx(paragraph("begins"), *body, footnotes=notes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(piece, max_size=14), st.lists(line, max_size=4))
def test_counting_a_word_document_equals_its_construction(pieces, references):
    content = assembled(pieces)
    if references:
        content = assembled([*pieces, ("heading", "References"), *(("paragraph", one) for one in references)])
    body = 1 + sum(len(text.split()) for kind, text in pieces if kind not in ("note", "deleted", "hidden"))
    notes = sum(len(text.split()) for kind, text in pieces if kind == "note")
    listed = (1 + sum(len(one.split()) for one in references)) if references else 0
    assert counted(content) == (body, listed, notes)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(piece, max_size=14))
def test_the_words_shown_are_the_words_counted(pieces):
    content = assembled([("heading", "Begins here"), *pieces])
    reading = documents.read(content, documents.Kind.DOCX)
    sections = [section for section in reading.outline if section.level == 1] or reading.outline
    before = 1
    top = [s for n, s in enumerate(sections) if s.level == min(x.level for x in sections)]
    assert before + sum(section.words for section in top) == reading.counts.body + reading.counts.references


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["p", "h", "cell", "note"]), line), max_size=12))
def test_counting_an_open_document_equals_its_construction(pieces):
    made = {
        "p": odt_p,
        "h": lambda t: odt_h(t, 2),
        "cell": lambda t: build.odt_table([[t]]),
        "note": lambda t: f"<text:p>{build.odt_note(t)}</text:p>",
    }
    content = odt(*(made[kind](text) for kind, text in pieces))
    body = sum(len(text.split()) for kind, text in pieces if kind != "note")
    notes = sum(len(text.split()) for kind, text in pieces if kind == "note")
    assert counted(content) == (body, 0, notes)


def test_python_docx_and_we_agree_on_a_document_it_made():
    made = python_docx.Document()
    made.add_heading("A title of five words", 0)
    for number in range(30):
        made.add_paragraph(f"Paragraph {number} has exactly seven words here.")
    made.add_table(2, 2).cell(0, 0).text = "and a table"
    target = io.BytesIO()
    made.save(target)
    assert counted(target.getvalue()) == (5 + 30 * 7 + 3, 0, 0)


def test_the_text_is_the_text_content_of_the_html():
    content = docx(
        heading("Fish & chips < peas"), paragraph("a “quoted” é", inner=build.note_mark(2)), footnotes={2: "n"}
    )
    reading = documents.read(content, documents.Kind.DOCX)
    assert reading.text == text_of(reading.html)
    assert reading.text.startswith("Fish & chips < peas\na “quoted” é[1]\n")


# ---------------------------------------------------------------- parts that an assignment may leave out

PARTED = {
    Kind.DOCX: docx(
        paragraph("My essay", style="Title"),
        heading("Purpose here"),
        paragraph("a coach asks", inner=build.note_mark(2)),
        paragraph("Tell me much more", style="Quote"),
        paragraph("Table 1 Who is who", style="Caption"),
        table([["a", "b c"], ["d", "e f"]]),
        heading("References"),
        paragraph("Hawkins 2013"),
        paragraph("quoted there", style="Quote"),
        footnotes={2: "a note of five words"},
    ),
    Kind.ODT: odt(
        odt_p("My essay", "P1"),
        odt_h("Purpose here"),
        f"<text:p>a coach asks{build.odt_note('a note of five words')}</text:p>",
        odt_p("Tell me much more", "Quotations"),
        odt_p("Table 1 Who is who", "Caption"),
        build.odt_table([["a", "b c"], ["d", "e f"]]),
        odt_h("References"),
        odt_p("Hawkins 2013"),
        odt_p("quoted there", "Quotations"),
    ),
}


@pytest.mark.parametrize("kind", PARTED)
def test_each_part_of_a_document_is_counted_apart(kind):
    counts = documents.count(PARTED[kind], kind)
    assert counts.parts == {
        "headings": 4,
        "tables": 6,
        "captions": 5,
        "quotations": 4,
        "text": 3,
        "references": 5,
        "notes": 5,
    }
    assert (counts.body, counts.total) == (22, 32)
    assert counts.counted([]) == 32
    assert counts.counted(["references", "notes"]) == counts.body
    assert counts.counted(["references", "notes", "quotations", "tables", "tables"]) == 12


def test_the_parts_are_those_an_assignment_knows():
    assert set(WordsPart.values) == set(Counts(0, 0, 0).parts) - {"text"}
    with pytest.raises(KeyError):
        Counts(1, 0, 0).counted(["pictures"])


@pytest.mark.parametrize("style", ["Quote", "Indented"])
def test_a_quotation_is_known_by_its_style_and_by_what_that_is_based_on(style):
    styles = build.STYLES.replace(
        "</w:styles>",
        '<w:style w:type="paragraph" w:styleId="Indented"><w:name w:val="House quotation"/><w:basedOn w:val="Quote"/>'
        "</w:style></w:styles>",
    )
    content = docx(paragraph("a b", style=style), members={"word/styles.xml": styles.encode()})
    reading = documents.read(content, Kind.DOCX)
    assert reading.counts.quotations == 2
    assert reading.html.startswith("<blockquote>")


def test_quotations_one_after_the_other_are_one_block():
    for content, kind in (
        (odt(odt_p("a", "Quotations"), odt_p("b", "Quotations"), odt_p("c")), Kind.ODT),
        (b"> a\n\n> b\n\nc", Kind.WRITTEN),
    ):
        html = documents.read(content, kind).html
        assert html.count("<blockquote>") == 1
        assert html.index("b</p>") < html.index("</blockquote>") < html.index("c</p>")


def test_a_caption_or_a_quotation_in_bold_is_no_heading():
    content = docx(
        paragraph("", style="Caption", inner=run("Sources", "<w:b/>")),
        paragraph("", style="Quote", inner=run("References", "<w:b/>")),
        paragraph("text"),
    )
    counts = documents.count(content, Kind.DOCX)
    assert (counts.body, counts.captions, counts.quotations, counts.references) == (3, 1, 1, 0)


passage = st.builds(Passage, text=st.text(" ab\u00a0—\n", max_size=20), place=st.sampled_from(Place), level=st.just(1))
parts = st.sets(st.sampled_from(WordsPart.values))


@given(st.lists(st.one_of(passage, st.just(Passage("References", Place.HEADING, 1)))), st.lists(st.text(" ab")), parts)
def test_the_parts_add_up(passages, notes, excluded):
    counts = word_count.count(passages, notes=notes)
    assert sum(counts.parts.values()) == counts.total
    assert min(counts.parts.values()) >= 0
    rest = set(counts.parts) - excluded
    assert counts.counted(excluded) == sum(counts.parts[part] for part in rest)
    assert counts.total == sum(len(one.text.split()) for one in passages) + sum(len(note.split()) for note in notes)


@given(st.lists(passage), st.lists(passage))
def test_two_texts_one_after_the_other_have_the_words_of_both(first, second):
    one, other, both = (word_count.count(part) for part in (first, second, [*first, *second]))
    assert {name: one.parts[name] + other.parts[name] for name in both.parts} == both.parts


@given(st.lists(passage).flatmap(lambda passages: st.tuples(st.just(passages), st.permutations(passages))))
def test_the_order_of_the_parts_changes_no_count(pair):
    assert word_count.count(pair[0]) == word_count.count(pair[1])


@given(st.lists(st.text("ab—-’", min_size=1)), st.lists(st.text(" \t\n\r\u00a0\u2003", min_size=1), min_size=1))
def test_however_wide_the_space_the_words_are_the_same(tokens, spaces):
    joined = "".join(token + spaces[number % len(spaces)] for number, token in enumerate(tokens))
    assert word_count.words(joined) == word_count.words(" " + joined) == len(tokens)
