"""Callback addresses: registration, comparison, and added parameters.

An address is compared with the consumer's registered ones up to its query: scheme, host, port and path are the same
to the letter, parameters after the `?` are the client's own. So an address that merely begins like a registered one
is refused.
"""

import re
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

OOB = "oob"  # no address: the user is shown a PIN
# What a browser would run, or read from the disk, instead of opening another application.
_DANGEROUS = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem"}
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII)
# An address as it stands in a header: no spaces, nothing beyond ASCII.
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
LONGEST = 2000  # characters


class Redirect(HttpResponseRedirect):
    """Redirect to a callback with any scheme, since it was compared with the registered ones."""

    def __init__(self, address: str) -> None:
        self.allowed_schemes = [urlsplit(address).scheme]
        super().__init__(address)


def check_address(address: str) -> None:
    """Validate an address to be registered. Raises ValidationError, in Polish."""
    parts = _parse(address)
    if parts is None:
        raise ValidationError(
            _("„%(address)s” nie jest adresem, do którego można wrócić."), params={"address": address}
        )
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValidationError(
            _("„%(address)s”: użyj https, bo przez http kod może zobaczyć ktoś obcy."),
            params={"address": address},
        )
    if parts.query:
        raise ValidationError(
            _("„%(address)s”: podaj adres bez parametrów po „?”; aplikacja może je dodać sama."),
            params={"address": address},
        )


def is_registered(callback: str, registered: str) -> bool:
    """Return whether a callback is `oob`, or one of the registered addresses (one a line) but for its query."""
    if callback == OOB:
        return True
    parts = _parse(callback)
    if parts is None:
        return False
    return parts._replace(query="").geturl() in {_bare(address) for address in registered.split()}


def with_parameters(callback: str, **parameters: str) -> str:
    """Return a callback with more parameters; its query is kept as it is."""
    scheme, authority, path, query, _fragment = urlsplit(callback)
    added = "&".join(filter(None, (query, urlencode(parameters))))
    return urlunsplit((scheme, authority, path, added, "")) if authority or path else f"{scheme}://?{added}"


def form_target(callback: str) -> str:
    """Return the source expression of a callback for Content-Security-Policy's form-action."""
    parts = urlsplit(callback)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def host_of(callback: str) -> str:
    """Return the host of a web callback; empty for a PIN or an application's own scheme."""
    parts = urlsplit(callback)
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _bare(address: str) -> str:
    parts = _parse(address)
    return parts.geturl() if parts else ""


def _parse(address: str) -> SplitResult | None:
    if len(address) > LONGEST or not _PRINTABLE.fullmatch(address) or "\\" in address or "#" in address:
        return None
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        return None
    scheme_is_good = _SCHEME.fullmatch(parts.scheme) and parts.scheme not in _DANGEROUS
    web_has_host = parts.scheme not in ("http", "https") or parts.hostname
    good = scheme_is_good and web_has_host and "@" not in parts.netloc and "://" in address
    return parts if good else None
