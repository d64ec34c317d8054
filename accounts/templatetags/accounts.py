"""Tags of second factors: the QR code for an authenticator app, data for the browser's passkey dialogue, and where to
go on."""

import json
from typing import Any

import qrcode
from django import template

from accounts import second_factor

register = template.Library()
_QUIET_ZONE = 4  # modules around the code


@register.inclusion_tag("accounts/_totp_code.html")
def totp_code(url: str) -> dict[str, Any]:
    """Draw the QR code of an otpauth address as one path, a square for each dark module."""
    code = qrcode.QRCode(border=0)
    code.add_data(url)
    code.make()
    rows = code.get_matrix()
    path = "".join(
        f"M{x + _QUIET_ZONE} {y + _QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return {"path": path, "size": len(rows) + 2 * _QUIET_ZONE}


@register.simple_tag(takes_context=True)
def page_wanted_before_factor(context: dict[str, Any]) -> str:
    """Return, once, the address of the page that somebody came for and had to set up a second factor first."""
    return second_factor.take_wanted_page(context["request"])


@register.filter
def as_json(data: Any) -> str:
    """Return data as JSON, for an attribute: the template escapes it."""
    return json.dumps(data)
