"""What is taken, what is refused with which sentence, and that nothing active ever reaches a reader."""

import contextlib
import io
import re
import zipfile
from pathlib import Path
from random import Random

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments import documents
from assignments.documents import Kind, Purpose, Unacceptable
from assignments.documents.arrangement import clean
from tests.assignments import documents as build
from tests.assignments.documents import Docx, docx, heading, odt, odt_h, odt_p, paragraph, run, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
ESSAY_PDF = build.pdf(["A coach asks, and waits for the answer to come."] * 3)


def refusal(content, name: str = "essay.docx", purpose: Purpose = Purpose.ESSAY) -> str:
    with pytest.raises(Unacceptable) as refused:
        documents.inspect(content, name, purpose=purpose)
    sentence = refused.value.sentence
    assert sentence[0].isupper() or sentence.startswith(name)
    assert sentence.endswith(".")
    assert sentence == str(refused.value)
    return sentence


# ---------------------------------------------------------------- what is taken


@pytest.mark.parametrize("name", ["essay.docx", "essay.pdf", "essay.exe", "", "essay"])
def test_the_name_never_decides(name):
    assert documents.inspect(docx(paragraph("words")), name) is Kind.DOCX


def test_the_three_essay_formats_are_told_apart():
    assert documents.inspect(docx(paragraph("words"))) is Kind.DOCX
    assert documents.inspect(odt(odt_p("words"))) is Kind.ODT
    assert documents.inspect(ESSAY_PDF) is Kind.PDF


def test_a_file_is_given_as_path_bytes_or_open_file(tmp_path):
    content = docx(paragraph("words"))
    path = tmp_path / "essay.docx"
    path.write_bytes(content)
    opened = io.BytesIO(content)
    opened.read()
    assert {documents.inspect(one) for one in (path, str(path), content, opened)} == {Kind.DOCX}
    assert documents.read(opened, Kind.DOCX).text == "words\n"


RECORDINGS = {
    Kind.MP3: b"ID3\x04\x00" + b"\x00" * 40,
    Kind.M4A: b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 40,
    Kind.MP4: b"\x00\x00\x00\x20ftypisom" + b"\x00" * 40,
    Kind.PNG: build.png(),
    Kind.TXT: "Notes of the session – themes only.".encode(),
}


@pytest.mark.parametrize("kind", RECORDINGS)
def test_evidence_may_be_more_than_an_essay(kind):
    assert documents.inspect(RECORDINGS[kind], purpose=Purpose.EVIDENCE) is kind
    assert "Hand in a Word document" in refusal(RECORDINGS[kind])


@pytest.mark.parametrize(
    ("kind", "part", "type_"),
    [
        (Kind.PPTX, "ppt/presentation.xml", "presentationml.presentation"),
        (Kind.XLSX, "xl/workbook.xml", "spreadsheetml.sheet"),
    ],
)
def test_slides_and_workbooks_are_evidence_and_no_essay(kind, part, type_):
    content = zipped(
        {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
                f'PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{type_}.main+xml"/>'
                "</Types>"
            ).encode(),
            part: b"<x/>",
        }
    )
    assert documents.inspect(content, purpose=Purpose.EVIDENCE) is kind
    refusal(content)


def test_a_scan_is_evidence_and_no_essay():
    scan = build.pdf([], [])
    assert "pictures of pages" in refusal(scan)
    assert documents.inspect(scan, purpose=Purpose.EVIDENCE) is Kind.PDF


# ---------------------------------------------------------------- what is refused


def macros() -> bytes:
    return Docx(paragraph("x"), members={"word/vbaProject.bin": b"\x00VBA"}).bytes()


def entity_bomb() -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    return Docx(paragraph("x"), members={"word/document.xml": bomb}).bytes()


def deep() -> bytes:
    return Docx("<w:sdt><w:sdtContent>" * 90 + paragraph("x") + "</w:sdtContent></w:sdt>" * 90).bytes()


def very_deep() -> bytes:
    return Docx("<w:sdt>" * 5000 + "</w:sdt>" * 5000).bytes()


def many_members() -> bytes:
    return zipped({f"word/{number}.xml": b"" for number in range(3000)})


def announcing() -> bytes:
    content = bytearray(docx(paragraph("x")))
    end = content.rindex(b"PK\x05\x06")
    content[end + 10 : end + 12] = (60_000).to_bytes(2, "little")
    return bytes(content)


def with_password() -> bytes:
    content = bytearray(docx(paragraph("x")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def packed(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in Docx(paragraph("x")).parts().items():
            archive.writestr(name, content)
    return target.getvalue()


def twice() -> bytes:
    content = Docx(paragraph("x"), members={"word/documenx.xml": b"<a/>"}).bytes()
    return content.replace(b"word/documenx.xml", b"word/document.xml")


def large_kind() -> bytes:
    content = docx(paragraph("x"))
    end = content.rindex(b"PK\x05\x06")
    return content[:end] + b"PK\x06\x07" + b"\x00" * 16 + content[end:]


def great_ratio() -> bytes:
    return Docx(paragraph("x"), members={"word/media/a.bmp": b"\x00" * 60_000_000}).bytes()


def remote_template() -> bytes:
    relation = (
        '<Relationship Id="rT" TargetMode="External" Target="https://example.org/t.dotm" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    )
    return Docx(paragraph("x"), relations=relation).bytes()


def running_pdf() -> bytes:
    def script(document):
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))

    return build.pdf(["A coach asks, and waits for the answer to come."] * 3, extra=script)


def endless_pdf() -> bytes:
    def stream(document):
        big = document.make_stream(b"\x00" * 120_000_000)
        document.pages[0].Contents = pikepdf.Array([document.pages[0].Contents, big])

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.pdf(["words"], extra=stream))) as document:
        document.save(target, recompress_flate=True, compress_streams=True)
    return target.getvalue()


REFUSALS = {
    "an empty file": (lambda: b"", "empty"),
    "a renamed program": (lambda: b"MZ\x90\x00" + b"\x00" * 200, "is a program"),
    "a renamed script": (lambda: b"#!/bin/sh\nrm -r /\n", "is a program"),
    "a program that also claims to be a PDF": (lambda: b"MZ%PDF-1.4", "is a program"),
    "a document with macros": (macros, "macros"),
    "a macro document by its type": (
        lambda: Docx(paragraph("x"), main_type="application/vnd.ms-word.document.macroEnabled.main+xml").bytes(),
        "macros",
    ),
    "a template": (
        lambda: Docx(paragraph("x"), main_type=build.WORD_TYPE.replace("document.main", "template.main")).bytes(),
        "template",
    ),
    "a document that loads another": (remote_template, "another computer"),
    "a document that carries a program": (
        lambda: Docx(paragraph("x"), members={"word/embeddings/a.bin": b"MZ\x90"}).bytes(),
        "program inside",
    ),
    "an encrypted PDF": (lambda: build.pdf(["words"] * 9, password="k"), "password"),
    "an encrypted Office file": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "an encrypted OpenDocument": (lambda: odt(odt_p("x"), encrypted=True), "password"),
    "an old Word document": (lambda: OLE + "WordDocument".encode("utf-16-le"), "save it as .docx"),
    "an old workbook": (lambda: OLE + "Workbook".encode("utf-16-le"), "old Office program"),
    "a rich text": (lambda: b"{\\rtf1 words}", "save it as .docx"),
    "a web page": (lambda: b"<!DOCTYPE html><p>words", "web page"),
    "an entity bomb": (entity_bomb, "entities"),
    "an XML in a hiding encoding": (
        lambda: Docx(
            "", members={"word/document.xml": '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")}
        ).bytes(),
        "damaged",
    ),
    "an outside document type": (
        lambda: Docx("", members={"word/document.xml": b'<!DOCTYPE a SYSTEM "https://example.org/a.dtd"><a/>'}).bytes(),
        "entities",
    ),
    "a hundred and fifty declared megabytes": (
        lambda: build.declaring(
            Docx("x", members={"word/media/a.png": Random(1).randbytes(2_000_000)}).bytes(), 150 * 1024**2
        ),
        "unpacks",
    ),
    "a directory that announces sixty thousand members": (announcing, "unpacks"),
    "a zip with a password": (with_password, "password"),
    "a zip packed in an unusual way": (lambda: packed(zipfile.ZIP_BZIP2), "damaged"),
    "a zip with a member twice": (twice, "damaged"),
    "a zip of the large kind": (lambda: large_kind(), "unpacks"),
    "XML that goes on for megabytes": (lambda: docx(paragraph("x"), "<w:p/>" * 2_900_000), "too deep"),
    "deep nesting": (deep, "too deep"),
    "very deep nesting": (very_deep, "too deep"),
    "too many elements": (lambda: docx("<w:p/>" * 310_000), "too many parts"),
    "too many paragraphs": (lambda: docx("<w:p/>" * 4_001), "too many parts"),
    "too many paragraphs of an OpenDocument": (lambda: odt(odt_p("x") * 4_001), "too many parts"),
    "too many runs": (lambda: docx("<w:p>" + (run("a") + run("b", "<w:b/>")) * 25_000 + "</w:p>"), "too many parts"),
    "too many members": (many_members, "unpacks"),
    "a great ratio": (great_ratio, "unpacks"),
    "three declared gigabytes": (lambda: build.declaring(docx(paragraph("x")), 3 * 1024**3), "unpacks"),
    "a cut zip": (lambda: docx(paragraph("x"))[:-200], "damaged"),
    "a zip with a flipped byte": (
        lambda: (lambda c: c[:90] + bytes([c[90] ^ 255]) + c[91:])(docx(paragraph("words " * 500))),
        "damaged",
    ),
    "a plain zip": (lambda: zipped({"a.txt": b"x"}), "zip archive"),
    "a Pages file": (lambda: zipped({"Index/Document.iwa": b"x"}), "Pages"),
    "a document without its main part": (
        lambda: zipped({k: v for k, v in Docx("x").parts().items() if k != "word/document.xml"}),
        "damaged",
    ),
    "a document whose main part is not XML": (
        lambda: Docx("", members={"word/document.xml": b"<a><b>"}).bytes(),
        "damaged",
    ),
    "a cut PDF": (lambda: b"%PDF-1.7\n1 0 obj", "damaged"),
    "a PDF that runs a script": (running_pdf, "runs a script"),
    "a PDF of 201 pages": (lambda: build.pdf(*[["words of the essay"]] * 201), "201 pages"),
    "a PDF that unpacks without end": (endless_pdf, "unpacks"),
    "a phone's picture": (lambda: b"\x00\x00\x00\x20ftypheic" + b"\x00" * 40, "JPEG"),
    "noise": (lambda: bytes(range(256)) * 9, "not a kind of file"),
    "an OpenDocument workbook": (
        lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        "not a text",
    ),
    "an OpenDocument with macros": (lambda: odt(odt_p("x"), members={"Basic/a.xml": b"<a/>"}), "macros"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_is_refused_with_a_sentence(name):
    made, says = REFUSALS[name]
    assert says in refusal(made())


def test_sixty_megabytes_are_refused_unread():
    class Large(io.RawIOBase):
        def seek(self, offset, whence=0):
            return 60 * 1024 * 1024

        def tell(self):
            return 60 * 1024 * 1024

        def read(self, size=-1):
            raise AssertionError("the file is read")

    assert "60 MB" in refusal(Large())


def test_sixty_megabytes_on_disk_are_refused(tmp_path):
    path = tmp_path / "essay.docx"
    with path.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    assert "25 MB" in refusal(path)


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_declares():
    content = build.declaring(docx(paragraph("words " * 2000)), 10)
    assert "damaged" in refusal(content)


def test_a_damaged_picture_is_refused_as_evidence():
    assert "damaged" in refusal(build.png()[:40], "a.png", Purpose.EVIDENCE)


def test_the_name_is_shown_without_its_folders_and_control_characters():
    with pytest.raises(Unacceptable) as refused:
        documents.inspect(b"MZ\x00", "C:\\Users\\me\\es\u202esay.docx")
    sentence = refused.value.sentence
    assert sentence.startswith("essay.docx is a program")


def test_what_cannot_be_shown_says_so():
    with pytest.raises(Unacceptable, match="Download it"):
        documents.read(b"ID3", Kind.MP3)
    assert not Kind.MP3.readable
    assert Kind.DOCX.readable


# ---------------------------------------------------------------- how it reads


def test_a_word_document_reads_with_ids_outline_and_notes():
    reading = documents.read(
        docx(
            paragraph("My essay", style="Title"),
            heading("1.1 Purpose"),
            paragraph("Two words", inner=build.note_mark(2)),
            heading("A detail", 2),
            paragraph("three more words"),
            heading("1.2 Setting"),
            footnotes={2: "A note."},
        ),
        Kind.DOCX,
    )
    assert [(one.level, one.title, one.words) for one in reading.outline] == [
        (1, "1.1 Purpose", 9),
        (2, "A detail", 5),
        (1, "1.2 Setting", 2),
    ]
    assert all(f'id="{one.id}"' in reading.html for one in reading.outline)
    assert '<h2 class="title" id="p1">My essay</h2>' in reading.html
    assert '<h3 id="p4">A detail</h3>' in reading.html
    assert 'href="#essay-footnote-2"' in reading.html
    assert 'id="essay-footnote-2"' in reading.html
    assert 'href="#essay-footnote-ref-2"' in reading.html
    assert 'id="essay-footnote-ref-2"' in reading.html
    assert "<h1" not in reading.html
    assert reading.converter.startswith("waymark 2, mammoth")


def test_short_bold_lines_are_the_outline_where_no_heading_style_is_used():
    bold = paragraph("", inner=run("1.1 Purpose", "<w:b/>"))
    reading = documents.read(docx(bold, paragraph("words")), Kind.DOCX)
    assert [one.title for one in reading.outline] == ["1.1 Purpose"]
    reading = documents.read(odt(odt_p("1.1 Purpose", "Bold"), odt_p("words")), Kind.ODT)
    assert [one.title for one in reading.outline] == ["1.1 Purpose"]


def test_a_style_based_on_a_heading_is_a_heading():
    reading = documents.read(docx(paragraph("Ours", style="Ours")), Kind.DOCX)
    assert [(one.level, one.title) for one in reading.outline] == [(2, "Ours")]


def test_larger_lines_of_a_pdf_are_its_outline():
    reading = documents.read(
        build.pdf([("1.1 Purpose", 16), *["words of a long enough line to be body"] * 6]), Kind.PDF
    )
    assert [one.title for one in reading.outline] == ["1.1 Purpose"]


def test_pictures_come_out_as_files():
    reading = documents.read(
        docx(paragraph("", inner=build.figure("pic", "a <model>")), media={"pic.png": build.png()}), Kind.DOCX
    )
    assert [(one.name, one.mime, one.alt) for one in reading.figures] == [("figure-0.png", "image/png", "a <model>")]
    assert 'src="figure:0"' in reading.html
    assert "<model>" not in reading.html
    assert reading.figures[0].content == build.png()


def test_a_picture_no_browser_shows_leaves_a_remark():
    content = docx(paragraph("", inner=build.figure("pic")), media={"pic.png": b"not a picture"})
    reading = documents.read(content, Kind.DOCX)
    assert reading.figures == ()
    assert "[picture not shown]" in reading.html


def test_a_long_chain_of_deleted_ends_and_a_sentence_in_a_thousand_runs_read_as_one():
    ends = '<w:rPr><w:del w:id="1"/></w:rPr>'
    chained = docx(*(paragraph("a", properties=ends) for _ in range(500)), paragraph("b"))
    assert documents.read(chained, Kind.DOCX).text == "a" * 500 + "b\n"
    cut = docx(paragraph("", inner=(run("so ") * 3 + run("be", "<w:b/>") + run(" it ")) * 300))
    reading = documents.read(cut, Kind.DOCX)
    assert reading.text == "so so so be it " * 300 + "\n"
    assert reading.html.count("<strong>be</strong>") == 300


def test_every_id_is_given_once():
    marks = "".join('<w:bookmarkStart w:id="1" w:name="same"/>' for _ in range(3))
    reading = documents.read(docx(*(paragraph("a", inner=marks) for _ in range(3)), build.item("b")), Kind.DOCX)
    found = re.findall(r' id="([^"]+)"', reading.html)
    assert len(found) == len(set(found))


def test_moved_text_is_shown_where_it_went():
    moved = docx(
        paragraph("here ", inner=f'<w:moveTo w:id="1">{run("and moved")}</w:moveTo>'),
        paragraph("there", inner=f'<w:moveFrom w:id="1">{run(" and moved")}</w:moveFrom>'),
    )
    assert documents.read(moved, Kind.DOCX).text == "here and moved\nthere\n"


@pytest.mark.parametrize("wrapper", ["ins", "smartTag", "customXml", "fldSimple", "bdo", "dir"])
def test_text_is_shown_whatever_it_is_wrapped_in(wrapper):
    content = docx(paragraph("before ", inner=f"<w:{wrapper}>{run('within')}</w:{wrapper}>"))
    reading = documents.read(content, Kind.DOCX)
    assert reading.text == "before within\n"
    assert reading.counts.body == 2


def test_hidden_and_deleted_text_is_not_shown():
    reading = documents.read(docx(paragraph("seen ", inner=build.hidden("secret") + build.deletion("gone"))), Kind.DOCX)
    assert reading.text.split() == ["seen"]


def test_the_same_document_reads_the_same_twice():
    content = docx(heading("One"), paragraph("two"))
    assert documents.read(content, Kind.DOCX) == documents.read(content, Kind.DOCX)


def test_an_open_document_reads_with_lists_tables_links_and_pictures():
    svg = "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
    frame = (
        f'<draw:frame xmlns:svg="{svg}"><draw:image xlink:href="Pictures/a.png"/><draw:image xlink:href="Pictures/a.png"/>'
        "<svg:title>A model</svg:title></draw:frame>"
    )
    content = odt(
        '<text:list text:style-name="L1"><text:list-item>' + odt_p("first") + "</text:list-item></text:list>",
        "<text:list><text:list-item>" + odt_p("dot") + "</text:list-item></text:list>",
        "<table:table><table:table-header-rows><table:table-row><table:table-cell "
        'table:number-columns-spanned="2">' + odt_p("head") + "</table:table-cell></table:table-row>"
        "</table:table-header-rows><table:table-rows><table:table-row><table:table-cell>"
        + odt_p("cell")
        + "</table:table-cell>"
        "</table:table-row></table:table-rows></table:table>",
        '<text:p>a <text:a xlink:href="https://example.org/">link</text:a> <text:span text:style-name="Strong">bold</text:span> '
        f'<text:span text:style-name="Slanted">leaning</text:span>{frame}</text:p>',
        "<draw:frame><draw:image xlink:href='Pictures/none.png'/></draw:frame>",
        odt_p(""),
        odt_p("Figure 1", "Caption"),
        members={"Pictures/a.png": build.png()},
    )
    reading = documents.read(content, documents.inspect(content))
    assert '<ol><li><p id="p1">first</p>' in reading.html
    assert '<ul><li><p id="p2">dot</p>' in reading.html
    assert '<th colspan="2"><p id="p3">head</p>' in reading.html
    assert '<a href="https://example.org/" rel="noopener nofollow">link</a>' in reading.html
    assert "<strong>bold</strong> <em>leaning</em>" in reading.html
    assert reading.html.count("<img") == 1
    assert 'alt="A model"' in reading.html
    assert reading.html.count("[picture not shown]") == 1
    assert '<p class="caption"' in reading.html
    assert reading.figures[0].alt == "A model"


def test_styles_and_shapes_of_a_word_document_reach_the_html():
    maths = "<m:oMathPara><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath><m:oMath><m:r><m:t>=c</m:t></m:r></m:oMath></m:oMathPara>"
    reading = documents.read(
        docx(
            paragraph("Beneath", style="Subtitle"),
            paragraph("She said", style="Quote"),
            paragraph("Table 1", style="Caption"),
            paragraph("so ", inner=maths),
            paragraph(
                "",
                inner=f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Click here')}</w:sdtContent></w:sdt>",
            ),
            paragraph("at body level", style="Heading1", properties='<w:outlineLvl w:val="9"/>'),
            paragraph("at level two", properties='<w:outlineLvl w:val="1"/>'),
        ),
        Kind.DOCX,
    )
    assert '<p class="subtitle" id="p1">Beneath</p>' in reading.html
    assert re.search(r"<blockquote>\s*<p id=\"p2\">She said</p>", reading.html)
    assert '<p class="caption" id="p3">Table 1</p>' in reading.html
    assert "so a+b=c" in reading.text
    assert "Click here" not in reading.text
    assert [(one.level, one.title) for one in reading.outline] == [(2, "at level two")]


def test_plain_text_and_pictures_read_too():
    text = documents.read("First line,\nstill first.\n\nSecond – with a dash.".encode(), Kind.TXT)
    assert [*re.findall(r"<p id=\"(p\d)\">", text.html)] == ["p1", "p2"]
    assert text.counts.total == 9
    assert "caf\u00e9" in documents.read(b"caf\xe9", Kind.TXT).text
    picture = documents.read(build.png(), Kind.PNG)
    assert (len(picture.figures), picture.counts.total) == (1, 0)
    assert "[picture not shown]" in documents.read(b"no picture", Kind.PNG).html


def test_pictures_are_kept_up_to_a_number():
    many = {f"pic{n}.png": build.png(n + 1) for n in range(62)}
    reading = documents.read(
        docx(*(paragraph("", inner=build.figure(f"pic{n}")) for n in range(62)), media=many), Kind.DOCX
    )
    assert len(reading.figures) == 60
    assert reading.html.count("[picture not shown]") == 2


# ---------------------------------------------------------------- nothing active

ACTIVE = re.compile(
    r"<(?:script|style|iframe|object|svg|form|input|link|meta|base)|\son\w+\s*=|javascript:|data:|style=", re.I
)
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "<iframe src=//example.org>",
    "'; DROP TABLE users; --",
    "</p></div><style>*{display:none}</style>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_written_as_text_stays_text(attack):
    for content, kind in (
        (docx(heading(attack), paragraph(attack)), Kind.DOCX),
        (odt(odt_h(attack), odt_p(attack)), Kind.ODT),
    ):
        reading = documents.read(content, kind)
        shown = re.sub(r"&[a-z]+;", "", reading.html)
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<svg" not in shown
        assert "<style" not in shown
        assert " ".join(reading.text.split()) == " ".join(f"{attack} {attack}".split())


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org",
    ],
)
def test_a_link_to_anything_but_the_web_or_mail_goes_nowhere(address):
    link = f'<w:hyperlink r:id="rL">{run("click")}</w:hyperlink>'
    word = documents.read(docx(paragraph("", inner=link), links={"rL": address}), Kind.DOCX).html
    coded = documents.read(docx(paragraph("", inner=build.field_of(f'HYPERLINK "{address}"', "click"))), Kind.DOCX).html
    open_ = documents.read(odt(f'<text:p><text:a xlink:href="{address}">click</text:a></text:p>'), Kind.ODT).html
    for html in (word, coded, open_):
        assert "click" in html
        assert "href" not in html


def test_a_link_to_the_web_tells_nothing_of_us():
    link = f'<w:hyperlink r:id="rL">{run("click")}</w:hyperlink>'
    html = documents.read(docx(paragraph("", inner=link), links={"rL": "https://example.org/a"}), Kind.DOCX).html
    assert '<a href="https://example.org/a" rel="noopener nofollow">' in html


def test_a_picture_from_outside_is_not_fetched():
    linked = build.figure("rX").replace("r:embed", "r:link")
    relation = (
        '<Relationship Id="rX" TargetMode="External" Target="https://example.org/spy.png" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
    )
    reading = documents.read(docx(paragraph("a", inner=linked), relations=relation), Kind.DOCX)
    assert "example.org" not in reading.html
    image = '<draw:frame><draw:image xlink:href="https://example.org/spy.png"/></draw:frame>'
    assert "example.org" not in documents.read(odt(f"<text:p>a{image}</text:p>"), Kind.ODT).html


def test_an_own_style_map_in_the_document_is_ignored():
    content = docx(paragraph("x"), members={"mammoth/style-map": b"p => h3:fresh"})
    assert documents.read(content, Kind.DOCX).html == '<p id="p1">x</p>\n'


@pytest.mark.parametrize(
    "raw",
    [
        '<p onclick="x()">a</p>',
        '<p style="color:red">a</p>',
        '<a href="javascript:x">a</a>',
        '<img src="https://e.org/a.png">',
        '<img src="figure:0" onerror="x">',
        '<p id="csrf">a</p>',
        '<a name="body">a</a>',
        "<form action=x>a</form>",
        '<p class="btn">a</p>',
        '<svg><a xlink:href="javascript:x">a</a></svg>',
        "<math><mtext><script>x</script></mtext></math>",
        "<!-- a -->",
        '<img src="figure:javascript">',
        '<a href="#main">a</a>',
        '<input value="x">',
        "<template><script>x</script></template>",
    ],
)
def test_only_what_is_listed_survives(raw):
    html = clean(raw)
    assert not ACTIVE.search(html)
    assert not re.search(r'(?:id="csrf|name=|class="[^"]|e\.org|#main|action|xlink|<!--)', html)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["<b>", "<a href='", "<img src=", "<script>", "</h2>", "<td onload="]))
def test_cleaning_is_final(text, opening):
    once = clean(opening + text)
    assert clean(once) == once


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4\n", OLE[:8], b"\x89PNG\r\n\x1a\n", b"ID3", b"\xff\xd8\xff"]),
)
def test_no_bytes_do_more_than_be_refused(content, start):
    with contextlib.suppress(Unacceptable):
        documents.inspect(start + content, "x", purpose=Purpose.EVIDENCE)


GOOD = docx(heading("One"), paragraph("two " * 40, inner=build.note_mark(2)), footnotes={2: "note"})


@settings(max_examples=120, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_document_is_read_or_refused_and_nothing_else(position, noise):
    content = GOOD[:position] + noise + GOOD[position + len(noise) :]
    with contextlib.suppress(Unacceptable):
        documents.read(content, documents.inspect(content))


def test_nothing_is_written_beside_the_file(tmp_path):
    path = Path(tmp_path / "essay.docx")
    path.write_bytes(GOOD)
    documents.read(path, documents.inspect(path))
    assert [one.name for one in tmp_path.iterdir()] == ["essay.docx"]
