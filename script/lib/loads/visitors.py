"""Students who look at their pages over HTTP, each by a connection that stays open."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from script.lib.costs.requests import PAGE, PLACE

PATIENCE = 60  # seconds for one answer


@dataclass
class Visitors:
    """Browsers of some students, at the portals that listen on these ports of this machine."""

    ports: Sequence[int]
    cookies: Sequence[Mapping[str, str]]
    seconds: list[float] = field(default_factory=list)  # that each answer has taken
    failures: list[str] = field(default_factory=list)

    def look(self, each: int, pause: float, seconds: float) -> None:
        """Have `each` of them at every port look at the page, wait, and look again, for so many seconds."""
        end = time.monotonic() + seconds
        people = iter(self.cookies)
        threads = [
            threading.Thread(target=self._look, args=(port, next(people), pause, end))
            for port in self.ports
            for _ in range(each)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def order(self, number: int) -> None:
        """Have the student of this number open the page, order and open it again."""
        cookies = self.cookies[number]
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.ports[number % len(self.ports)], timeout=PATIENCE
        )
        token = urlencode(
            {"csrfmiddlewaretoken": next(value for name, value in cookies.items() if "csrf" in name)}
        )
        self._timed(lambda: _answer(connection, "GET", PAGE, cookies))
        self._timed(lambda: _answer(connection, "POST", PLACE, cookies, token))
        self._timed(lambda: _answer(connection, "GET", PAGE, cookies))
        connection.close()

    def _look(self, port: int, cookies: Mapping[str, str], pause: float, end: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while time.monotonic() < end:
            self._timed(lambda: _answer(connection, "GET", PAGE, cookies))
            time.sleep(pause)
        connection.close()

    def _timed(self, ask: Callable[[], None]) -> None:
        begun = time.monotonic()
        try:
            ask()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(repr(error))
        else:
            self.seconds.append(time.monotonic() - begun)


def _answer(
    connection: http.client.HTTPConnection, method: str, path: str, cookies: Mapping[str, str], body: str = ""
) -> None:
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Host": "localhost"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in (200, 302):
        raise http.client.HTTPException(f"{method} {path}: {answer.status}")
