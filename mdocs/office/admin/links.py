"""Links to orders in the admin."""

from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html


def order_link(order_id: UUID, text: object) -> str:
    """Return a link to an order's page, by this text."""
    return format_html('<a href="{}">{}</a>', reverse("admin:mdocs_order_change", args=[order_id]), text)
