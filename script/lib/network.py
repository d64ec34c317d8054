"""The addresses that the portal listens on."""

import errno
import http.client
import ipaddress
import socket
from dataclasses import dataclass

from script.lib.processes import Failed

_held: list[socket.socket] = []  # by free_port


@dataclass(frozen=True)
class Address:
    """A host and a port, and the variable that says which port."""

    variable: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def reachable(self) -> str:
        """Name the host by which this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - read, not bound

    @property
    def bind(self) -> str:
        """Write it as servers want it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Write it as a browser wants it."""
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}"


def address(variable: str, host: str, port: str) -> Address:
    """Make an address of what was given. Raises Failed for a port that is none."""
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise Failed(f"{variable} must be a port from 1 to 65535, not {port!r}")
    return Address(variable, host, int(port))


def require_free(*addresses: Address) -> None:
    """Raise Failed when something else listens on one of the addresses, or two are the same."""
    taken: set[int] = set()
    for wanted in addresses:
        if wanted.port in taken or not is_free(wanted):
            another = f"{wanted.variable}={wanted.port + 10} script/server"
            raise Failed(f"Port {wanted.port} ({wanted.variable}) is taken; choose another: {another}")
        taken.add(wanted.port)


def is_free(wanted: Address) -> bool:
    """Tell whether we could listen there. Raises Failed for a host that is not this machine's."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen()
    except PermissionError:
        raise Failed(
            f"Port {wanted.port} ({wanted.variable}) is only for root; choose one above 1023"
        ) from None
    except socket.gaierror:
        raise Failed(f"HOST={wanted.host} is no address of this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise Failed(f"HOST={wanted.host} is no address of this machine") from None
        return False
    return True


def free_port() -> int:
    """Give a port of the loopback address that nobody listens on, and that is given to nobody else meanwhile.

    As long as this process lives a socket holds it that does not listen: the system lends it to no other connection,
    also while the server that it is for is away, and servers (with SO_REUSEADDR, as all do) listen on it.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return int(holder.getsockname()[1])


def answers(place: Address, path: str, host: str = "localhost") -> bool:
    """Tell whether a GET is answered with 200, asking by the name `host`."""
    connection = http.client.HTTPConnection(place.reachable, place.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
