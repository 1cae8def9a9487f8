"""Tags for addresses, known to every template: of pages, and of the scripts a page is going to ask for."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_tag
from django.utils.safestring import SafeString

from core.addresses import address_of, imported

register = template.Library()


class _Address(URLNode):
    def render(self, context: Context) -> str:
        if len(self.args) > 1 or self.kwargs or self.asvar:
            return str(super().render(context))
        given = tuple(one.resolve(context) for one in self.args)
        if given and type(given[0]) is not int:
            return str(super().render(context))
        return address_of(self.view_name.resolve(context), given)


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Django's own tag; where the address has one number or none, its pattern is looked up once in a process."""
    node = url_tag(parser, token)
    return _Address(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def modules(*names: str) -> SafeString:
    """Asks the browser for these scripts and all that they import at once, instead of one after the other as it reads them."""
    return SafeString("".join(f'<link rel="modulepreload" href="{one}">' for one in imported(names)))
