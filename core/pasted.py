"""Text as a person meant it, whatever it was pasted from."""

import re

# Quotation marks, dashes and bullets that a wrong code page has turned into control characters.
_CODE_PAGE = str.maketrans(dict(zip("\x85\x91\x92\x93\x94\x95\x96\x97", "…‘’“”•–—", strict=True)))
# A line that ends without a paragraph, as word processors and other systems write it.
_LINES = re.compile("[\v\f\u2028]")
# The joiners of scripts and signs are letters of a kind and stay; between plain letters nobody sees them.
_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")
# Nobody sees these.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc]"
)
_BULLET = re.compile(
    r"^[^\S\n]*[\u00b7\u2022\u2023\u2043\u25aa\u25cf\u25e6\uf0a7\uf0b7\uf0d8\uf0fc][^\S\n]*", re.MULTILINE
)
# What a word processor puts beside its text: conditional comments, tags of its own, its style sheet as text.
_MARKUP = re.compile(
    r"<!--\s*\[if.*?<!\[endif\]\s*-->|<!\[(?:if|endif)[^<>]*>|</?[owmv]:[a-zA-Z][^<>]*>|<style\b[^<>]*>.*?</style>",
    re.DOTALL,
)
_STYLES = re.compile(
    r"^[^\S\n]*(?:/\*\s*Style Definitions\s*\*/|[\w.@, \t]*\{[^{}]*\bmso-[^{}]*\}|mso-[\w-]+\s*:[^\n]*"
    r"|Normal\s+0\s+(?:false\s+){3}[^\n]*)",
    re.MULTILINE,
)


def pasted(text: str) -> str:
    """`text` without what cannot be seen and what is no text, each bullet of a symbol font as "- ".

    What can be read stays as it was typed, curly quotation marks and dashes too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n\n")
    text = _LINES.sub("\n", text)
    text = _JOINER.sub("", _UNSEEN.sub("", text.translate(_CODE_PAGE))).replace("\u00a0", " ").replace("\u202f", " ")
    text = _BULLET.sub("- ", _STYLES.sub("", _MARKUP.sub("", text)))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
