"""The people of the demonstration, for the sign-in page that allauth's view renders."""

from django import template

from accounts import demo

register = template.Library()


@register.simple_tag
def demo_people() -> list[demo.Somebody]:
    return demo.people()
