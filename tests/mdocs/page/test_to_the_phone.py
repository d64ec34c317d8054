"""From the computer to the phone that has mObywatel: the page's address as a QR code, and a button that opens the
app."""

from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from mdocs import qr
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.html import read

ADDRESS = f"{PAGE}adres-qr.svg"
LINK = "https://mobywatel.example.gov.pl/otworz"


def test_the_page_has_a_code_of_its_own_address_and_of_nothing_else(
    student_client: Client, student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_order(student, Status.READY)
    assert read(student_client.get(PAGE)).all("img", src=ADDRESS)
    drawn: list[str] = []

    def draw(text: str) -> str:
        drawn.append(text)
        return qr_svg(text)

    qr_svg = qr.qr_svg
    monkeypatch.setattr(qr, "qr_svg", draw)
    answer = student_client.get(ADDRESS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert drawn == [f"http://testserver{PAGE}"]


def test_a_camera_reads_the_address() -> None:
    (read_code,) = zxingcpp.read_barcodes(Image.open(BytesIO(qr.qr_png(f"https://portal.example.edu{PAGE}"))))
    assert read_code.text == f"https://portal.example.edu{PAGE}"


def test_who_waits_or_is_signed_out_has_none(client: Client, student: Student) -> None:
    assert client.get(ADDRESS).status_code == 302
    make_order(student, Status.WAITING)
    client.force_login(student.user)
    assert not read(client.get(PAGE)).all("img", src=ADDRESS)


@pytest.mark.parametrize("link", ["", LINK])
def test_the_app_is_opened_where_the_installation_knows_how(
    student_client: Client, student: Student, settings: Any, link: str
) -> None:
    settings.MOBYWATEL_LINK = link
    page = read(student_client.get(address("codes", make_order(student, Status.READY))))
    found = [each.attrs["href"] for each in page.all("a") if each.text == "Otwórz w mObywatelu"]
    assert found == [link] * bool(link)
    assert not any(QR_TOKEN in each or ACTIVATION_CODE in each for each in found)


def test_a_code_in_groups_says_that_it_is_typed_without_the_space(
    student_client: Client, student: Student
) -> None:
    page = read(student_client.get(address("codes", make_order(student, Status.READY))))
    assert "(wpisz go bez spacji)" in page.texts("p", id="activation-label")[0]
    make_short = {"activation_code": "K7Q2"}
    student.orders.all().delete()
    page = read(student_client.get(address("codes", make_order(student, Status.READY, **make_short))))
    assert "bez spacji" not in page.texts("p", id="activation-label")[0]
