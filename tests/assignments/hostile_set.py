"""Files made to hurt: each takes far more to read than to send. What is expected of each stands beside it."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

from assignments.documents import Kind, Purpose
from tests.assignments import documents as build
from tests.assignments.documents import Docx, docx, heading, odt, odt_p, paragraph, run, zipped
from tests.assignments.pieces import words


@dataclass(frozen=True)
class Hostile:
    make: Callable[[], bytes]
    says: str = ""
    """Words of the refusal; where empty, the file is read in spite of itself."""
    purpose: Purpose = Purpose.ESSAY
    kind: Kind | None = None


def part(xml: str | bytes, name: str = "word/document.xml") -> bytes:
    return Docx(paragraph("x"), members={name: xml.encode() if isinstance(xml, str) else xml}).bytes()


def billion_laughs() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return part(f'<!DOCTYPE a [<!ENTITY l0 "ha">{lines}]><a>&l9;</a>')


def quadratic_entity() -> bytes:
    return part(f'<!DOCTYPE a [<!ENTITY a "{"a" * 100_000}">]><a>{"&a;" * 50_000}</a>')


def declared_late() -> bytes:
    """Behind a megabyte of comment, where a look at the beginning would not see it."""
    return part(f'<!--{"x" * 1_000_000}--><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


def remote(kind: str, target: str) -> bytes:
    relation = (
        f'<Relationship Id="rT" TargetMode="External" Target="{target}" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
    )
    return Docx(paragraph("x"), relations=relation).bytes()


def nested_tables() -> bytes:
    return docx("<w:tbl><w:tr><w:tc>" * 10_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 10_000)


def nested_tables_odt() -> bytes:
    return odt(
        "<table:table><table:table-row><table:table-cell>" * 10_000
        + "</table:table-cell></table:table-row></table:table>" * 10_000
    )


def large_picture(side: int = 30_000) -> bytes:
    """A true PNG of 900 million pixels in 110 kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packer, row = zlib.compressobj(9), bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_large_picture() -> bytes:
    return docx(paragraph(words(50), inner=build.figure("pic", "A model")), media={"pic.png": large_picture()})


def with_large_picture_odt() -> bytes:
    frame = "<draw:frame><draw:image xlink:href='Pictures/a.png'/></draw:frame>"
    return odt(f"<text:p>{words(50)}{frame}</text:p>", members={"Pictures/a.png": large_picture()})


def zip_of_zeros() -> bytes:
    return Docx(paragraph("x"), members={"word/media/a.bmp": bytes(99 * 1024 * 1024)}).bytes()


def many_of_zeros() -> bytes:
    return Docx(paragraph("x"), members={f"word/media/{n}.bmp": bytes(19 * 1024 * 1024) for n in range(40)}).bytes()


def overlapping() -> bytes:
    """A thousand entries of the directory that all point to one packed member."""
    content = zipped({"word/a0000.bmp": bytes(5_000_000)})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    entries = b"".join(entry.replace(b"a0000", f"a{n:04}".encode()) for n in range(1000))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1000, 1000, len(entries), start, 0)
    return content[:start] + entries + tail


def directory_beyond() -> bytes:
    content = bytearray(docx(paragraph("x")))
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = (2**31).to_bytes(4, "little")
    return bytes(content)


def chained_styles(number: int = 6_000) -> bytes:
    """Each style based on the one before; to look one up by its chain for every paragraph is quadratic."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:name w:val="s{n}"/><w:basedOn w:val="s{n - 1}"/></w:style>'
        for n in range(number)
    )
    body = "".join(paragraph("word", style=f"s{number - 1 - n}") for n in range(number // 2))
    return docx(body, members={"word/styles.xml": f"<w:styles {build._NAMESPACES}>{styles}</w:styles>".encode()})


def circular_styles(paragraphs: int = 3_000) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:name w:val="s{n}"/><w:basedOn w:val="s{(n + 1) % 900}"/></w:style>'
        for n in range(900)
    )
    body = "".join(paragraph("word", style=f"s{n % 900}") for n in range(paragraphs))
    return docx(body, members={"word/styles.xml": f"<w:styles {build._NAMESPACES}>{styles}</w:styles>".encode()})


def chained_styles_odt() -> bytes:
    styles = "".join(
        f'<style:style style:name="s{n}" style:family="paragraph" style:parent-style-name="s{n - 1}"/>'
        for n in range(20_000)
    )
    sheet = f"<office:document-styles {build._ODF}><office:styles>{styles}</office:styles></office:document-styles>"
    return odt(*(odt_p("word", f"s{19_999 - n}") for n in range(3_000)), members={"styles.xml": sheet.encode()})


def endless_pages() -> bytes:
    """A page tree whose only branch is itself."""

    def twisted(document):
        document.Root.Pages.Kids = pikepdf.Array([document.Root.Pages])
        document.Root.Pages.Count = 100_000

    return build.pdf(["words of an essay"], extra=twisted)


def deep_pages() -> bytes:
    def deepened(document):
        leaf = document.pages[0].obj
        for _ in range(20_000):
            leaf = document.make_indirect(
                pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=pikepdf.Array([leaf]), Count=1)
            )
        document.Root.Pages = leaf

    return build.pdf(["words of an essay"], extra=deepened)


def object_stream_bomb() -> bytes:
    """An object stream that unpacks to 200 MB of one object."""
    inner = b"1 0 " + b" " * 200_000_000
    packed = zlib.compress(inner, 9)
    head = b"%PDF-1.7\n"
    stream = b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    first = head + stream + packed + b"\nendstream\nendobj\n"
    rows = b"".join(
        struct.pack(">BIH", *row)
        for row in ((0, 0, 0), (2, 4, 0), (2, 4, 0), (2, 4, 0), (1, len(head), 0), (1, len(first), 0))
    )
    table = b"5 0 obj\n<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return first + table + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(first)


def content_bomb(filters: int = 3) -> bytes:
    """A page whose drawing is packed several times over."""

    def packed(document):
        content = b"q " * 60_000_000
        for _ in range(filters):
            content = zlib.compress(content, 9)
        stream = document.make_stream(content)
        stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * filters)
        document.pages[0].Contents = stream

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.pdf(["words"]))) as document:
        packed(document)
        document.save(target, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return target.getvalue()


def many_letters() -> bytes:
    """Two hundred pages of nothing but text, on top of itself."""

    def filled(document):
        content = b"BT /F1 11 Tf 60 700 Td " + b"(words of an essay words of an essay) Tj " * 20_000 + b"ET"
        stream = document.make_indirect(document.make_stream(content))
        for page in document.pages:
            page.Contents = stream

    return build.pdf(*[["words"]] * 200, extra=filled)


def many_objects() -> bytes:
    def filled(document):
        for _ in range(200_000):
            document.make_indirect(pikepdf.Dictionary(A=1))

    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Extra = pikepdf.Array([document.make_indirect(pikepdf.Dictionary(A=1)) for _ in range(150_000)])
    target = io.BytesIO()
    document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def named_backwards() -> bytes:
    return Docx(
        paragraph(words(9)), members={"word/media/\u202egnp.exe": b"x", "word/\u200f/../../a.xml": b"<a/>"}
    ).bytes()


def nested_zips() -> bytes:
    inner = zipped({"a": bytes(10_000_000)})
    for _ in range(20):
        inner = zipped({f"{n}.zip": inner for n in range(10)})
    return inner


def many_attributes() -> bytes:
    named = " ".join(f'w:a{n}="1"' for n in range(50_000))
    return docx(f"<w:p {named}><w:r><w:t>x</w:t></w:r></w:p>")


def fields_without_end() -> bytes:
    begun = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    return docx(paragraph("", inner=begun * 20_000 + run("x") * 20_000))


def cut(content: bytes) -> bytes:
    return content[: len(content) * 8 // 10]


ESSAY = docx(*(heading(words(3, n)) + paragraph(words(200, n)) for n in range(25)))
ESSAY_ODT = odt(*(odt_p(words(200, n)) for n in range(25)))
ESSAY_PDF = build.pdf(*[[words(10, n) for n in range(40)] for _ in range(12)])
DAMAGED, ENTITIES, DEEP, UNPACKS = "is damaged", "entities", "too deep or from too many parts", "unpacks to far more"

HOSTILE = {
    "a billion laughs": Hostile(billion_laughs, ENTITIES),
    "a quadratic entity": Hostile(quadratic_entity, ENTITIES),
    "an entity declared behind a megabyte": Hostile(declared_late, ENTITIES),
    "an outside entity in the numbering": Hostile(
        lambda: part('<!DOCTYPE a [<!ENTITY x SYSTEM "http://10.0.0.1/">]><a>&x;</a>', "word/numbering.xml"), ENTITIES
    ),
    "an entity bomb in an OpenDocument": Hostile(
        lambda: odt(odt_p("x"), members={"styles.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}), ENTITIES
    ),
    "a template from elsewhere": Hostile(lambda: remote("attachedTemplate", "https://example.org/t.dotm"), "another computer"),
    "a part from a share": Hostile(lambda: remote("oleObject", "mhtml:https://example.org/x"), "another computer"),
    "a picture from elsewhere": Hostile(lambda: remote("image", "https://example.org/spy.png")),
    "10,000 nested tables": Hostile(nested_tables, DEEP),
    "10,000 nested tables in an OpenDocument": Hostile(nested_tables_odt, DEEP),
    "5,000 nested lists in an OpenDocument": Hostile(
        lambda: odt("<text:list><text:list-item>" * 5_000 + "</text:list-item></text:list>" * 5_000), DEEP
    ),
    "40 nested lists in an OpenDocument": Hostile(
        lambda: odt("<text:list><text:list-item>" * 40 + odt_p("x") * 500 + "</text:list-item></text:list>" * 40)
    ),
    "a picture of 30,000 x 30,000 pixels": Hostile(with_large_picture),
    "that picture in an OpenDocument": Hostile(with_large_picture_odt),
    "that picture by itself": Hostile(large_picture, "too many pixels", Purpose.EVIDENCE),
    "99 MB of zeros": Hostile(zip_of_zeros, UNPACKS),
    "40 members of zeros": Hostile(many_of_zeros, UNPACKS),
    "zips in zips": Hostile(nested_zips, "zip archive"),
    "a thousand members in one place": Hostile(overlapping, UNPACKS),
    "a directory that lies about a size": Hostile(
        lambda: build.declaring(docx(paragraph("words " * 9_000)), 100), DAMAGED
    ),
    "a directory beyond the file": Hostile(directory_beyond, DAMAGED),
    "a chain of 6,000 styles": Hostile(chained_styles, DEEP),
    "a circle of 900 styles": Hostile(circular_styles, DEEP),
    "a chain of 20,000 styles in an OpenDocument": Hostile(chained_styles_odt, DEEP),
    "an attribute of 9 MB": Hostile(lambda: docx(f'<w:p w:rsid="{"a" * 9_000_000}"><w:r><w:t>x</w:t></w:r></w:p>')),
    "an attribute of 7 MB": Hostile(lambda: docx(f'<w:p w:rsid="{"a" * 7_000_000}"><w:r><w:t>x</w:t></w:r></w:p>')),
    "50,000 attributes": Hostile(
        many_attributes
    ),
    "a paragraph of 7 MB": Hostile(lambda: docx(paragraph("word " * 1_400_000)), DEEP),
    "a paragraph of 7 MB in an OpenDocument": Hostile(lambda: odt(odt_p("word " * 1_400_000)), DEEP),
    "a paragraph of 7 MB without a space": Hostile(lambda: odt(odt_p("x" * 7_000_000)), DEEP),
    "30,000 insertions in a paragraph": Hostile(lambda: docx(paragraph("", inner=build.insertion("x") * 30_000)), DEEP),
    "70,000 insertions around nothing": Hostile(lambda: docx(paragraph("x", inner='<w:ins w:id="1"/>' * 70_000)), DEEP),
    "20,000 fields without an end": Hostile(fields_without_end, DEEP),
    "3,900 text boxes in a paragraph": Hostile(
        lambda: docx(paragraph("x", inner=f"<w:r><w:txbxContent>{paragraph('y')}</w:txbxContent></w:r>" * 3_900)), DEEP
    ),
    "3,000 notes": Hostile(
        lambda: docx(
            *(paragraph("x", inner=build.note_mark(n)) for n in range(2, 3_002)),
            footnotes={n: "note" for n in range(2, 3_002)},
        ),
        DEEP,
    ),
    "20,000 runs of another look each": Hostile(
        lambda: docx(*(paragraph("", inner=(run("a") + run("b", "<w:b/>")) * 100) for _ in range(100))), DEEP
    ),
    "a page tree that is its own branch": Hostile(endless_pages, DAMAGED),
    "a page tree 20,000 deep": Hostile(deep_pages, DAMAGED),
    "an object stream of 200 MB": Hostile(object_stream_bomb, "PDF"),
    "a page packed three times over": Hostile(content_bomb, "PDF"),
    "200 pages of letters on letters": Hostile(many_letters, "PDF"),
    "150,000 objects in streams": Hostile(many_objects, "PDF"),
    "an essay cut at 80 %": Hostile(lambda: cut(ESSAY), DAMAGED),
    "an OpenDocument cut at 80 %": Hostile(lambda: cut(ESSAY_ODT), DAMAGED),
    "a PDF cut at 80 %": Hostile(lambda: cut(ESSAY_PDF), DAMAGED),
    "members named backwards": Hostile(named_backwards),
    "a written text of brackets": Hostile(lambda: b"[" * 190_000, DEEP, kind=Kind.WRITTEN),
    "a written text of stars": Hostile(lambda: b"*a **b " * 28_000, DEEP, kind=Kind.WRITTEN),
    "a written text 100,000 quotations deep": Hostile(lambda: b">" * 100_000 + b"a", DEEP, kind=Kind.WRITTEN),
}  # fmt: skip
