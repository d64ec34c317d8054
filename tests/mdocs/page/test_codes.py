"""The codes come when they are asked for, in a form that can be scanned, copied and typed, while they can be used."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone
from PIL import Image

from mdocs.page.activation_code import groups
from mdocs.page.time_left import remaining
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.html import Document, read

See = Callable[[], Document]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PART = {"X-Part": "codes"}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"


def test_the_page_says_until_when_the_codes_work_and_holds_none_of_them(see: See, student: Student) -> None:
    end = datetime(2096, 12, 22, 10, 2, 11, tzinfo=UTC)
    order = make_order(student, Status.READY, codes_expire_at=end, valid_until=date(2097, 3, 31))
    page = see()
    (link,) = page.all("a", href=address("codes", order))
    assert link.text == "Pokaż kod"
    assert "Kody są ważne do 22 grudnia 2096, 11:02 (jeszcze 2" in page.main
    for secret in (ACTIVATION_CODE, QR_TOKEN):
        assert secret not in page.html


@pytest.mark.parametrize("headers", [{}, PART])
def test_asked_for_they_are_shown_as_a_page_or_as_a_part_of_one(
    student_client: Client, student: Student, headers: dict[str, str]
) -> None:
    order = make_order(student, Status.READY)
    answer = student_client.get(address("codes", order), headers=headers)
    page = read(answer)
    assert "no-store" in answer["Cache-Control"]
    assert bool(page.all("html")) == (not headers)
    assert page.texts("code", id="activation-code") == [ACTIVATION_CODE]
    assert page.texts("textarea", id="qr-text") == [QR_TOKEN]
    assert page.all("img", src=address("qr_code", order))
    assert page.all("a", href=address("qr_code_png", order))
    assert page.html.count(QR_TOKEN) == 1


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY}))
def test_no_other_state_has_codes(student_client: Client, student: Student, status: Status) -> None:
    refuses(student_client, make_order(student, status))


def test_codes_whose_time_is_over_are_not_shown_any_more(
    student_client: Client, see: See, student: Student
) -> None:
    order = make_order(student, Status.READY, codes_expire_at=timezone.now() - timedelta(seconds=1))
    refuses(student_client, order)
    page = see()
    assert "Termin ważności kodów minął" in page.main
    assert "Zamów ponownie" in page.buttons


def refuses(client: Client, order: Any) -> None:
    """No door shows codes, and each leads to where it is said why."""
    assert client.get(address("codes", order))["Location"] == PAGE
    assert client.get(address("codes", order), headers=PART).status_code == 410
    assert client.get(address("qr_code", order)).status_code == 404
    assert client.get(address("qr_code_png", order)).status_code == 404
    assert "Pokaż kod" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("token", [QR_TOKEN, "x" * 512])
def test_the_picture_to_keep_is_read_by_a_phone(student_client: Client, student: Student, token: str) -> None:
    order = make_order(student, Status.READY, qr_token=token)
    answer = student_client.get(address("qr_code_png", order))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    with Image.open(BytesIO(answer.content)) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == token


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("K7Q2", "K7Q2"),
        ("K7Q2M", "K7Q 2M"),
        ("K7Q2M9", "K7Q 2M9"),
        ("1234567", "1234 567"),
        ("12345678", "1234 5678"),
        ("1234567890", "1234 567 890"),
        ("123456789012", "1234 5678 9012"),
        ("", ""),
    ],
)
def test_a_code_is_typed_in_groups(code: str, shown: str) -> None:
    assert " ".join(groups(code)) == shown


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(days=29, hours=23), "jeszcze 29 dni"),
        (timedelta(hours=48), "jeszcze 2 dni"),
        (timedelta(hours=48) - timedelta(seconds=1), "jeszcze 47 godzin"),
        (timedelta(hours=5, minutes=59), "jeszcze 5 godzin"),
        (timedelta(hours=1), "jeszcze 1 godzina"),
        (timedelta(minutes=59, seconds=59), "jeszcze 59 minut"),
        (timedelta(minutes=1), "jeszcze 1 minuta"),
        (timedelta(seconds=59), "jeszcze mniej niż minuta"),
        (timedelta(0), ""),
        (timedelta(seconds=-1), ""),
    ],
)
def test_how_long_the_codes_last_is_said_in_words(left: timedelta, says: str) -> None:
    assert remaining(NOW + left, NOW) == says


@pytest.mark.parametrize(
    ("browser", "first"),
    [(IPHONE, "iOS"), (IPAD, "iOS"), (ANDROID, "Android"), (MAC, "Android"), ("", "Android")],
)
def test_the_shop_of_the_own_phone_comes_first(
    student_client: Client, student: Student, browser: str, first: str
) -> None:
    make_order(student, Status.READY)
    page = read(student_client.get(PAGE, headers={"User-Agent": browser}))
    shops = [link.text for link in page.all("a") if "mobywatel" in link.attrs["href"]]
    assert len(shops) == 2
    assert first in shops[0]
