"""A WordprocessingML tree brought to what its author sees as final. Words are not counted and no HTML is made here."""

import re
from collections.abc import Iterator

from .archives import Element

STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_CONTENTS_STYLE = re.compile(
    r"^(?:toc ?(?:[1-9]|heading)|contents ?(?:[1-9]|heading)|table of figures)$", re.IGNORECASE
)
# Word itself follows no more than a few styles, each based on the next.
_CHAIN = 20
_UNWRAPPED = ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "bdo", "dir")
_PROPERTIES = ("rPr", "trPr", "tcPr", "pPr", "numPr", "tblPr", "sectPr")
_NOISE = (
    "proofErr",
    "lastRenderedPageBreak",
    "bookmarkEnd",
    "permStart",
    "permEnd",
    "commentRangeStart",
    "commentRangeEnd",
)


class Styles:
    """What the styles of a document say about headings, boldness and hiding, through their inheritance."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._names: dict[str | None, list[str]] = {}
        self._levels: dict[str | None, int] = {}
        self._on: dict[tuple[str | None, str], bool] = {}
        self.w = "{" + TRANSITIONAL + "}"
        if root is not None:
            self.w = root.tag.partition("}")[0] + "}"
            self._styles = {style.get(f"{self.w}styleId", ""): style for style in root.iterchildren(f"{self.w}style")}

    def chain(self, style_id: str | None) -> Iterator[Element]:
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._styles and len(seen) < _CHAIN:
            seen.add(style_id)
            style = self._styles[style_id]
            yield style
            based = style.find(f"{self.w}basedOn")
            style_id = None if based is None else based.get(f"{self.w}val")

    def names(self, style_id: str | None) -> list[str]:
        if style_id not in self._names:
            self._names[style_id] = self._named(style_id)
        return self._names[style_id]

    def _named(self, style_id: str | None) -> list[str]:
        found = [style.find(f"{self.w}name") for style in self.chain(style_id)]
        return [str(one.get(f"{self.w}val", "")).lower() for one in found if one is not None] or [
            (style_id or "").lower()
        ]

    def level(self, style_id: str | None) -> int:
        """The heading level of a style, 0 for none."""
        if style_id not in self._levels:
            self._levels[style_id] = self._level(style_id)
        return self._levels[style_id]

    def _level(self, style_id: str | None) -> int:
        for style in self.chain(style_id):
            name = style.find(f"{self.w}name")
            if name is not None and (found := re.fullmatch(r"heading ([1-9])", name.get(f"{self.w}val", "").lower())):
                return int(found.group(1))
            outline = style.find(f"{self.w}pPr/{self.w}outlineLvl")
            if outline is not None and (value := outline.get(f"{self.w}val", "9")).isdecimal():
                return int(value) + 1 if int(value) < 9 else 0
        return 0

    def is_on(self, style_id: str | None, what: str) -> bool:
        if (style_id, what) not in self._on:
            self._on[style_id, what] = self._is_on(style_id, what)
        return self._on[style_id, what]

    def _is_on(self, style_id: str | None, what: str) -> bool:
        for style in self.chain(style_id):
            found = style.find(f"{self.w}rPr/{self.w}{what}")
            if found is not None:
                return on(found, self.w)
        return False


def on(element: Element | None, w: str) -> bool:
    """Whether a yes-or-no property is set."""
    return element is not None and element.get(f"{w}val", "1") not in ("0", "false", "off", "none")


def settle(root: Element, styles: Styles) -> None:
    """Accept tracked changes, drop what is hidden or generated, and put text boxes after their paragraph, once."""
    w = root.tag.partition("}")[0] + "}"
    _choose_alternatives(root, w)
    _drop_contents_tables(root, w)
    _accept_changes(root, w)
    _unwrap(root, w)
    _drop_field_codes(root, w)
    _drop_hidden(root, w, styles)
    _drop_generated_paragraphs(root, w, styles)
    _write_out_maths(root, w)
    _place_text_boxes(root, w)
    _drop(list(root.iter(*(w + name for name in _NOISE))))
    for picture in root.iter(PICTURE):
        for attribute in [name for name in picture.attrib if name.endswith("}link")]:
            del picture.attrib[attribute]


def _drop(elements: list[Element]) -> None:
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _replace(element: Element, children: list[Element]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    # Not by number: to find the number of each of many wrappers in one paragraph is quadratic.
    for child in children:
        element.addprevious(child)
    parent.remove(element)


def _choose_alternatives(root: Element, w: str) -> None:
    """Word writes a text box twice, for itself and for older readers. One of the two is kept."""
    for alternative in list(root.iter(f"{COMPATIBILITY}AlternateContent")):
        choice, fallback = alternative.find(f"{COMPATIBILITY}Choice"), alternative.find(f"{COMPATIBILITY}Fallback")
        tells = choice is not None and any(True for _ in choice.iter(f"{w}txbxContent", PICTURE))
        chosen = choice if tells or fallback is None else fallback
        _replace(alternative, [] if chosen is None else list(chosen))


def _drop_contents_tables(root: Element, w: str) -> None:
    for control in list(root.iter(f"{w}sdt")):
        gallery = control.find(f"{w}sdtPr/{w}docPartObj/{w}docPartGallery")
        listed = "" if gallery is None else gallery.get(f"{w}val", "").lower()
        unfilled = control.find(f"{w}sdtPr/{w}showingPlcHdr") is not None
        if unfilled or listed in ("table of contents", "table of figures"):
            _drop([control])
        else:
            content = control.find(f"{w}sdtContent")
            _replace(control, [] if content is None else list(content))


def _accept_changes(root: Element, w: str) -> None:
    properties = {w + name for name in _PROPERTIES}
    _drop([one for one in root.iter(f"{w}del", f"{w}moveFrom") if one.getparent().tag not in properties])
    _drop([row for row in root.iter(f"{w}tr") if row.find(f"{w}trPr/{w}del") is not None])
    _drop([cell for cell in root.iter(f"{w}tc") if cell.find(f"{w}tcPr/{w}cellDel") is not None])
    # From the last to the first, so that a long chain of deleted ends is moved piece by piece and not again and again.
    for paragraph in reversed(list(root.iter(f"{w}p"))):
        marks = paragraph.find(f"{w}pPr/{w}rPr")
        if marks is not None and (marks.find(f"{w}del") is not None or marks.find(f"{w}moveFrom") is not None):
            _join_to_next(paragraph, w)


def _join_to_next(paragraph: Element, w: str) -> None:
    """The end of this paragraph is deleted, so what is left of it begins the next one."""
    following = paragraph.getnext()
    while following is not None and following.tag in (f"{w}bookmarkStart", f"{w}bookmarkEnd"):
        following = following.getnext()
    rest = [child for child in paragraph if child.tag != f"{w}pPr"]
    if following is not None and following.tag == f"{w}p":
        start = 1 if len(following) and following[0].tag == f"{w}pPr" else 0
        following[start:start] = rest
        _drop([paragraph])
    elif not rest and paragraph.getprevious() is not None:
        _drop([paragraph])


def _unwrap(root: Element, w: str) -> None:
    properties = {w + name for name in _PROPERTIES}
    for wrapper in list(root.iter(*(w + name for name in _UNWRAPPED))):
        if wrapper.getparent() is not None and wrapper.getparent().tag not in properties:
            _replace(wrapper, [child for child in wrapper if not child.tag.endswith("Pr")])


def _drop_field_codes(root: Element, w: str) -> None:
    """Between the begin and the separator of a field stands its code; only what follows is shown."""
    codes: list[bool] = []
    open_codes = 0
    doomed = []
    for element in root.iter(f"{w}fldChar", f"{w}t"):
        if element.tag == f"{w}fldChar":
            kind = element.get(f"{w}fldCharType")
            if kind == "begin":
                codes.append(True)
                open_codes += 1
            elif kind == "separate" and codes:
                open_codes -= codes[-1]
                codes[-1] = False
            elif kind == "end" and codes:
                open_codes -= codes.pop()
        elif open_codes:
            doomed.append(element)
    if not codes:
        # A field without an end would swallow the rest of the document.
        _drop(doomed)


def _drop_hidden(root: Element, w: str, styles: Styles) -> None:
    doomed = []
    for paragraph in root.iter(f"{w}p"):
        by_style = styles.is_on(style_of(paragraph, w), "vanish")
        for run in paragraph.iter(f"{w}r"):
            direct = run.find(f"{w}rPr/{w}vanish")
            run_style = run.find(f"{w}rPr/{w}rStyle")
            by_run_style = run_style is not None and styles.is_on(run_style.get(f"{w}val"), "vanish")
            if on(direct, w) if direct is not None else by_style or by_run_style:
                doomed.append(run)
    _drop(doomed)


def _paragraph_of(element: Element, w: str) -> Element | None:
    while element is not None and element.tag != f"{w}p":
        element = element.getparent()
    return element


def style_of(paragraph: Element, w: str) -> str | None:
    # The properties come first; to look for them among thousands of runs would take its time.
    if not len(paragraph) or paragraph[0].tag != f"{w}pPr":
        return None
    style = paragraph[0].find(f"{w}pStyle")
    return None if style is None else style.get(f"{w}val")


def _drop_generated_paragraphs(root: Element, w: str, styles: Styles) -> None:
    _drop(
        [
            paragraph
            for paragraph in root.iter(f"{w}p")
            if (style := style_of(paragraph, w)) and any(_CONTENTS_STYLE.match(name) for name in styles.names(style))
        ]
    )


def _write_out_maths(root: Element, w: str) -> None:
    for formula in list(root.iter(f"{MATHS}oMath")):
        text = "".join(part.text or "" for part in formula.iter(f"{MATHS}t"))
        run = formula.makeelement(f"{w}r")
        run.append(run.makeelement(f"{w}t"))
        run[0].text = text
        _replace(formula, [run])
    for display in list(root.iter(f"{MATHS}oMathPara")):
        _replace(display, display.findall(f"{w}r"))


def _place_text_boxes(root: Element, w: str) -> None:
    last: dict[Element, Element] = {}
    for box in list(root.iter(f"{w}txbxContent")):
        paragraph = _paragraph_of(box, w)
        if paragraph is None:
            continue
        after: Element = last.get(paragraph, paragraph)
        children = list(box)
        for child in children:
            after.addnext(child)
            after = child
        _drop([box])
        if children:
            last[paragraph] = children[-1]
