"""Template tags for the contacts of dean's offices."""

from typing import Any

from django import template

from students.models import Faculty, User
from students.models.contacts import phone_link
from students.offices import office_of, offices

register = template.Library()
register.filter("phone_link", phone_link)


@register.inclusion_tag("students/_office.html", takes_context=True)
def deans_office(context: dict[str, Any]) -> dict[str, object]:
    """Show the contacts of the reader's own dean's office; without one, the way to all of them.

    A view that knows it already has it in its context as `own_office`; else it is one query.
    """
    if "own_office" in context:
        return {"office": context["own_office"]}
    user = getattr(context.get("request"), "user", None)
    return {"office": office_of(user) if isinstance(user, User) else None}


@register.simple_tag
def every_office() -> list[Faculty]:
    """Return the faculties whose dean's office has contacts: one query."""
    return offices()
