"""Documents in the three formats whose counts are known from how they were made, for the lines on word counts."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import docx as python_docx

from assignments.documents import Kind
from tests.assignments import documents as build
from tests.assignments.documents import deletion, docx, heading, insertion, odt, odt_h, odt_p, paragraph, run
from tests.assignments.pieces import Essay, words

RLM, LRM = "\u200f", "\u200e"
HEBREW = "המאמן שואל ומקשיב לאחר מכן"
ARABIC = "يسأل المدرب ثم ينتظر الجواب"
CHINESE = "教练提问然后等待。 学员思考。"


@dataclass(frozen=True)
class Made:
    name: str
    kind: Kind
    make: Callable[[], bytes]
    counts: tuple[int, int, int]
    """Body, references, notes."""


def essay(sections: int = 4, *, length: int = 180, seed: object = 0, listed: int = 12, appendix: bool = False) -> Essay:
    """Title, sections with everything in them, references, and perhaps an appendix."""
    made = Essay().add("title", words(7, seed))
    for number in range(sections):
        made.add("heading", f"{number + 1}. {words(3, number)}").add("text", words(length, (seed, number)))
        made.add("text", words(length // 2, (seed, number, 2)), note=words(9, (seed, number)))
        made.add("heading", words(4, number), level=2)
        made.add("item", words(8, number)).add("item", words(11, number))
        made.add("quotation", words(24, number))
        made.add("caption", f"Table {number + 1} {words(4, number)}")
        made.add("table", rows=((words(2), words(3)), (words(9, number), words(1)), (words(4), words(6, seed))))
        made.add("text", words(length, (seed, number, 3)))
    if listed:
        made.add("heading", "References")
        for number in range(listed):
            made.add("text", f"{words(2, number).title()} (20{number:02}) {words(9, (seed, number))}.")
    if appendix:
        made.add("heading", "Appendix A").add("text", words(60, seed))
    return made


def of(name: str, kind: Kind, content: Callable[[], bytes], *counts: int) -> Made:
    body, references, notes = (*counts, 0, 0)[:3]
    return Made(f"{kind.value}: {name}", kind, content, (body, references, notes))


def written_as(name: str, made: Essay) -> list[Made]:
    return [
        Made(f"docx: {name}", Kind.DOCX, made.docx, made.counts()),
        Made(f"odt: {name}", Kind.ODT, made.odt, made.counts()),
        Made(f"pdf: {name}", Kind.PDF, made.pdf, made.counts(notes_in_body=True)),
    ]


def nested_tables() -> bytes:
    inner = build.table([[words(3), words(2)]])
    outer = f"<w:tbl><w:tr><w:tc>{paragraph(words(4))}{inner}{paragraph()}</w:tc><w:tc>{paragraph(words(1))}</w:tc></w:tr></w:tbl>"
    return docx(paragraph(words(5)), outer)


def nested_tables_odt() -> bytes:
    inner = build.odt_table([[words(3), words(2)]])
    cell = f"<table:table-cell>{odt_p(words(4))}{inner}</table:table-cell>"
    return odt(odt_p(words(5)), f"<table:table><table:table-row>{cell}</table:table-row></table:table>")


def changed() -> bytes:
    moved = f'<w:moveFrom w:id="3" w:author="A">{run(words(6))}</w:moveFrom>'
    arrived = f'<w:moveTo w:id="4" w:author="A">{run(" " + words(6))}</w:moveTo>'
    return docx(
        paragraph("kept ", inner=deletion(words(9) + " ") + insertion(words(4)) + moved),
        paragraph("then", inner=arrived),
        paragraph("", inner=deletion(words(30)), properties='<w:rPr><w:del w:id="5"/></w:rPr>'),
        paragraph("end"),
    )


def changed_odt() -> bytes:
    return odt(
        "<text:tracked-changes><text:changed-region text:id='c1'><text:deletion>"
        f"{odt_p(words(12))}</text:deletion></text:changed-region></text:tracked-changes>",
        f"<text:p>kept <text:change text:change-id='c1'/><text:change-start text:change-id='c2'/>{words(4)}"
        "<text:change-end text:change-id='c2'/></text:p>",
    )


def furnished() -> bytes:
    """Contents table, fields, a header, comments, a content control and an unfilled one."""
    comment = '<w:r><w:commentReference w:id="1"/></w:r>'
    comments = f'<w:comments xmlns:w="{build.W}"><w:comment w:id="1">{paragraph(words(40))}</w:comment></w:comments>'
    unfilled = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + paragraph("Click here")
        + "</w:sdtContent></w:sdt>"
    )
    return docx(
        build.contents_table("1 Purpose 3", "2 Setting 9"),
        heading("1 Purpose"),
        paragraph("See ", inner=build.field_of("REF _Toc1 \\h", "Table 3") + comment),
        paragraph("", inner=build.field_of("PAGE", "7")),
        f"<w:sdt><w:sdtContent>{paragraph(words(5))}</w:sdtContent></w:sdt>",
        unfilled,
        header="Ada Osei, coaching essay",
        members={"word/comments.xml": comments.encode()},
        relations=f'<Relationship Id="rC" Type="{build._R}/comments" Target="comments.xml"/>',
    )


def equations() -> bytes:
    inner = "<m:oMath><m:r><m:t>a</m:t></m:r><m:f><m:num><m:r><m:t>b</m:t></m:r></m:num></m:f></m:oMath>"
    return docx(paragraph("so ", inner=inner + run(" follows")))


def by_look(title: str) -> bytes:
    bold = "<w:b/>"
    return docx(
        paragraph("", inner=run("Purpose of this", bold)),
        paragraph(words(50)),
        paragraph("", inner=run(title, bold)),
        paragraph(words(20)),
    )


def with_python_docx() -> bytes:
    """What Word's own template gives: header and footer, a comment, a nested table, lists, a break, a picture."""
    made = python_docx.Document()
    made.sections[0].header.paragraphs[0].text = words(6)
    made.sections[0].footer.paragraphs[0].text = words(6)
    made.add_heading(words(5), 0)
    made.add_heading(words(3), 1)
    text = made.add_paragraph(words(30))
    made.add_comment(text.runs, text=words(20), author="A")
    made.add_paragraph(words(7), style="List Number")
    made.add_paragraph(words(7), style="List Bullet 2")
    made.add_paragraph(words(15), style="Intense Quote")
    made.add_picture(io.BytesIO(build.png()))
    made.add_paragraph(words(5), style="Caption")
    cell = made.add_table(1, 2).cell(0, 1)
    cell.text = words(4)
    cell.add_table(1, 1).cell(0, 0).text = words(6)
    made.add_page_break()
    text = made.add_paragraph("one")
    text.add_run().add_break()
    text.add_run("two\tthree")
    text.add_run(" hidden").font.hidden = True
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def headed_odt(title: str) -> bytes:
    return odt(odt_h("Purpose"), odt_p(words(40)), odt_h(title), odt_p(words(25)), odt_h("Appendix 1"), odt_p(words(8)))


DASHES = "rank—and scrutiny — both – well-known, face\u2011to\u2011face and so\u00a0on don’t"  # 11 words
NAMES = f"{RLM}دانا{RLM} and {LRM}Ada{LRM} {RLM} spoke"  # a lone mark is no word: 4
CODES = "<w:r><w:tab/></w:r>"

ODD = [
    of("nested tables", Kind.DOCX, nested_tables, 15),
    of("nested tables", Kind.ODT, nested_tables_odt, 14),
    of(
        "footnotes and endnotes",
        Kind.DOCX,
        lambda: docx(
            paragraph(words(8), inner=build.note_mark(2) + build.note_mark(2, "endnote")),
            build.table([[words(2)]]),
            footnotes={2: words(11), 3: "never referred to"},
            endnotes={2: words(5)},
        ),
        10, 0, 16,
    ),
    of(
        "footnotes and endnotes",
        Kind.ODT,
        lambda: odt(f"<text:p>{words(8)}{build.odt_note(words(11))} {build.odt_note(words(5), 'endnote')}</text:p>"),
        8, 0, 16,
    ),
    of(
        "text boxes, one in a heading's paragraph",
        Kind.DOCX,
        lambda: docx(paragraph(words(6), inner=build.text_box(words(9))), paragraph("", inner=build.text_box(words(3)))),
        18,
    ),
    of(
        "a text box",
        Kind.ODT,
        lambda: odt(f"<text:p>{words(6)}<draw:frame><draw:text-box>{odt_p(words(9))}</draw:text-box></draw:frame></text:p>"),
        15,
    ),
    of("insertions, deletions and moved text", Kind.DOCX, changed, 1 + 4 + 1 + 6 + 1),
    of("insertions and deletions", Kind.ODT, changed_odt, 5),
    of(
        "hidden text",
        Kind.DOCX,
        lambda: docx(
            paragraph("seen ", inner=build.hidden(words(9)) + run(words(5), '<w:rStyle w:val="Ghost"/>') + run("too"))
        ),
        2,
    ),
    of(
        "hidden text",
        Kind.ODT,
        lambda: odt(f'<text:p>seen <text:span text:style-name="Ghost">{words(9)}</text:span>too</text:p>', odt_p(words(4), "Unseen")),
        2,
    ),
    of("dashes, hyphens and spaces that do not break", Kind.DOCX, lambda: docx(paragraph(DASHES)), 11),
    of("dashes, hyphens and spaces that do not break", Kind.ODT, lambda: odt(odt_p(DASHES)), 11),
    of(
        "dashes at the end of lines",
        Kind.PDF,
        lambda: Essay().add("text", f"{DASHES} " * 60).pdf(),
        660,
    ),
    of("contents, fields, header and comments", Kind.DOCX, furnished, 2 + 3 + 1 + 5),
    of("equations", Kind.DOCX, equations, 3),
    of("headings by their look", Kind.DOCX, lambda: by_look("References"), 53, 21),
    of("headings by their look, with a number and a colon", Kind.DOCX, lambda: by_look("7. Bibliography:"), 53, 22),
    of("what Word's own template gives", Kind.DOCX, with_python_docx, 5 + 3 + 30 + 7 + 7 + 15 + 5 + 4 + 6 + 3),
    *(
        of(f"{title}, then an appendix", Kind.ODT, lambda title=title: headed_odt(title), 41 + 10, len(title.split()) + 25)
        for title in ("References", "Bibliography", "Works cited", "Reference list", "Sources")
    ),
    of(
        "right to left, Chinese, and names with marks",
        Kind.DOCX,
        lambda: docx(paragraph(HEBREW), paragraph(ARABIC), paragraph(CHINESE), paragraph(NAMES)),
        5 + 5 + 2 + 4,
    ),
    of(
        "right to left, Chinese, and names with marks",
        Kind.ODT,
        lambda: odt(odt_p(HEBREW), odt_p(ARABIC), odt_p(CHINESE), odt_p(NAMES)),
        5 + 5 + 2 + 4,
    ),
    of(
        "spaces, tabs and line ends",
        Kind.ODT,
        lambda: odt("<text:p>one<text:s text:c='4'/>two<text:tab/>three<text:line-break/>four\n   five</text:p>"),
        5,
    ),
]  # fmt: skip


def whole() -> list[Made]:
    short, plain, long = essay(2, appendix=True, seed=1), essay(3, listed=0, seed=2), essay(8, seed=3, listed=25)
    notes, broken = essay(4, seed=4), essay(4, seed=5)
    return [
        *ODD,
        *written_as("a short essay with an appendix", short),
        *written_as("an essay without references", plain),
        *written_as("an essay of over 5,000 words", long),
        of("what python-docx makes of a long essay", Kind.DOCX, long.by_python_docx, *_without_notes(long)),
        of(
            "hyphenated and justified",
            Kind.PDF,
            lambda: broken.pdf("p { hyphens: auto; text-align: justify }"),
            *_flat(broken),
        ),
        of("set in small type", Kind.PDF, lambda: notes.pdf("body { font: 9pt/1.25 sans-serif }"), *_flat(notes)),
        of("set wide", Kind.PDF, lambda: notes.pdf("body { font: 12pt/2 serif }"), *_flat(notes)),
        of(
            "in bold headings of the text's size",
            Kind.PDF,
            lambda: notes.pdf("h1, h2 { font-size: 11pt }"),
            *_flat(notes),
        ),
    ]


def _flat(made: Essay) -> tuple[int, int, int]:
    return made.counts(notes_in_body=True)


def _without_notes(made: Essay) -> tuple[int, int, int]:
    body, references, _ = made.counts()
    return body, references, 0
