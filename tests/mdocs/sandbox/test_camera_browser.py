"""The sandbox's phone scans a code with the camera, and says where there is none."""

from pathlib import Path

import qrcode
from PIL import Image
from playwright.sync_api import expect

from tests.browser import chromium
from tests.mdocs.sandbox.university import University
from tests.mdocs.sandbox_process import Sandbox
from tests.students.cards.camera import SIZE, blank, write_film


def film_of(text: str, path: Path) -> Path:
    """Write a film in which a QR code comes into the picture."""
    frame, code = (
        Image.new("RGB", SIZE, "white"),
        qrcode.make(text).get_image().convert("RGB").resize((400, 400)),
    )
    frame.paste(code, (120, 40))
    return write_film(path, (blank(), 1.0), (frame, 60.0))


def test_the_phone_scans_with_its_camera_and_takes_the_code_as_it_is_shown(
    sandbox: Sandbox, university: University, tmp_path: Path
) -> None:
    order = university.order()
    film = film_of(order["qr_token"], tmp_path / "code.mjpeg")
    options = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    with (
        chromium(*options) as browser,
        browser.new_context(locale="pl-PL", viewport={"width": 360, "height": 740}) as context,
    ):
        context.grant_permissions(["camera"])
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(sandbox.url)
        telephone = page.locator("#telefon")
        telephone.get_by_role("button", name="Skanuj aparatem").click()
        expect(telephone.get_by_label("tekst kodu QR")).to_have_value(order["qr_token"])
        expect(telephone.locator("video")).to_be_hidden()
        code = order["activation_code"]
        telephone.get_by_label("Kod aktywacyjny").fill(f"{code[:3]} {code[3:]}".lower())
        telephone.get_by_role("button", name="Dodaj dokument").click()
        expect(page.locator("#dokument-status")).to_have_text("ważna")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert complaints == []


def test_without_a_camera_it_is_said_and_the_code_can_be_pasted(sandbox: Sandbox) -> None:
    with chromium() as browser, browser.new_context(locale="pl-PL") as context:
        page = context.new_page()
        page.goto(sandbox.url)
        page.locator("#telefon").get_by_role("button", name="Skanuj aparatem").click()
        expect(page.get_by_text("wklej tekst kodu.")).to_be_visible()
        expect(page.get_by_role("button", name="Skanuj aparatem")).to_be_visible()
