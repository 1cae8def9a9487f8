"""A text written in Waymark, in a small Markdown. Its HTML is not yet safe; `arrangement` makes it so.

Headings, paragraphs, bold, italic, lists, block quotations, tables, links and footnotes. Everything else is text as it
was typed: nothing that a learner writes may vanish because it happens to mean something to Markdown.
"""

import html
import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from assignments.word_count import Passage, Place, looks_like_heading

from . import archives
from .kinds import Unacceptable

CHARACTERS = 200_000
EMPHASES = 20_000
PREFIX = "essay-"
_NOT_OURS = (
    "code", "fence", "html_block", "lheading", "reference", "backticks", "html_inline", "image", "entity", "autolink",
)  # fmt: skip
_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_TOO_LONG = "This text is longer than 200,000 characters, which is more than can be read here. Hand in a part of it."


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return _ADDRESS.match(url) is not None


def _parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"html": False, "maxNesting": archives.DEPTH})
    footnote_plugin(parser, inline=False, move_to_end=False)
    return parser.enable("table").disable(_NOT_OURS)


@dataclass(frozen=True, slots=True)
class WrittenText:
    passages: list[Passage]
    notes: list[str]
    html: str


def open_written(content: bytes) -> WrittenText:
    text = content.decode("utf-8-sig", errors="replace")
    if len(text) > CHARACTERS:
        raise Unacceptable(_TOO_LONG)
    if len(re.findall(r"[*_`]", text)) > EMPHASES:
        raise Unacceptable(archives.COMPLICATED)
    if any(_bracketed(block) > archives.DEPTH for block in re.split(r"\n\s*\n", text)):
        # To find the end of each of many open brackets is quadratic.
        raise Unacceptable(archives.COMPLICATED)
    tokens = _parser().parse(text)
    if any(token.level >= archives.DEPTH - 2 for token in tokens):
        raise Unacceptable(archives.COMPLICATED)
    tree = SyntaxTreeNode(tokens)
    nodes = list(tree.walk())
    if sum(node.type in ("paragraph", "heading", "td", "th") for node in nodes) > archives.PARAGRAPHS:
        raise Unacceptable(archives.COMPLICATED)
    definitions: dict[str, SyntaxTreeNode] = {}
    for node in nodes:
        if node.type == "footnote_reference":
            definitions.setdefault(node.meta["label"], node)
    walk = _Walk(definitions, by_look=not any(node.type == "heading" for node in nodes))
    walk.find_marks(tree)
    shown = walk.blocks(tree.children, Place.TEXT)
    if walk.marked:
        shown += f"<ol>{''.join(map(walk.note, walk.marked))}</ol>"
    return WrittenText(walk.passages, walk.notes, shown)


def _bracketed(block: str) -> int:
    """How many brackets are open at once."""
    most = now = 0
    for bracket in re.findall(r"[\[\]]", block):
        now = now + 1 if bracket == "[" else max(0, now - 1)
        most = max(most, now)
    return most


@dataclass
class _Walk:
    definitions: dict[str, SyntaxTreeNode]
    by_look: bool
    marked: dict[str, int] = field(default_factory=dict)
    """The notes that the text refers to, by their number."""
    marks: set[str] = field(default_factory=set)
    passages: list[Passage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    note_text: list[str] | None = None

    def find_marks(self, node: SyntaxTreeNode) -> None:
        if node.type == "footnote_ref":
            self.marked.setdefault(node.meta["label"], len(self.marked) + 1)
        elif node.type != "footnote_reference":
            for child in node.children:
                self.find_marks(child)

    def blocks(self, nodes: list[SyntaxTreeNode], place: Place) -> str:
        shown = "".join(self.block(node, place) for node in nodes)
        return shown.replace("</blockquote><blockquote>", "")

    def block(self, node: SyntaxTreeNode, place: Place) -> str:
        match node.type:
            case "heading":
                return self.heading(node, place)
            case "paragraph":
                return self.paragraph(node, place)
            case "bullet_list":
                return f"<ul>{''.join(self.item(one, place) for one in node.children)}</ul>"
            case "ordered_list":
                return self.numbered(node, place)
            case "blockquote":
                return f"<blockquote>{self.blocks(node.children, Place.QUOTATION)}</blockquote>"
            case "table":
                return self.table(node)
            case "footnote_reference":
                return self.definition(node, place)
        return self.blocks(node.children, place)

    def heading(self, node: SyntaxTreeNode, place: Place) -> str:
        inner, text, bold = self.inline(node)
        level = int(node.tag[1])
        self.keep(Passage(text, Place.HEADING, level, bold) if place is Place.TEXT else Passage(text, place))
        return f"<h{min(level + 1, 6)}>{inner}</h{min(level + 1, 6)}>" if text.strip() else ""

    def paragraph(self, node: SyntaxTreeNode, place: Place, before: str = "") -> str:
        inner, text, bold = self.inline(node)
        text, inner = before + text, html.escape(before) + inner
        if (
            self.by_look
            and bold
            and place is not Place.QUOTATION
            and self.note_text is None
            and looks_like_heading(text)
        ):
            self.keep(Passage(text, Place.HEADING, 1, bold))
            return f"<h2>{inner}</h2>"
        self.keep(Passage(text, place, bold=bold))
        return f"<p>{inner}</p>" if inner else ""

    def item(self, node: SyntaxTreeNode, place: Place) -> str:
        # As in a Word document, the one paragraph of an item is the item.
        paragraphs = [child for child in node.children if child.type == "paragraph"]
        inner = self.blocks(node.children, place if place is Place.QUOTATION else Place.ITEM)
        if len(paragraphs) == 1 and inner.startswith("<p>"):
            inner = inner.removeprefix("<p>").replace("</p>", "", 1)
        return f"<li>{inner}</li>"

    def numbered(self, node: SyntaxTreeNode, place: Place) -> str:
        """A list from 1. A paragraph that begins with another number and a full stop, such as a year, stays one."""
        if node.attrs.get("start", 1) == 1:
            return f"<ol>{''.join(self.item(one, place) for one in node.children)}</ol>"
        found = []
        for item in node.children:
            number = f"{item.info}{item.markup} "
            inner = item.children
            if inner and inner[0].type == "paragraph":
                found.append(self.paragraph(inner[0], place, number) + self.blocks(inner[1:], place))
            else:
                self.keep(Passage(number, place))
                found.append(f"<p>{number}</p>" + self.blocks(inner, place))
        return "".join(found)

    def table(self, node: SyntaxTreeNode) -> str:
        parts = []
        for part in node.children:
            rows = []
            for row in part.children:
                cells = []
                for cell in row.children:
                    inner, text, bold = self.inline(cell)
                    self.keep(Passage(text, Place.CELL, bold=bold))
                    cells.append(f"<{cell.type}>{inner and f'<p>{inner}</p>'}</{cell.type}>")
                rows.append(f"<tr>{''.join(cells)}</tr>")
            parts.append(f"<{part.type}>{''.join(rows)}</{part.type}>")
        return f"<table>{''.join(parts)}</table>"

    def definition(self, node: SyntaxTreeNode, place: Place) -> str:
        """A note stands at the end, where its mark leads. One that nothing refers to stays where it was written."""
        label = node.meta["label"]
        if label in self.marked and self.definitions[label] is node and self.note_text is None:
            return ""
        self.keep(Passage(f"[^{label}]:", place))
        return f"<p>[^{html.escape(label)}]:</p>{self.blocks(node.children, place)}"

    def note(self, label: str) -> str:
        number, node = self.marked[label], self.definitions[label]
        self.note_text = []
        inner = self.blocks(node.children, Place.TEXT)
        self.notes.append(" ".join(self.note_text))
        self.note_text = None
        back = f'<a href="#{PREFIX}footnote-ref-{number}">↑</a>'
        inner = f"{inner[:-4]} {back}</p>" if inner.endswith("</p>") else f"{inner}<p>{back}</p>"
        return f'<li id="{PREFIX}footnote-{number}">{inner}</li>'

    def keep(self, passage: Passage) -> None:
        if self.note_text is not None:
            self.note_text.append(passage.text)
        elif passage.text.strip():
            self.passages.append(passage)

    def inline(self, node: SyntaxTreeNode) -> tuple[str, str, bool]:
        """The HTML, the text, and whether all of the text is bold."""
        shown: list[str] = []
        text: list[str] = []
        plain: list[str] = []
        for child in node.children:
            for one in child.children:
                self._inline(one, shown, text, plain, bold=False)
        whole = "".join(text)
        return "".join(shown), whole, bool(whole.strip()) and not "".join(plain).strip()

    def _inline(self, node: SyntaxTreeNode, shown: list[str], text: list[str], plain: list[str], *, bold: bool) -> None:
        if node.type == "footnote_ref":
            shown.append(self._mark(node.meta["label"], text))
            return
        if node.type in ("softbreak", "hardbreak"):
            shown.append("<br>")
            text.append(" ")
            return
        if not node.children:
            shown.append(html.escape(node.content))
            text.append(node.content)
            if not bold:
                plain.append(node.content)
            return
        opening, closing = _TAGS.get(node.type, ("", ""))
        if node.type == "link":
            opening, closing = f'<a href="{html.escape(str(node.attrs["href"]))}">', "</a>"
        shown.append(opening)
        for child in node.children:
            self._inline(child, shown, text, plain, bold=bold or node.type == "strong")
        shown.append(closing)

    def _mark(self, label: str, text: list[str]) -> str:
        if self.note_text is not None:
            text.append(f"[^{label}]")
            return html.escape(f"[^{label}]")
        number = self.marked[label]
        own = "" if label in self.marks else f' id="{PREFIX}footnote-ref-{number}"'
        self.marks.add(label)
        return f'<sup><a href="#{PREFIX}footnote-{number}"{own}>[{number}]</a></sup>'


_TAGS = {"strong": ("<strong>", "</strong>"), "em": ("<em>", "</em>")}
