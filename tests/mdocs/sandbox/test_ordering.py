"""POST /v1/orders."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from tests.mdocs.sandbox.university import ANNA, University, application, collect, error, jpeg, order_in
from tests.mdocs.sandbox_process import Sandbox


def test_a_new_order_is_answered_with_201_and_the_order_object(
    sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(processing_seconds=[60, 60])
    body = application(valid_until="2027-03-31")

    answer = university.submit(body)

    assert answer.status_code == 201
    order = answer.json()
    assert order["order_id"].startswith(f"mD-{datetime.now(UTC).year}-")
    assert order["client_reference"] == body["client_reference"]
    assert order["status"] == "pending"
    assert order["valid_until"] == "2027-03-31"
    assert order["created_at"] == order["updated_at"]
    assert order["created_at"].endswith("Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(order["created_at"])).total_seconds()) < 5
    assert not {"qr_token", "activation_code", "codes_expire_at", "rejection"} & order.keys()


def test_the_example_of_the_contract_is_accepted(university: University) -> None:
    order = university.order(holder={"pesel": ANNA, "birth_date": "2002-07-08"}, card_number="21990001234567")

    assert order["status"] == "ready"


def test_the_same_key_and_body_bring_the_same_order_as_it_is_now(
    sandbox: Sandbox, university: University
) -> None:
    body = application()
    first = university.submit(body).json()
    collect(sandbox, first)

    again = university.submit(body)

    assert again.status_code == 200
    assert again.json()["order_id"] == first["order_id"]
    assert again.json()["status"] == "collected"
    assert len(sandbox.orders()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"student_number": "654321"},
        {"card_number": "21990001234567"},
        {"valid_until": "2099-10-31"},
        {"holder": {"last_name": "Kowalska"}},
        {"holder": {"photo": base64.b64encode(jpeg() + jpeg()).decode()}},
        {"institution": {"name": "Inna Akademia"}},
    ],
)
def test_the_same_key_with_another_body_is_a_conflict(
    sandbox: Sandbox, university: University, change: dict[str, Any]
) -> None:
    body = application()
    university.submit(body)
    other = body | change
    for part in ("holder", "institution"):
        other[part] = body[part] | change.get(part, {})

    assert error(university.submit(other)) == (409, "idempotency_conflict")
    assert len(sandbox.orders()) == 1


def test_fifty_simultaneous_posts_with_one_key_make_one_order(sandbox: Sandbox) -> None:
    body = application()
    with University(sandbox) as university, ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: university.submit(body), range(50)))

    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert len(sandbox.orders()) == 1


def test_fifty_simultaneous_orders_for_one_person_make_one_document(sandbox: Sandbox) -> None:
    holder = application()["holder"]
    with University(sandbox) as university, ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: university.submit(application(holder=holder)), range(50)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert len(sandbox.orders()) == 1


@pytest.mark.parametrize("status", ["pending", "processing", "ready", "collected"])
def test_a_holder_with_a_live_document_gets_no_second_one(
    sandbox: Sandbox, university: University, status: str
) -> None:
    body = application()
    first = order_in(sandbox, university, status, **body)

    answer = university.submit(application(holder=body["holder"]))

    assert error(answer) == (409, "holder_has_document")
    assert answer.json()["error"]["order_id"] == first["order_id"]


@pytest.mark.parametrize("end", ["cancel", "revoke"])
def test_a_holder_whose_document_has_ended_gets_a_new_one(university: University, end: str) -> None:
    body = application()
    first = university.submit(body).json()
    getattr(university, end)(first["order_id"])

    again = university.submit(application(holder=body["holder"]))

    assert again.status_code == 201
    assert again.json()["order_id"] != first["order_id"]


def test_another_institution_may_give_the_same_person_a_document(university: University) -> None:
    body = application()
    university.submit(body)

    other = application(holder=body["holder"], institution={"code": "UJ", "name": "Uniwersytet"})

    assert university.submit(other).status_code == 201


@pytest.mark.parametrize("pesel", ["02270803625", "02330803624", "00000000001"])
def test_a_pesel_with_a_mistake_may_be_an_official_one(university: University, pesel: str) -> None:
    """Whose it is, is for the ministry to know; `behaviour` names those to be refused."""
    assert university.order(holder={"pesel": pesel})["status"] == "ready"


def _png() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (354, 496)).save(picture, "PNG")
    return picture.getvalue()


@pytest.mark.parametrize(
    "photo",
    [b"", b"no picture at all", _png(), jpeg()[: len(jpeg()) // 2], jpeg()[:3]],
    ids=["empty", "text", "png", "half a jpeg", "the start of a jpeg"],
)
def test_a_photo_that_is_not_a_whole_jpeg_is_rejected(
    sandbox: Sandbox, university: University, photo: bytes
) -> None:
    body = application(holder={"photo": base64.b64encode(photo).decode()})

    assert error(university.submit(body)) == (422, "photo_rejected")
    assert sandbox.orders() == []


def test_a_holder_whom_the_ministry_refuses_is_refused_until_it_does_not(
    sandbox: Sandbox, university: University
) -> None:
    body = application()
    sandbox.behave(reject={body["holder"]["pesel"]: "never_heard_of_code"})
    assert error(university.submit(body)) == (422, "never_heard_of_code")
    assert sandbox.orders() == []

    sandbox.behave()

    assert university.submit(body).status_code == 201


WRONG_BODIES: list[tuple[str, Any]] = [
    ("document_type", "driving_licence"),
    ("document_type", None),
    ("client_reference", "not a uuid"),
    ("client_reference", 7),
    ("institution", "AIK"),
    ("institution.code", ""),
    ("institution.name", "x" * 201),
    ("institution.city", "Kraków"),
    ("holder", []),
    ("holder.pesel", "0227080362"),
    ("holder.pesel", "0227080362x"),
    ("holder.pesel", 2270803624),
    ("holder.pesel", "٠٢٢٧٠٨٠٣٦٢٤"),
    ("holder.first_names", "   "),
    ("holder.last_name", None),
    ("holder.birth_date", "08.07.2002"),
    ("holder.birth_date", "20020708"),
    ("holder.birth_date", "2002-02-30"),
    ("holder.photo", "not base64!"),
    ("holder.photo", None),
    ("holder.nickname", "Ania"),
    ("student_number", 123456),
    ("card_number", 5),
    ("card_number", ""),
    ("valid_until", "2027-W13-3"),
    ("valid_until", "2027-03-31T00:00:00Z"),
    ("comment", "please"),
]


@pytest.mark.parametrize(("member", "value"), WRONG_BODIES)
def test_a_wrong_member_is_a_bad_request_that_names_it_and_never_quotes_it(
    sandbox: Sandbox, university: University, member: str, value: Any
) -> None:
    body = application()
    key = body["client_reference"]
    *path, last = member.split(".")
    (body[path[0]] if path else body)[last] = value

    answer = university.call("POST", "/v1/orders", json=body, headers={"Idempotency-Key": key})

    assert error(answer) == (400, "bad_request")
    message = answer.json()["error"]["message"]
    assert member in message
    assert not isinstance(value, str) or len(value.strip()) < 5 or value not in message
    assert sandbox.orders() == []


@pytest.mark.parametrize(
    "member",
    [
        *["document_type", "client_reference", "institution", "holder", "student_number", "card_number"],
        *["valid_until", "institution.code", "institution.name", "holder.pesel", "holder.first_names"],
        *["holder.last_name", "holder.birth_date", "holder.photo"],
    ],
)
def test_a_missing_member_is_a_bad_request_that_names_it(university: University, member: str) -> None:
    body = application()
    key = body["client_reference"]
    *path, last = member.split(".")
    del (body[path[0]] if path else body)[last]

    answer = university.call("POST", "/v1/orders", json=body, headers={"Idempotency-Key": key})

    assert error(answer) == (400, "bad_request")
    assert member in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", [None, "", "not a uuid", "5f0c1d6e-3b1f-4c58-9d7e-2a8e0f6b7c11"])
def test_the_idempotency_key_must_be_the_client_reference(
    sandbox: Sandbox, university: University, key: str | None
) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}

    answer = university.call("POST", "/v1/orders", json=application(), headers=headers)

    assert error(answer) == (400, "bad_request")
    assert "Idempotency-Key" in answer.json()["error"]["message"]
    assert sandbox.orders() == []


def test_a_uuid_may_be_written_in_capitals(university: University) -> None:
    body = application()
    reference = body["client_reference"]
    answer = university.submit(body | {"client_reference": reference.upper()})

    assert answer.status_code == 201
    assert UUID(answer.json()["client_reference"]) == UUID(reference)
    assert university.submit(body).status_code == 200
