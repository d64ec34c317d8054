"""Addresses to which webhooks may be sent: public ones over HTTPS, and those of the setting WEBHOOK_ALLOWED.

An administrator of the portal, or who has taken over such an account, could otherwise reach what only the portal's
network can: a database, a cloud's metadata (OWASP, Server-Side Request Forgery). A name is checked again at each
sending, by what it resolves to then.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses in IPv6 ones: RFC 6052, 2.1


@dataclass(frozen=True)
class Allowed:
    """Names of hosts and networks that are allowed although they are not public, also without TLS."""

    hosts: frozenset[str]
    networks: tuple[Network, ...]

    def has(self, host: str) -> bool:
        """Return whether a host is one of the names, or an address in one of the networks."""
        found = _address(host)
        return host.lower() in self.hosts if found is None else self.has_address(found)

    def has_address(self, address: Address) -> bool:
        """Return whether an address is in one of the networks."""
        return any(address in network for network in self.networks)


def allowed() -> Allowed:
    """Return what WEBHOOK_ALLOWED says. Raises ValueError for a network that is none."""
    hosts, networks = set(), []
    for entry in settings.WEBHOOK_ALLOWED:
        if "/" in entry or _address(entry) is not None:
            networks.append(ipaddress.ip_network(entry))
        else:
            hosts.add(entry.lower())
    return Allowed(frozenset(hosts), tuple(networks))


def check_address(url: str) -> None:
    """Raise ValidationError for an address that holds a password, is not HTTPS, or is not public by what it says."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise ValidationError(_("To nie jest adres strony. Napisz go razem z https://.")) from None
    if "@" in parts.netloc:
        raise ValidationError(
            _("Adres nie może zawierać nazwy użytkownika ani hasła. Odbiorca pozna portal po podpisie.")
        )
    if allowed().has(host):
        return
    if parts.scheme != "https":
        raise ValidationError(_("Adres musi zaczynać się od https://."))
    found = _address(host)
    if host.lower().rstrip(".") == "localhost" or (found is not None and not is_public(found)):
        raise ValidationError(
            _("Ten adres nie jest publiczny. Adresy sieci uczelni dopuszcza ustawienie WEBHOOK_ALLOWED.")
        )


def guard_of(url: str) -> Callable[[str], bool]:
    """Return what says whether the IP address to which this address resolves may be connected to."""
    try:
        check_address(url)
    except ValidationError:
        return lambda _ip: False
    exceptions = allowed()
    if exceptions.has(urlsplit(url).hostname or ""):
        return lambda _ip: True

    def may_connect(ip: str) -> bool:
        found = _address(ip)
        return found is not None and (is_public(found) or exceptions.has_address(found))

    return may_connect


def is_public(address: Address) -> bool:
    """Return whether an address is one of the Internet; one that carries an IPv4 address is as public as that."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(carried)
    return address.is_global and not address.is_multicast


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
