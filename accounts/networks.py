"""Place of a client in words: a known network's name (setting NETWORKS), else the shortened address."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings

_KEPT_BITS = {4: 24, 6: 48}  # of an address: the network of a household, not the person


def place_of(address: str | None) -> str:
    """Return where a client is, as it is stored: the name of a known network, else "192.0.2.…"; empty if unknown."""
    if not address:
        return ""
    client = ip_address(address)
    for network, name in _known(tuple(settings.NETWORKS.items())):
        if client in network:
            return name
    if client.is_loopback:
        return "localhost"
    shortened = ip_network((client, _KEPT_BITS[client.version]), strict=False).network_address
    if client.version == 4:
        return f"{str(shortened).rpartition('.')[0]}.…"
    return f"{str(shortened).removesuffix('::')}:…"


@lru_cache(maxsize=4)
def _known(networks: tuple[tuple[str, str], ...]) -> tuple[tuple[IPv4Network | IPv6Network, str], ...]:
    return tuple((ip_network(network), name) for network, name in networks)
