"""The dean's office at work, in a real browser, until a ticket inspector finds the mLegitymacja void."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from students.half_years import half_year_end, next_half_year_end, previous_half_year_end
from students.pesel import compose_pesel
from tests.stack.stack import Stack
from tests.stack.visitor import ORDER, Visitor
from tests.students.factories import small_jpeg
from tests.students.importing.usos_file import ANNA, Row, write_csv
from tests.waiting import PATIENCE, wait_until

ALBUM_NUMBER, BARCODE = "700001", "9070000101"
BORN = date(2003, 9, 9)


def sign_in(browser: Browser, stack: Stack, name: str) -> Page:
    """Open the admin in a window of its own and sign in."""
    page = browser.new_context(locale="pl-PL").new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{stack.url}/admin/")
    page.get_by_label("Nazwa użytkownika").fill(name)
    page.get_by_label("Hasło").fill("demo")
    page.get_by_role("button", name="Zaloguj się").click()
    return page


def newcomer() -> Row:
    """A student whose card was valid until the last half-year ended."""
    today = timezone.localdate()
    return ANNA | {
        "numer_albumu": ALBUM_NUMBER,
        "login": "nowa",
        "imiona": "Nadia",
        "nazwisko": "Święcicka",
        "pesel": compose_pesel(BORN, "F", 77),
        "data_urodzenia": BORN.isoformat(),
        "email": "nowa@student.example.edu.pl",
        "od": (today - timedelta(days=400)).isoformat(),
        "els_numer": BARCODE,
        "els_wydana": (today - timedelta(days=390)).isoformat(),
        "els_wazna_do": previous_half_year_end(today).isoformat(),
        "els_uid_stykowy": "3B700001",
        "els_uid_bezstykowy": "04700001",
    }


def photos(path: Path) -> Path:
    """An archive with her photo."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(f"{ALBUM_NUMBER}.jpg", small_jpeg())
    path.write_bytes(archive.getvalue())
    return path


def shown(visitor: Visitor, text: str) -> None:
    """Look at the student's page until it says something."""
    last = [""]

    def says() -> bool:
        last[0] = visitor.look().main
        return text in last[0]

    wait_until(says, PATIENCE, lambda: last[0])


def test_a_student_is_imported_extended_and_loses_the_card(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    office = sign_in(browser, stack, "admin")
    office.get_by_role("link", name="Importuj dane z USOS").click()
    office.get_by_label("Tabela z USOS").set_input_files(write_csv(tmp_path / "usos.csv", [newcomer()]))
    office.get_by_label("Zdjęcia (nieobowiązkowe)").set_input_files(photos(tmp_path / "photos.zip"))
    office.get_by_role("button", name="Pokaż podgląd").click()
    office.screenshot(path=tmp_path / "1-preview.png", full_page=True)
    office.get_by_role("button", name="Zastosuj").click()
    expect(office.get_by_role("status").filter(has_text="zakończone")).to_be_visible()
    office.screenshot(path=tmp_path / "2-imported.png", full_page=True)

    (session,) = stack.manage("let_in", "nowa")
    student = Visitor(stack.url, "nowa", album_number=ALBUM_NUMBER, session=session)
    shown(student, "Ważność Twojej legitymacji minęła")

    desk = sign_in(browser, stack, "dziekanat")
    desk.get_by_role("link", name="Skanuj legitymacje").click()
    until = half_year_end(timezone.localdate())
    desk.locator("#id_until").fill(until.isoformat())
    desk.locator("#id_number").focus()
    desk.keyboard.type(f"{BARCODE}\n")
    expect(desk.locator("#scan-answer .success")).to_contain_text("Święcicka")
    expect(desk.locator("#id_number")).to_be_focused()
    desk.screenshot(path=tmp_path / "3-extended.png", full_page=True)

    student.press(ORDER)
    shown(student, "gotowy do pobrania")
    (issued,) = [order for order in stack.sandbox.orders() if order["student_number"] == ALBUM_NUMBER]
    stack.sandbox.activate(issued["qr_token"], issued["activation_code"])
    shown(student, "odebrana")

    # Extended again before the next half-year: the mLegitymacja follows by itself.
    later = next_half_year_end(timezone.localdate())
    desk.locator("#id_until").fill(later.isoformat())
    desk.locator("#id_number").focus()
    desk.keyboard.type(f"{BARCODE}\n")
    shown(student, later.isoformat())
    wait_until(
        lambda: later.isoformat() in {order["valid_until"] for order in stack.sandbox.orders()}, PATIENCE
    )

    desk.get_by_role("link", name=BARCODE).first.click()
    desk.get_by_role("link", name="Zakończ").first.click()
    desk.get_by_label("utracona").check()
    desk.screenshot(path=tmp_path / "4-ending.png", full_page=True)
    desk.get_by_role("button", name="Zakończ legitymację").click()
    wait_until(lambda: not stack.sandbox.verify(issued["qr_token"])["valid"], PATIENCE)
    shown(student, "unieważniona")
