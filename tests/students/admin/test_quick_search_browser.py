"""The search is a combobox: the key "/" leads there, arrows choose, Enter opens; it works without JavaScript too."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from students.models import Student, User
from tests.screens.looks import violations_on
from tests.students.admin.pages import look_of
from tests.students.factories import make_enrolment, make_student, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = "02270803624"


@pytest.fixture
def clerk() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def students() -> list[Student]:
    found = [
        make_student(last_name="Wójcik", first_names="Adam"),
        make_student(last_name="Wójcik", first_names="Łucja", pesel=ANNA, sex="F"),
    ]
    for student in found:
        make_enrolment(student)
    return found


def opened(browser: Browser, url: str, user: User, **options: Any) -> Page:
    """Open the front page of the admin."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=url, locale="pl-PL", **options)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page = context.new_page()
    page.goto("/admin/")
    return page


@pytest.fixture
def page(browser: Browser, live_server: Any, clerk: User, students: list[Student]) -> Iterator[Page]:
    page = opened(browser, live_server.url, clerk)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    page.context.close()
    connections.close_all()  # inside playwright's loop Django has a connection of its own
    assert complaints == []


def test_a_student_is_found_without_the_mouse(page: Page, students: list[Student]) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Student albo zamówienie")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("wojcik")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#desk-search-status")).to_have_text("Znaleziono: 2.")
    assert violations_on(page) == []
    page.keyboard.press("ArrowUp")  # the last, and round again
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Wójcik Łucja")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("wojcik")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{look_of(students[0])}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Adam Wójcik")
    assert violations_on(page) == []
    assert not [url for url in requests if "wojcik" in url]


def test_enter_alone_opens_the_only_one_and_a_pesel_stands_in_no_address(
    page: Page, students: list[Student]
) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.keyboard.press("/")
    page.keyboard.type(ANNA)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{look_of(students[1])}")
    assert not [url for url in requests if ANNA in url]


def test_the_key_types_in_a_field_and_can_be_switched_off(page: Page) -> None:
    page.goto("/admin/students/student/add/")
    page.locator("#id_last_name").press("/")
    expect(page.locator("#id_last_name")).to_have_value("/")
    page.goto("/admin/search/")
    page.get_by_label("Klawisz / przenosi").uncheck()
    page.locator("body").press("/")
    expect(page.locator("#desk-search-box")).not_to_be_focused()
    page.goto("/admin/")
    page.locator("body").press("/")
    expect(page.locator("#desk-search-box")).not_to_be_focused()


def test_without_javascript_it_is_a_form_with_a_page_of_results(
    browser: Browser, live_server: Any, clerk: User, students: list[Student]
) -> None:
    page = opened(browser, live_server.url, clerk, java_script_enabled=False)
    page.locator("#desk-search-box").fill("wojcik")
    page.get_by_role("button", name="Szukaj").first.click()
    page.get_by_role("link", name="Wójcik Łucja").click()
    page.wait_for_url(f"**{look_of(students[1])}")
    page.context.close()
    connections.close_all()
