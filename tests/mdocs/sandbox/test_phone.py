"""mObywatel, mWeryfikator and the camera of both."""

import base64
from io import BytesIO

import httpx
import pytest
import qrcode
from PIL import Image

from tests.mdocs.sandbox.university import University, collect, error, jpeg, order_in
from tests.mdocs.sandbox_process import Sandbox


def test_the_codes_bring_the_document_onto_the_phone(sandbox: Sandbox, university: University) -> None:
    order = university.order(valid_until="2099-03-31", student_number="77777")

    document = collect(sandbox, order)

    assert base64.b64decode(document.pop("photo")) == jpeg()
    assert document == {
        "first_names": "Anna Maria",
        "last_name": "Nowak",
        "birth_date": "2002-01-01",
        "album_number": "77777",
        "institution": {"code": "AIK", "name": "Akademia Ignatianum w Krakowie"},
        "valid_until": "2099-03-31",
        "status": "collected",
    }
    assert university.see(order["order_id"])["status"] == "collected"


def test_the_activation_code_may_be_typed_with_the_gap_in_which_it_is_shown(
    sandbox: Sandbox, university: University
) -> None:
    order = university.order()
    code = order["activation_code"]
    assert sandbox.activate(order["qr_token"], f"{code[:3]} {code[3:]}")["status"] == "collected"


def test_the_activation_code_may_be_typed_small_and_with_spaces_around(
    sandbox: Sandbox, university: University
) -> None:
    order = university.order()

    document = sandbox.activate(f" {order['qr_token']}\n", f" {order['activation_code'].lower()} ")

    assert document["status"] == "collected"


def _activate(sandbox: Sandbox, qr_token: str, activation_code: str) -> httpx.Response:
    body = {"qr_token": qr_token, "activation_code": activation_code}
    return httpx.post(f"{sandbox.url}/sandbox/phone/activate", json=body)


def test_a_wrong_activation_code_is_refused_and_the_right_one_still_works(
    sandbox: Sandbox, university: University
) -> None:
    order = university.order()

    assert error(_activate(sandbox, order["qr_token"], "WRONG1")) == (403, "wrong_activation_code")

    assert university.see(order["order_id"])["status"] == "ready"
    assert collect(sandbox, order)["status"] == "collected"


def test_an_unknown_qr_code_does_not_exist(sandbox: Sandbox) -> None:
    answer = _activate(sandbox, "x" * 120, "ABCDEF")

    assert error(answer) == (404, "document_unknown")
    assert answer.json()["error"]["message"] == "mLegitymacja nie istnieje"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("expired", (410, "codes_expired")),
        ("collected", (410, "codes_used")),
        ("cancelled", (404, "document_unknown")),
        ("revoked", (404, "document_unknown")),
    ],
)
def test_codes_of_an_order_that_is_not_ready_do_not_work(
    sandbox: Sandbox, university: University, status: str, outcome: tuple[int, str]
) -> None:
    order = order_in(sandbox, university, status)

    assert error(_activate(sandbox, order["qr_token"], order["activation_code"])) == outcome
    assert university.see(order["order_id"])["status"] == status


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("collected", None),
        ("ready", "not_collected_yet"),
        ("expired", "codes_expired"),
        ("cancelled", "document_cancelled"),
        ("revoked", "document_revoked"),
    ],
)
def test_an_inspector_sees_whether_a_document_is_valid_and_why_not(
    sandbox: Sandbox, university: University, status: str, reason: str | None
) -> None:
    order = order_in(sandbox, university, status)

    seen = sandbox.verify(order["qr_token"])

    assert (seen["valid"], seen["reason"]) == (reason is None, reason)
    assert (seen["message"] is None) == (reason is None)
    assert (seen["first_names"], seen["last_name"]) == ("Anna Maria", "Nowak")
    assert base64.b64decode(seen["photo"]) == jpeg()


def test_an_inspector_sees_that_a_document_has_run_out(sandbox: Sandbox, university: University) -> None:
    order = order_in(sandbox, university, "collected", valid_until="2020-03-31")

    seen = sandbox.verify(order["qr_token"])

    assert (seen["valid"], seen["reason"]) == (False, "document_lapsed")


def test_an_inspector_sees_that_there_is_no_such_document(sandbox: Sandbox) -> None:
    seen = sandbox.verify("made up")

    assert (seen["valid"], seen["reason"]) == (False, "document_unknown")
    assert "photo" not in seen


@pytest.mark.parametrize("path", ["/sandbox/phone/activate", "/sandbox/verify"])
@pytest.mark.parametrize("body", [{}, {"qr_token": ""}, {"qr_token": 7}, {"qr_token": "x" * 513}, []])
def test_a_malformed_question_is_a_bad_request(sandbox: Sandbox, path: str, body: object) -> None:
    assert error(httpx.post(sandbox.url + path, json=body)) == (400, "bad_request")


# The camera


def _picture(*texts: str, rotate: int = 0, mode: str = "RGB", form: str = "PNG") -> bytes:
    codes = [qrcode.make(text).get_image().convert("L") for text in texts]
    ground = Image.new("L", (1600, 900), 255)
    for number, code in enumerate(codes):
        ground.paste(code, (60 + 750 * number, 60))
    if mode == "RGBA":
        clear = Image.new("RGBA", ground.size, (0, 0, 0, 0))
        clear.paste((0, 0, 0, 255), mask=ground.point(lambda value: 255 - value))
        ground = clear
    file = BytesIO()
    ground.rotate(rotate, expand=True, fillcolor=255 if mode == "RGB" else None).convert(mode).save(
        file, form
    )
    return file.getvalue()


def _scan(sandbox: Sandbox, picture: bytes) -> httpx.Response:
    files = {"picture": ("kod.png", picture, "application/octet-stream")}
    return httpx.post(f"{sandbox.url}/sandbox/scan", files=files)


@pytest.mark.parametrize(
    "options",
    [{}, {"rotate": 90}, {"rotate": 12}, {"form": "JPEG"}, {"form": "WEBP"}, {"mode": "RGBA"}, {"mode": "1"}],
    ids=str,
)
def test_the_camera_reads_a_qr_code_out_of_a_picture(
    sandbox: Sandbox, university: University, options: dict[str, object]
) -> None:
    qr_token = university.order()["qr_token"]

    answer = _scan(sandbox, _picture(qr_token, **options))  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()) == (200, {"qr_token": qr_token})


def test_the_camera_says_what_it_does_not_see(sandbox: Sandbox) -> None:
    assert error(_scan(sandbox, _picture())) == (422, "no_code_in_picture")
    assert error(_scan(sandbox, _picture("one", "two"))) == (422, "several_codes_in_picture")
    assert error(_scan(sandbox, b"no picture")) == (422, "not_a_picture")
    assert error(_scan(sandbox, _picture("one")[:400])) == (422, "not_a_picture")
    assert error(_scan(sandbox, b"")) == (422, "not_a_picture")


def test_the_camera_wants_a_picture(sandbox: Sandbox) -> None:
    assert error(httpx.post(f"{sandbox.url}/sandbox/scan")) == (400, "bad_request")
    assert error(httpx.post(f"{sandbox.url}/sandbox/scan", data={"picture": "x"})) == (400, "bad_request")
