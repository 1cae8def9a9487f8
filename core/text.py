"""Text that was pasted as the source of a page: its markup goes, and the rest reads as `core.pasted` has it."""

import html
import re

from core.pasted import pasted

# Markup is only taken for markup if it is the word processor's or if some element is closed: "if a < b" stays as it is.
_NAMES = (
    "html|head|body|meta|link|title|style|script|xml|p|div|span|br|hr|b|i|u|s|em|strong|font|a|img|sup|sub|del|ins|center|"
    "blockquote|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|col|colgroup|h[1-6]|pre|code|small|big|section|article|"
    "(?:o|v|w|m|st1):[a-z0-9]+"
)
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_PASTED = re.compile(rf"</(?:{_NAMES})\s*>|<!--\s*\[if|<!--StartFragment|class=\"?Mso|<br\s*/?>", re.IGNORECASE)
_UNSEEN_PARTS = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script|xml|head|title)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_CONDITION = re.compile(r"<!\[[^\]]*\]>")
_BLOCK = re.compile(r"(?:p|div|hr|blockquote|ul|ol|dl|dt|dd|table|tr|h[1-6]|pre|section|article)", re.IGNORECASE)


def cleaned(text: str) -> str:
    """The text as it reads: no markup, nothing invisible, plain spaces, lines kept, quotation marks as they were typed."""
    if _PASTED.search(text):
        text = _without_markup(text)
    return pasted(text)


def _without_markup(text: str) -> str:
    text = _CONDITION.sub("", _UNSEEN_PARTS.sub("", text))
    # In markup a line's end is a space; lines end where a block does.
    text = re.sub(r"\s+", " ", text)
    return html.unescape(_TAG.sub(_line_for, text))


def _line_for(tag: re.Match[str]) -> str:
    closes, name = tag[1], tag[2].lower()
    if name == "br":
        return "\n"
    if name == "li":
        return "" if closes else "\n• "
    if name in ("td", "th"):
        return " " if closes else ""
    if name == "p":
        return "\n\n"
    return "\n" if _BLOCK.fullmatch(name) else ""
