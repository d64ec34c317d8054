"""Links of the menu, which stands beside the page and, on a phone, folded into its header."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_link(context: dict[str, Any], view: str, below: str = "") -> str:
    """Return the attributes of a link to a view: its address, and whether it is the page that is open (`here`).

    `below` names the views of pages that are reached from there, with spaces between them.
    """
    current = {view: "page", **dict.fromkeys(below.split(), "true")}
    here = context.get("here")
    if here not in current:
        return format_html('href="{}"', reverse(view))
    return format_html('href="{}" aria-current="{}"', reverse(view), current[here])
