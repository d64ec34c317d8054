"""Make the pictures and the film of README.md anew, of a portal with demo data that is running."""

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, sync_playwright
from playwright.sync_api import Error as BrowserError

from script.lib import demo
from script.lib.console import complain, say

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
MOST_BYTES = 150_000  # of a picture
MOST_FILM_BYTES = 2_000_000
DESKTOP = ViewportSize(width=1100, height=1010)
OFFICE = ViewportSize(width=1280, height=960)
PHONE = ViewportSize(width=390, height=1440)
STAGE = ViewportSize(width=760, height=720)  # of the film
LATENCY, PROCESSING = 1.5, 4.0  # seconds: slow enough for every step to be filmed
PATIENCE = 30_000  # ms to wait for something on a page


@dataclass(frozen=True)
class Place:
    """The portal, the sandbox that it orders at, and the browser that looks at both."""

    browser: Browser
    portal: str
    sandbox: str

    @contextmanager
    def window(self, size: ViewportSize, *, dark: bool = False) -> Iterator[Page]:
        """Open a window of a browser that knows nobody."""
        context: BrowserContext = self.browser.new_context(
            viewport=size,
            reduced_motion="reduce",
            locale="pl-PL",
            timezone_id="Europe/Warsaw",
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context.new_page()
        finally:
            context.close()

    def sign_in(self, page: Page, name: str, then: str) -> None:
        """Sign in with a demo account, and open the page `then`."""
        page.goto(f"{self.portal}/logowanie/")
        page.fill("#username", name)
        page.fill("#password", demo.PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(lambda address: "/logowanie/" not in address)
        page.goto(f"{self.portal}{then}")

    def behaviour(self, changed: dict[str, object] | None = None) -> dict[str, object]:
        """Return how the sandbox behaves; make it behave as `changed` says before."""
        body = None if changed is None else json.dumps(changed).encode()
        request = Request(  # noqa: S310 - the address is an argument of who runs this
            f"{self.sandbox}/sandbox/behaviour",
            data=body,
            method="GET" if body is None else "PUT",
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            read: dict[str, object] = json.load(answer)
        return read


@dataclass
class Film:
    """Frames of a page, each with how long it is shown (ms)."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)

    def take(self, seconds: float, pressed: Locator | None = None) -> None:
        """Add the window as it is now; `pressed`: what is pressed next, shown with a ring around it."""
        if pressed is not None:
            pressed.evaluate(
                "it => { it.style.outline = '4px solid #e08a00'; it.style.outlineOffset = '3px' }"
            )
        self.frames.append(picture_of(self.page.screenshot()))
        self.durations.append(int(seconds * 1000))
        if pressed is not None:
            pressed.evaluate("it => { it.style.outline = ''; it.style.outlineOffset = '' }")

    def press(self, seconds: float, pressed: Locator) -> None:
        """Film what is pressed next, and press it."""
        self.take(seconds, pressed)
        pressed.click()

    def save(self, path: Path) -> None:
        """Write the film; raise ValueError if it is too large."""
        first, *others = self.frames
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self.durations,
            loop=0,
            quality=80,
            method=6,
        )
        weigh(path, MOST_FILM_BYTES)


def main() -> int:
    """Make all of them, and give the exit code."""
    parser = argparse.ArgumentParser(prog="script/pictures", description=__doc__)
    parser.add_argument("--portal", metavar="URL", default="http://127.0.0.1:8000")
    parser.add_argument("--sandbox", metavar="URL", default="http://127.0.0.1:8001")
    parser.add_argument("--folder", metavar="FOLDER", type=Path, default=IMAGES)
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        complain(f"None of {', '.join(CHROMIUM)} is on this machine")
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        place = Place(browser, options.portal.rstrip("/"), options.sandbox.rstrip("/"))
        try:
            codes(place, options.folder / "ready.png")
            phone(place, options.folder / "phone.png")
            office(place, options.folder / "office.png")
            film(place, options.folder / "order.webp")
        except (BrowserError, URLError, ValueError) as problem:
            complain(str(problem))
            return 1
        finally:
            browser.close()
    return 0


def codes(place: Place, path: Path) -> None:
    """Take the page of a student whose codes are ready, and shown."""
    with place.window(DESKTOP) as page:
        place.sign_in(page, "hania", PAGE)
        show_codes(page)
        save(page, path)


def phone(place: Place, path: Path) -> None:
    """Take the page on a phone in the dark, in English, of a student who has the mLegitymacja in mObywatel."""
    with place.window(PHONE, dark=True) as page:
        place.sign_in(page, "igor", PAGE)
        choose_language(page, "en")
        save(page, path)
        choose_language(page, "pl")  # the account keeps it


def office(place: Place, path: Path) -> None:
    """Take the front page of the dean's office."""
    with place.window(OFFICE) as page:
        place.sign_in(page, "dziekanat", "/admin/")
        save(page, path)


def film(place: Place, path: Path) -> None:
    """Film an order from the sign-in until it is collected; the sandbox is slow meanwhile."""
    as_before = place.behaviour()
    try:
        with place.window(STAGE) as page:
            place.sign_in(page, "anna", PAGE)
            revoke(page)
        slow = {"latency_seconds": [LATENCY] * 2, "processing_seconds": [PROCESSING] * 2}
        place.behaviour(as_before | slow)
        with place.window(STAGE) as page:
            way_of_an_order(place, page).save(path)
    finally:
        place.behaviour(as_before)


def revoke(page: Page) -> None:
    """Revoke the student's mLegitymacja, if there is one, so that another can be ordered."""
    if page.locator("#mdocsplace").count():
        return
    page.locator("#mdocsrevoke").click()
    page.locator("input[name=confirmed] ~ button").click()
    page.locator("#mdocsplace").wait_for()


def way_of_an_order(place: Place, page: Page) -> Film:
    """Film the student on the portal, and the phone at the sandbox."""
    film = Film(page)
    page.goto(f"{place.portal}/logowanie/")
    film.take(1.5)
    page.fill("#username", "anna")
    page.fill("#password", demo.PASSWORD)
    film.press(1.2, page.get_by_role("button", name="Zaloguj się", exact=True))
    page.wait_for_url(lambda address: "/logowanie/" not in address)
    page.goto(f"{place.portal}{PAGE}")
    film.take(2.5)
    film.press(1.2, page.locator("#mdocsplace"))
    for status, seconds in (("waiting", 2), ("processing", 2), ("ready", 2)):
        page.locator(f".status-{status}").wait_for()
        film.take(seconds)
    film.take(1.2, page.locator("[data-show-codes]"))
    show_codes(page)
    film.take(3)
    qr_token = page.locator("#qr-text").input_value()
    activation_code = page.locator("#activation-code").inner_text()

    page.goto(f"{place.sandbox}/")
    film.page.locator("#telefon").scroll_into_view_if_needed()
    film.take(1.5)
    page.fill("#telefon-kod", qr_token)
    page.fill("#telefon-aktywacja", activation_code)
    film.press(2, page.locator("#telefon button.primary"))
    page.locator("#telefon").get_by_text("Odśwież").wait_for()
    film.take(2.5)

    page.goto(f"{place.portal}{PAGE}")
    page.locator(".status-collected").wait_for()
    film.take(4)
    return film


def choose_language(page: Page, code: str) -> None:
    """Press the language's button, which on a phone lies in the folded menu."""
    with page.expect_navigation():
        page.locator(f"button[name=language][value={code}]").first.evaluate("it => it.form.requestSubmit(it)")
    page.locator(f"html[lang={code}]").wait_for()


def show_codes(page: Page) -> None:
    """Press *Pokaż kod* and wait for the picture."""
    page.locator("[data-show-codes]").click()
    page.locator("img.qr").evaluate("it => it.decode()")


def picture_of(screenshot: bytes) -> Image.Image:
    """Read a screenshot."""
    return Image.open(BytesIO(screenshot)).convert("RGB")


def save(page: Page, path: Path) -> None:
    """Write the window as a PNG of 256 colours; raise ValueError if it is too large."""
    picture = picture_of(page.screenshot()).quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    weigh(path, MOST_BYTES)


def weigh(path: Path, most: int) -> None:
    """Say how large a file became; raise ValueError if it is larger than it may be."""
    size = path.stat().st_size
    if size > most:
        raise ValueError(f"{path.name}: {size:,} bytes, more than {most:,}")
    say(f"{path}: {size:,} bytes")


if __name__ == "__main__":
    raise SystemExit(main())
