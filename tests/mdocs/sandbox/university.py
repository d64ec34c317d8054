"""A university that speaks the contract by hand, so that the server is not tested with our own client's habits."""

from __future__ import annotations

import base64
import itertools
from functools import cache
from io import BytesIO
from typing import Any, Self
from uuid import uuid4

import httpx
from PIL import Image
from stdnum.pl import pesel as pesel_number

from tests.mdocs.sandbox_process import Sandbox
from tests.waiting import PATIENCE, wait_until

ANNA = "02270803624"
_serial = itertools.count(1)


@cache
def jpeg() -> bytes:
    """Return a small, valid photo."""
    photo = BytesIO()
    Image.new("RGB", (354, 496), "grey").save(photo, "JPEG")
    return photo.getvalue()


def new_pesel() -> str:
    """Return a valid PESEL that no other test has."""
    digits = f"020101{next(_serial):04}"
    return digits + str(pesel_number.calc_check_digit(digits))


def application(**changes: Any) -> dict[str, Any]:
    """Return a good request for a document; `changes` replace members, `holder` and `institution` are merged."""
    holder = {
        "pesel": new_pesel(),
        "first_names": "Anna Maria",
        "last_name": "Nowak",
        "birth_date": "2002-01-01",
        "photo": base64.b64encode(jpeg()).decode(),
    } | changes.pop("holder", {})
    institution = {"code": "AIK", "name": "Akademia Ignatianum w Krakowie"} | changes.pop("institution", {})
    return {
        "document_type": "student_id",
        "client_reference": str(uuid4()),
        "institution": institution,
        "holder": holder,
        "student_number": "123456",
        "card_number": None,
        "valid_until": "2099-03-31",
        **changes,
    }


class University:
    """Makes the contract's calls and returns the raw answers."""

    def __init__(self, sandbox: Sandbox, timeout: float = 30) -> None:
        self.http = httpx.Client(base_url=sandbox.url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make any call, with the header that all of them need."""
        headers = {"X-Request-Id": str(uuid4())} | options.pop("headers", {})
        return self.http.request(method, path, headers=headers, **options)

    def submit(self, body: dict[str, Any]) -> httpx.Response:
        """Order a document."""
        headers = {"Idempotency-Key": str(body["client_reference"])}
        return self.call("POST", "/v1/orders", json=body, headers=headers)

    def order(self, **changes: Any) -> dict[str, Any]:
        """Order a document and return the new order."""
        answer = self.submit(application(**changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def query(self, *order_ids: str) -> httpx.Response:
        """Ask how orders are."""
        return self.call("POST", "/v1/orders/query", json={"order_ids": order_ids})

    def see(self, order_id: str) -> dict[str, Any]:
        """Return one order as it is now."""
        return dict(self.query(order_id).json()["orders"][0])

    def see_when(self, order_id: str, status: str) -> dict[str, Any]:
        """Wait until an order has this status, and return it."""
        order = self.see(order_id)

        def is_there() -> bool:
            order.update(self.see(order_id))
            return bool(order["status"] == status)

        wait_until(is_there, PATIENCE, lambda: f"still {order['status']}")
        return order

    def find(self, reference: str) -> httpx.Response:
        """Ask whether an order arrived."""
        return self.call("GET", "/v1/orders", params={"client_reference": reference})

    def cancel(self, order_id: str) -> httpx.Response:
        """Cancel an order."""
        return self.call("POST", f"/v1/orders/{order_id}/cancel", json={"reason": "holder_request"})

    def revoke(self, order_id: str, reason: str = "holder_request") -> httpx.Response:
        """End a document."""
        return self.call("POST", f"/v1/orders/{order_id}/revoke", json={"reason": reason})

    def extend(self, order_id: str, valid_until: str) -> httpx.Response:
        """Extend a document."""
        return self.call("POST", f"/v1/orders/{order_id}/extend", json={"valid_until": valid_until})


def error(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the error code of an answer."""
    body = answer.json()["error"]
    assert body["message"]
    return answer.status_code, body["code"]


def collect(sandbox: Sandbox, order: dict[str, Any]) -> dict[str, Any]:
    """Bring the document of a ready order onto the phone."""
    return sandbox.activate(order["qr_token"], order["activation_code"])


def order_in(sandbox: Sandbox, university: University, status: str, **changes: Any) -> dict[str, Any]:
    """Make an order that stays in this state, and return it with the codes that it has or had."""
    body = application(**changes)
    members: dict[str, dict[str, Any]] = {
        "pending": {"processing_seconds": [600, 600]},
        "processing": {"processing_seconds": [2, 2]},
        "rejected": {
            "processing_seconds": [0, 0],
            "reject_later": {body["holder"]["pesel"]: "photo_rejected"},
        },
        "expired": {"processing_seconds": [0, 0], "codes_valid_seconds": 0},
    }
    sandbox.behave(**members.get(status, {"processing_seconds": [0, 0]}))
    order = dict(university.submit(body).json())
    match status:
        case "processing":
            university.see_when(order["order_id"], "processing")
        case "collected":
            collect(sandbox, order)
        case "cancelled":
            university.cancel(order["order_id"])
        case "revoked":
            university.revoke(order["order_id"])
    sandbox.behave(processing_seconds=[600, 600])
    order = next(known for known in sandbox.orders() if known["order_id"] == order["order_id"])
    assert order["status"] == status
    return order
