"""Builders of documents for tests: small, whole, and with the count known from how they were made."""

import io
import struct
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import pikepdf

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_V = "urn:schemas-microsoft-com:vml"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{_R}" xmlns:mc="{_MC}" xmlns:wps="{_WPS}" xmlns:wp="{_WP}" xmlns:a="{_A}" '
    f'xmlns:pic="{_PIC}" xmlns:v="{_V}" xmlns:m="{_M}"'
)
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


# ---------------------------------------------------------------- .docx

STYLES = f"""<w:styles {_NAMESPACES}>
<w:style w:type="paragraph" w:styleId="Normal" w:default="1"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Ours"><w:name w:val="House heading"/><w:basedOn w:val="Heading2"/></w:style>
<w:style w:type="paragraph" w:styleId="Subtitle"><w:name w:val="Subtitle"/></w:style>
<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>
<w:style w:type="character" w:styleId="Ghost"><w:name w:val="Ghost"/><w:rPr><w:vanish/></w:rPr></w:style>
</w:styles>"""


def run(text: str, properties: str = "") -> str:
    props = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{props}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(text: str = "", *, style: str = "", inner: str = "", properties: str = "") -> str:
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{style}{properties}</w:pPr>{run(text) if text else ''}{inner}</w:p>"


def heading(text: str, level: int = 1) -> str:
    return paragraph(text, style=f"Heading{level}")


def deletion(text: str) -> str:
    return f'<w:del w:id="9" w:author="A"><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def insertion(text: str) -> str:
    return f'<w:ins w:id="8" w:author="A">{run(text)}</w:ins>'


def hidden(text: str) -> str:
    return run(text, "<w:vanish/>")


def table(rows: list[list[str]]) -> str:
    body = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f"<w:tbl>{body}</w:tbl>"


def item(text: str) -> str:
    return paragraph(text, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')


def note_mark(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def text_box(text: str) -> str:
    """A text box as Word writes it: once for itself and once for older readers."""
    box = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        f"</mc:AlternateContent></w:r>"
    )


def field_of(code: str, shown: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{escape(code)}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def figure(relation: str, alt: str = "") -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="{escape(alt)}"/><a:graphic><a:graphicData>'
        f'<pic:pic><pic:blipFill><a:blip r:embed="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        f"</wp:inline></w:drawing></w:r>"
    )


def contents_table(*lines: str) -> str:
    inner = "".join(paragraph(line, style="TOC1") for line in lines)
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    )


@dataclass
class Docx:
    """A Word document of given parts, written by hand so that every part is known."""

    body: str = ""
    footnotes: dict[int, str] = field(default_factory=dict)
    endnotes: dict[int, str] = field(default_factory=dict)
    header: str = ""
    stated: int | None = None
    media: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    relations: str = ""
    members: dict[str, bytes] = field(default_factory=dict)
    main_type: str = WORD_TYPE

    def parts(self) -> dict[str, bytes]:
        office = _R
        types = [("/word/document.xml", self.main_type)]
        relations = [f'<Relationship Id="rS" Type="{office}/styles" Target="styles.xml"/>']
        relations += [f'<Relationship Id="rN" Type="{office}/numbering" Target="numbering.xml"/>']
        parts: dict[str, str | bytes] = {
            "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{self.body}</w:body></w:document>",
            "word/styles.xml": STYLES,
            "word/numbering.xml": f'<w:numbering {_NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
            '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            "</w:numbering>",
            "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        }
        for kind, notes in (("footnote", self.footnotes), ("endnote", self.endnotes)):
            if notes:
                inner = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("never counted")}</w:{kind}>'
                inner += "".join(f'<w:{kind} w:id="{n}">{paragraph(text)}</w:{kind}>' for n, text in notes.items())
                parts[f"word/{kind}s.xml"] = f"<w:{kind}s {_NAMESPACES}>{inner}</w:{kind}s>"
                relations.append(f'<Relationship Id="r{kind}" Type="{office}/{kind}s" Target="{kind}s.xml"/>')
        if self.header:
            parts["word/header1.xml"] = f"<w:hdr {_NAMESPACES}>{paragraph(self.header)}</w:hdr>"
            relations.append(f'<Relationship Id="rH" Type="{office}/header" Target="header1.xml"/>')
        for relation, target in self.links.items():
            relations.append(
                f'<Relationship Id="{relation}" Type="{office}/hyperlink" Target="{escape(target)}" '
                'TargetMode="External"/>'
            )
        for name, content in self.media.items():
            parts[f"word/media/{name}"] = content
            relations.append(
                f'<Relationship Id="{name.partition(".")[0]}" Type="{office}/image" Target="media/{name}"/>'
            )
        if self.stated is not None:
            parts["docProps/app.xml"] = (
                '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
                f"<Words>{self.stated}</Words></Properties>"
            )
        parts["word/_rels/document.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{''.join(relations)}{self.relations}</Relationships>"
        )
        overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in types)
        parts["[Content_Types].xml"] = (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
            f"{overrides}</Types>"
        )
        encoded = {name: one.encode() if isinstance(one, str) else one for name, one in parts.items()}
        return encoded | self.members

    def bytes(self) -> bytes:
        return zipped(self.parts())


def docx(*body: str, **parts) -> bytes:
    return Docx("".join(body), **parts).bytes()


def zipped(members: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def declaring(content: bytes, size: int) -> bytes:
    """The same archive, its directory claiming that the first member unpacks to this size."""
    changed = bytearray(content)
    entry = content.index(b"PK\x01\x02")
    struct.pack_into("<L", changed, entry + 24, size)
    return bytes(changed)


# ---------------------------------------------------------------- .odt

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def odt(
    *body: str, stated: int | None = None, members: dict[str, bytes] | None = None, encrypted: bool = False
) -> bytes:
    styles = (
        '<office:automatic-styles><style:style style:name="Bold" style:family="paragraph">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="Ghost" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="Strong" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="Slanted" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style>'
        '<style:style style:name="Unseen" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
        "</office:automatic-styles>"
    )
    entry = '<manifest:encryption-data xmlns:manifest="m"/>' if encrypted else ""
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": (
            f"<office:document-content {_ODF}>{styles}<office:body><office:text>{''.join(body)}</office:text>"
            "</office:body></office:document-content>"
        ).encode(),
        "META-INF/manifest.xml": f"<manifest>{entry}</manifest>".encode(),
    }
    if stated is not None:
        parts["meta.xml"] = (
            f"<office:document-meta {_ODF}><office:meta>"
            f'<meta:document-statistic meta:word-count="{stated}"/></office:meta></office:document-meta>'
        ).encode()
    return zipped(parts | (members or {}), stored=("mimetype",))


def odt_p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{escape(text)}</text:p>'


def odt_h(text: str, level: int = 1) -> str:
    return f'<text:h text:outline-level="{level}">{escape(text)}</text:h>'


def odt_note(text: str, kind: str = "footnote") -> str:
    return (
        f'<text:note text:note-class="{kind}"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{odt_p(text)}</text:note-body></text:note>"
    )


def odt_table(rows: list[list[str]]) -> str:
    cell = "<table:table-cell>{}</table:table-cell>"
    return (
        "<table:table>"
        + "".join(
            f"<table:table-row>{''.join(cell.format(odt_p(one)) for one in row)}</table:table-row>" for row in rows
        )
        + "</table:table>"
    )


# ---------------------------------------------------------------- .pdf and pictures


def pdf(*pages: list[str | tuple[str, int]], extra=None, password: str = "") -> bytes:
    """A PDF of lines set one under the other; a pair gives a line its size, an empty line a gap."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for lines in pages:
        document.add_blank_page(page_size=(595, 842))
        content, top = ["BT"], 790
        for line in lines:
            text, size = line if isinstance(line, tuple) else (line, 11)
            text = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            if text:
                top -= round(size * 1.27)
                content.append(f"/F1 {size} Tf 1 0 0 1 60 {top} Tm ({text}) Tj")
            else:
                top -= 14
        content.append("ET")
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream("\n".join(content).encode("latin-1"))
    if extra:
        extra(document)
    target = io.BytesIO()
    encryption = pikepdf.Encryption(user=password, owner=password) if password else False
    document.save(target, encryption=encryption)
    return target.getvalue()


def png(width: int = 4, height: int = 3) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (width, height), (30, 90, 60)).save(target, "PNG")
    return target.getvalue()


def jpeg(*, thumbnail: bool = False) -> bytes:
    """A photograph; with its thumbnail before the pixels, as cameras write it."""
    from PIL import Image

    target, small = io.BytesIO(), io.BytesIO()
    Image.effect_noise((80, 60), 50).save(target, "JPEG")
    if not thumbnail:
        return target.getvalue()
    Image.new("RGB", (8, 6)).save(small, "JPEG")
    inner = b"Exif\x00\x00" + small.getvalue()
    return target.getvalue()[:2] + b"\xff\xe1" + struct.pack(">H", len(inner) + 2) + inner + target.getvalue()[2:]
