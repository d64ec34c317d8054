"""Template tags that work without a request, on error pages too."""

import re
from datetime import date, datetime

from django import template
from django.conf import settings
from django.utils.dateformat import format as written
from django.utils.html import format_html, format_html_join

from students.moments import SECONDS, write_moment

register = template.Library()

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?)")


@register.simple_tag
def institution_name() -> str:
    """Return the name of the university as the installation sets it."""
    return str(settings.INSTITUTION_NAME)


@register.simple_tag
def help_contact() -> dict[str, str]:
    """Return e-mail address and telephone of the university's help, as the installation sets them."""
    return {"email": settings.HELP_EMAIL, "phone": settings.HELP_PHONE}


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """Write a day as an element that stays on one line: browsers break lines after the hyphens of a date."""
    return format_html("<time>{}</time>", written(value, "Y-m-d")) if value else ""


@register.filter
def minute(value: datetime | None) -> str:
    """Write a moment, to the minute, as an element that stays on one line."""
    return format_html("<time>{}</time>", write_moment(value)) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment, to the minute, as plain text."""
    return write_moment(value) if value else ""


@register.filter
def second(value: datetime | None) -> str:
    """Write a moment, to the second."""
    return write_moment(value, SECONDS) if value else ""


@register.filter
def whole_dates(text: object) -> str:
    """Keep every date and moment of a plain text on one line."""
    *before, last = _MOMENT.split(str(text))
    pairs = zip(before[::2], before[1::2], strict=True)
    return format_html("{}{}", format_html_join("", "{}<time>{}</time>", pairs), last)
