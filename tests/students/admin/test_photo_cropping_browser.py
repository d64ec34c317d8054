"""The frame over a picture follows mouse, keys and sliders, and what is seen in it is what is stored."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from students.models import Student
from students.roles import CLERK
from tests.screens.looks import violations_on
from tests.students.factories import make_enrolment, make_member, make_programme, make_student
from tests.students.test_jpegs import near
from tests.students.test_photo_frames import quartered
from tests.students.test_photos import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def student() -> Student:
    student = make_student(photo=None)
    make_enrolment(student, programme=make_programme())
    return student


def opened_at_the_frame(live_server: Any, browser: Browser, student: Student, **options: Any) -> Page:
    """Open a window of a clerk's, upload a picture of four colours, and look at its frame."""
    client = Client()
    client.force_login(make_member(CLERK, student.enrolments.get().programme.faculty))
    context = browser.new_context(locale="pl-PL", **options)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/students/student/{student.pk}/change/")
    page.get_by_role("link", name="Wczytaj i przytnij zdjęcie").click()
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": quartered(1800, 1400, orientation=6)}
    page.get_by_label("Plik ze zdjęciem").set_input_files(picture)  # type: ignore[arg-type]
    page.get_by_role("button", name="Dalej").click()
    page.wait_for_url("**/zdjecie/*/")  # and has loaded: Chromium cannot reload what it has not quite opened
    return page


@pytest.fixture
def page(live_server: Any, browser: Browser, student: Student) -> Iterator[Page]:
    """Return the page of the frame; an error of its script, and a refusal of its policy, fail the test."""
    page = opened_at_the_frame(live_server, browser, student, viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.reload()
    expect(page.locator("#crop-stage img")).to_have_js_property("complete", True)
    yield page
    page.context.close()
    connections.close_all()  # inside playwright's loop Django has a connection of its own
    assert complaints == []


def frame(page: Page) -> dict[str, int]:
    """Return the frame as it would be sent."""
    return {name: int(page.locator(f"#id_{name}").input_value()) for name in ("left", "top", "width")}


def accept(page: Page, student: Student) -> Any:
    page.get_by_role("button", name="Przyjmij zdjęcie").click()
    expect(page.get_by_text("Zdjęcie zostało przyjęte")).to_be_visible()
    student.refresh_from_db()
    assert student.photo
    return opened(student.photo.read())


def test_with_the_mouse_the_frame_is_sized_and_dragged_and_what_is_in_it_is_stored(
    page: Page, student: Student
) -> None:
    assert frame(page) == {"left": 355, "top": 0, "width": 1089}
    box = page.locator("#crop-frame").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.45, steps=4)
    page.mouse.up()
    sized = frame(page)
    assert (sized["left"], sized["top"]) == (355, 0)
    assert 386 <= sized["width"] < 545
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 900, box["y"] + 900, steps=5)  # further than the picture
    page.mouse.up()
    moved = frame(page)
    assert moved["left"] + moved["width"] == 1800
    assert moved["top"] + round(moved["width"] * 45 / 35) == 1400
    shown = page.locator("#crop-result").evaluate(
        "it => [...it.getContext('2d').getImageData(9, 9, 1, 1).data]"
    )
    assert min(shown) > 245
    assert near(accept(page, student), (255, 255, 255))


def test_with_keys_alone_a_part_is_chosen(page: Page, student: Student) -> None:
    page.locator("#crop-frame").focus()
    before = frame(page)
    for _ in range(20):
        page.keyboard.press("-")
    smaller = frame(page)
    assert smaller["width"] < before["width"] / 2
    assert smaller["left"] > before["left"], "it is sized around its middle"
    for _ in range(30):
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowUp")
    assert (frame(page)["left"], frame(page)["top"]) == (1800 - smaller["width"], 0)
    assert near(accept(page, student), (0, 255, 0))


def test_the_sliders_say_where_the_frame_is_and_move_it(page: Page, student: Student) -> None:
    page.get_by_label("Wielkość ramki").press("Home")
    page.get_by_label("Od lewej").press("Home")
    page.get_by_label("Od góry").press("End")
    assert frame(page) == {"left": 0, "top": 904, "width": 386}
    expect(page.get_by_label("Od góry")).to_have_attribute("aria-valuetext", "100%")
    stage, box = page.locator("#crop-stage").bounding_box(), page.locator("#crop-frame").bounding_box()
    assert stage and box
    assert box["y"] + box["height"] == pytest.approx(stage["y"] + stage["height"], abs=1.5)
    assert near(accept(page, student), (0, 0, 254))


def test_without_javascript_the_cut_is_seen_and_accepted(
    live_server: Any, browser: Browser, student: Student
) -> None:
    page = opened_at_the_frame(live_server, browser, student, java_script_enabled=False)
    expect(page.locator("#crop-stage")).to_be_hidden()
    cut = page.get_by_role("img", name="Zdjęcie, jakie zostanie przyjęte")
    expect(cut).to_be_visible()
    page.get_by_label("Wielkość ramki").press("Home")
    page.get_by_label("Od lewej").press("Home")
    page.get_by_label("Od góry").press("Home")
    page.get_by_role("button", name="Pokaż podgląd").click()
    expect(cut).to_have_attribute("src", re.compile(r"width=386&left=0&top=0$"))
    assert near(accept(page, student), (254, 0, 0))
    page.context.close()
    connections.close_all()


def test_with_fingers_the_frame_is_moved_and_pinched_on_a_phone(
    live_server: Any, browser: Browser, student: Student
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = opened_at_the_frame(live_server, browser, student, **phone)
    expect(page.locator("#crop-stage img")).to_have_js_property(
        "complete", True
    )  # it moves the frame no more
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def middle() -> tuple[float, float]:
        page.locator("#crop-frame").scroll_into_view_if_needed()
        box = page.locator("#crop-frame").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    before, (x, y) = frame(page), middle()
    touch("touchStart", (x - 60, y), (x + 60, y))
    for step in range(1, 7):
        touch("touchMove", (x - 60 + 6 * step, y), (x + 60 - 6 * step, y))
    touch("touchEnd")
    pinched, (x, y) = frame(page), middle()
    assert before["width"] * 0.3 < pinched["width"] < before["width"] * 0.6
    touch("touchStart", (x, y))
    for step in range(1, 11):
        touch("touchMove", (x - 20 * step, y + 20 * step))
    touch("touchEnd")
    assert frame(page)["left"] == 0
    assert frame(page)["top"] + round(pinched["width"] * 45 / 35) == 1400
    assert near(accept(page, student), (0, 0, 254))
    page.context.close()
    connections.close_all()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_the_frame_is_accessible_and_fits_a_phone(
    live_server: Any, browser: Browser, student: Student, scheme: str
) -> None:
    phone = {"viewport": {"width": 320, "height": 640}, "color_scheme": scheme}
    page = opened_at_the_frame(live_server, browser, student, **phone)
    expect(page.locator("#crop-stage")).to_be_visible()
    assert violations_on(page, within="#content") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
    connections.close_all()
