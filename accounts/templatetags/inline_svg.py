"""A picture drawn by a library, inside the page: the content policy allows no data: address."""

import re

from django import template
from django.utils.safestring import SafeString

register = template.Library()
_DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*")


@register.simple_tag
def inline_svg(svg: str) -> SafeString:
    """The drawing on white, since a phone reads dark on light only. It comes from allauth, never from a person."""
    bare = _DECLARATION.sub("", svg)
    return SafeString(bare.replace(">", '><rect width="100%" height="100%" fill="#fff"/>', 1))
