"""Template tags that work without a request, on error pages too."""

from datetime import date, datetime
from functools import cache
from uuid import UUID

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from students.moments import manual_day, manual_moment, unbroken, write_day, write_moment

register = template.Library()

_NONE = UUID(int=0)


@register.simple_tag
def institution_name() -> str:
    """Return the name of the university as the installation sets it."""
    return str(settings.INSTITUTION_NAME)


@register.simple_tag
def help_contact() -> dict[str, str]:
    """Return e-mail address and telephone of the university's help, as the installation sets them."""
    return {"email": settings.HELP_EMAIL, "phone": settings.HELP_PHONE}


@register.simple_tag
def styles(block: str) -> SafeString:
    """Write the styles of a block into the page, so that nothing has to be fetched before it is drawn."""
    files, text = settings.INLINE_STYLES[block]
    if settings.DEBUG:
        return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(file),) for file in files))
    return mark_safe(f"<style>{text}</style>")  # noqa: S308 -- files of our own


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """Write a day as an element that stays on one line."""
    return format_html("<time>{}</time>", write_day(value)) if value else ""


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
    return write_moment(value, seconds=True) if value else ""


@register.filter(expects_localtime=True)
def iso(value: date | None) -> str:
    """Write a day or a moment as attributes have it."""
    return value.isoformat() if value else ""


@register.simple_tag
def order_url(view: str, order_id: UUID) -> str:
    """Return the address of a view of one order."""
    return _of_an_order(view).format(order_id)


@cache
def _of_an_order(view: str) -> str:
    """Return what the addresses of all orders have in common: to find one in the URLs takes long."""
    return reverse(view, args=[_NONE]).replace(str(_NONE), "{}")


register.filter("unbroken", unbroken, is_safe=True)
register.filter("manual_day", manual_day, expects_localtime=True)
register.filter("manual_moment", manual_moment)
