"""Each page of the office in each state is accessible, light and dark, wide and on a phone, in both languages."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.utils.translation import override
from playwright.sync_api import expect

from students.models import Faculty, Programme, User
from tests.screens.conftest import Window
from tests.screens.looks import (
    DESKTOP,
    PHONE,
    dates_stay_in_one_line,
    picture,
    polish_words,
    violations,
    width,
)
from tests.screens.office_scenes import CARDS, OFFICE, STUDENTS, people, student_form
from tests.students.factories import make_programme, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def clerk() -> User:
    return make_user("ula", is_staff=True, is_superuser=True)


def is_accessible(here: Window, name: str) -> None:
    """Look at a page light and wide, then dark on a phone."""
    for colours, size in (("light", DESKTOP), ("dark", PHONE)):
        here.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        here.page.set_viewport_size(size)
        here.page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        assert violations(here) == [], f"{name}, {colours}"
    assert width(here) <= PHONE["width"], name
    dates_stay_in_one_line(here)
    picture(here, f"office {name}")


@pytest.mark.parametrize("name", OFFICE)
def test_every_page_of_the_office_is_accessible(
    window: Callable[..., Window], clerk: User, faculty: Faculty, name: str
) -> None:
    address = OFFICE[name](clerk, faculty)
    here = window(clerk, viewport=DESKTOP)
    assert here.go(address).status == 200
    assert urlsplit(here.page.url).path == urlsplit(address).path, "another page was looked at"
    assert here.complaints == [] and here.missing == []  # axe's own styles are refused afterwards
    is_accessible(here, name)


def test_a_day_in_a_table_of_a_form_stays_in_one_line(
    window: Callable[..., Window], clerk: User, faculty: Faculty
) -> None:
    here = window(clerk, viewport=PHONE)
    here.go(student_form(clerk, faculty))
    dates_stay_in_one_line(here)


@pytest.mark.parametrize("name", ["cards", "studies", "students", "orders"])
def test_a_desktop_shows_every_column_of_a_list(
    window: Callable[..., Window], clerk: User, faculty: Faculty, name: str
) -> None:
    address = OFFICE[name](clerk, faculty)
    for programme in Programme.objects.all():
        programme.name = f"zarządzanie i nowe technologie w sektorze publicznym ({programme.pk})"
        programme.save()
    here = window(clerk, viewport=DESKTOP)
    here.go(address)
    hidden = "each => each.scrollWidth - each.clientWidth"
    assert here.page.locator(".results").evaluate(hidden) == 0, "columns that are scrolled to"


@pytest.mark.parametrize("job", ["extend_cards", "end_cards", "send_mailing"])
def test_what_a_list_asks_before_a_job_is_accessible(
    window: Callable[..., Window], clerk: User, faculty: Faculty, job: str
) -> None:
    people(faculty)
    here = window(clerk, viewport=DESKTOP)
    here.go(STUDENTS)
    here.page.locator(f"button[value={job}]").click()
    expect(here.page.get_by_role("button", name="Pokaż, co się stanie")).to_be_visible()
    is_accessible(here, job)


def test_the_table_of_the_scanner_is_accessible_with_rows(
    window: Callable[..., Window], clerk: User, faculty: Faculty
) -> None:
    student = people(faculty)
    here = window(clerk, viewport=DESKTOP)
    here.go(f"{CARDS}scan/")
    for number in (student.cards.get().barcode_number, "404404"):
        here.page.locator("#id_number").fill(number)
        here.page.keyboard.press("Enter")
        expect(here.page.locator(".scan-list tbody")).to_contain_text(number)
    is_accessible(here, "scanner")


@pytest.mark.parametrize("name", ["half-years", "message, previewed", "saved filters", "students"])
def test_the_new_pages_are_there_in_english(
    window: Callable[..., Window], clerk: User, faculty: Faculty, name: str
) -> None:
    clerk.language = "en"
    clerk.save()
    with override("en"):  # a job is called in the language of who starts it
        address = OFFICE[name](clerk, faculty)
    here = window(clerk, locale="en-GB", viewport=PHONE)
    here.go(address)
    assert here.page.get_attribute("html", "lang") == "en"
    assert polish_words(here, clerk) == []
