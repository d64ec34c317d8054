"""HTTP client of mDokumenty: one method for each operation of the contract."""

import ipaddress
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx

from . import bodies, serialization
from .causes import Cause, server_name
from .certificates import tls_context
from .errors import NotAccepted, OutcomeUnknown, RetryLater
from .failures import Answer, Call, failure, read_date, read_retry_after
from .schemas import OrderRequest, QueryAnswer, RemoteOrder, RevocationReason
from .transport import Transport, deadline

QUERY_MAX = 100
ANSWER_MAX_BYTES = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0

T = TypeVar("T")


class Mdokumenty:
    """A connection to mDokumenty, to be shared by the threads of one process (made after any fork).

    Nothing is repeated by itself: every method sends one request, and raises an MdokumentyError when the
    answer is not the one hoped for. `timeout` is in seconds, for a call as a whole. `certificate` is our
    certificate and its key, `ca` the certificates by which we know the server (the system's, if None): paths
    of PEM files. `request_id` tells the correlation id of the work at hand, if there is one.

    ValueError if the address is neither HTTPS nor on this machine, or a limit makes no sense.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        connections: int = 16,
        certificate: tuple[str, str] | None = None,
        ca: str | None = None,
        request_id: Callable[[], str | None] = lambda: None,
    ) -> None:
        if not (0 < timeout < math.inf) or connections < 1:
            raise ValueError("A client needs a timeout in seconds above 0 and at least one connection")
        base = _base_url(url)
        self._timeout = timeout
        self._request_id = request_id
        self._clock_difference: timedelta | None = None
        self._http = httpx.Client(
            base_url=base,
            transport=Transport(
                tls_context(certificate, ca) if base.scheme == "https" else None, connections=connections
            ),
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": "mlegitymacja-portal",
            },
        )

    def submit(self, request: OrderRequest) -> RemoteOrder:
        """Order a document; the same order again is answered with how it stands now."""
        body = self._call(
            Call.SUBMIT,
            "POST",
            "v1/orders",
            json=serialization.order_body(request),
            headers={"Idempotency-Key": str(request.reference)},
            hoped={200, 201},
        )
        return _read(
            lambda: serialization.expect_reference(serialization.read_order(body), request.reference)
        )

    def query(self, order_ids: Sequence[str]) -> QueryAnswer:
        """Ask how these orders stand, 1 to 100 of them; ValueError for another number."""
        asked = list(dict.fromkeys(order_ids))
        if not 1 <= len(asked) <= QUERY_MAX:
            raise ValueError(f"A query is for 1 to {QUERY_MAX} orders, not {len(asked)}")
        body = self._call(Call.QUESTION, "POST", "v1/orders/query", json={"order_ids": asked})
        return _read(lambda: serialization.read_query(body, asked))

    def find(self, reference: UUID) -> RemoteOrder | None:
        """Ask whether an order arrived; None if mDokumenty has none with this reference."""
        body = self._call(Call.QUESTION, "GET", "v1/orders", params={"client_reference": str(reference)})
        return _read(lambda: serialization.read_found(body, reference))

    def cancel(self, order_id: str) -> RemoteOrder:
        """End an order whose document is not on a phone yet."""
        return self._order(order_id, "cancel", {"reason": RevocationReason.HOLDER_REQUEST})

    def revoke(self, order_id: str, reason: RevocationReason) -> RemoteOrder:
        """End a document, on every phone."""
        return self._order(order_id, "revoke", {"reason": reason})

    def extend(self, order_id: str, valid_until: date) -> RemoteOrder:
        """Move the valid-until date of a document on."""
        return self._order(order_id, "extend", {"valid_until": valid_until.isoformat()})

    def health(self) -> None:
        """Return if mDokumenty is well, else raise RetryLater; NotAccepted if it does not accept us."""
        answer = self._exchange("GET", "v1/health")
        if answer.status in {401, 403}:
            raise NotAccepted(Cause.UNAUTHORISED if answer.status == 401 else Cause.FORBIDDEN, answer.why)
        if 400 <= answer.status < 500:
            raise failure(answer, Call.QUESTION)
        body = answer.body
        if answer.status != 200 or not isinstance(body, dict) or body.get("status") != "ok":
            why = f"not well: {answer.why}"
            raise RetryLater(answer.retry_after, not_done=True, why=why, cause=Cause.UNWELL)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    @property
    def clock_difference(self) -> timedelta | None:
        """Return how far mDokumenty's clock is ahead of ours, to the second, by its last answer; None before."""
        return self._clock_difference

    def _order(self, order_id: str, verb: str, json: Mapping[str, object]) -> RemoteOrder:
        path = f"v1/orders/{quote(order_id, safe='')}/{verb}"
        body = self._call(Call.ORDER, "POST", path, json=json)
        return _read(lambda: serialization.expect_id(serialization.read_order(body), order_id))

    def _call(
        self,
        call: Call,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        hoped: Collection[int] = (200,),
    ) -> object:
        answer = self._exchange(method, path, json=json, params=params, headers=headers)
        if answer.status not in hoped:
            raise failure(answer, call)
        if answer.problem is not None:
            raise answer.problem
        return answer.body

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"X-Request-Id": _uuid(self._request_id()), **(headers or {})}
        request = self._http.build_request(method, path, json=json, params=params, headers=headers)
        with deadline(self._timeout), closing(self._http.send(request, stream=True)) as response:
            if (moment := read_date(response.headers.get("Date"))) is not None:
                self._clock_difference = moment - datetime.now(UTC)
            return _answer(response)


def _answer(response: httpx.Response) -> Answer:
    headers = response.headers
    body: object = None
    problem: OutcomeUnknown | None = None
    try:
        body = _read(lambda: serialization.read_json(bodies.read_body(response, ANSWER_MAX_BYTES)))
    except OutcomeUnknown as error:  # The status may still speak for itself.
        problem = error
    return Answer(
        response.status_code,
        read_retry_after(headers.get("Retry-After")),
        body,
        problem,
        is_json=bodies.is_json(headers.get("Content-Type")),
        server=server_name(headers.get("Server")),
    )


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except serialization.UnreadableError as error:
        why = f"unreadable answer: {error}"
    raise OutcomeUnknown(why=why, cause=Cause.UNREADABLE)


def _uuid(text: str | None) -> str:
    try:
        return str(UUID(text))
    except (ValueError, TypeError):
        return str(uuid4())


def _base_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"The address of mDokumenty cannot be read: {error}") from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ValueError("The address of mDokumenty is a scheme, a host and perhaps a path, nothing else")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError("mDokumenty is spoken to over HTTPS; plain HTTP is for loopback addresses only")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
