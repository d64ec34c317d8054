"""Filters of lists are saved under a name, opened, shared, renamed and deleted; one that works no more says so."""

from typing import Any

import pytest
from django.test import Client

from students.models import Faculty, SavedFilter, User
from students.roles import CLERK, VIEWER
from tests.mdocs.page.html import read
from tests.students.admin.pages import ENROLMENTS, STUDENTS, cost, listed, said, send, signed_in
from tests.students.factories import make_enrolment, make_member, make_programme, make_student, make_user

pytestmark = pytest.mark.django_db
FILTERS = "/admin/students/savedfilter/"
CARDS, ORDERS = "/admin/students/studentcard/", "/admin/mdocs/order/"


def save(
    browser: Client, query: str, name: str = "bez zdjęcia", *, list: str = "students.student", **more: str
) -> Any:
    """Send the form above a list that shows what `query` chooses."""
    return browser.post(f"{FILTERS}save/", {"list": list, "query": query, "name": name, **more})


def links(browser: Client, address: str = STUDENTS) -> dict[str, str]:
    """Return the saved filters that a list offers."""
    found = read(browser.get(address)).all("a")
    return {link.text: link.attrs["href"] for link in found if "/open/" in link.attrs.get("href", "")}


@pytest.mark.parametrize(
    ("label", "address", "query"),
    [
        ("students.student", STUDENTS, "no_photo=yes"),
        ("students.enrolment", ENROLMENTS, "status__exact=active"),
        ("students.studentcard", CARDS, "end_reason__exact=lost"),
        ("mdocs.order", ORDERS, "needs_attention=no&status__exact=ready"),
    ],
)
def test_what_a_list_shows_is_saved_and_opened_again(
    dziekanat: Client, label: str, address: str, query: str
) -> None:
    page = dziekanat.get(f"{address}?{query}").content.decode()
    assert "Zapisz wybrane filtry" in page
    answer = save(dziekanat, f"{query}&p=2&q=Nowak", list=label)
    assert answer["Location"] == f"{address}?{query}"
    assert said(answer) == ["Zapisano filtr „bez zdjęcia”."]
    opened = dziekanat.get(links(dziekanat, f"{address}?{query}")["bez zdjęcia"])
    assert opened["Location"] == f"{address}?{query}", (
        "without the page, and without the words that name people"
    )
    assert 'aria-current="true"' in dziekanat.get(f"{address}?{query}").content.decode()
    assert "Nowak" not in SavedFilter.objects.get().query


def test_it_lists_who_matches_now(dziekanat: Client, faculty: Faculty) -> None:
    save(dziekanat, "no_photo=yes")
    student = make_student(photo=None)
    make_enrolment(student, programme=make_programme(faculty=faculty))
    make_enrolment(make_student(), programme=make_programme(faculty=faculty))
    address = dziekanat.get(links(dziekanat)["bez zdjęcia"])["Location"]
    assert listed(dziekanat, address) == [student]


@pytest.mark.parametrize(
    ("query", "name", "problem"),
    [
        ("", "nic", "Najpierw wybierz filtry. Szukane słowa nie są zapisywane."),
        ("q=Nowak", "nic", "Najpierw wybierz filtry. Szukane słowa nie są zapisywane."),
        ("no_photo=yes", "", "To pole jest wymagane."),
        ("no_photo=no", "bez zdjęcia", "Masz już na tej liście filtr o tej nazwie."),
    ],
)
def test_what_cannot_be_saved_is_said(dziekanat: Client, query: str, name: str, problem: str) -> None:
    save(dziekanat, "no_photo=yes")
    assert said(save(dziekanat, query, name))[-1] == problem
    assert [saved.query for saved in SavedFilter.objects.all()] == ["no_photo=yes"]


@pytest.mark.parametrize(
    "query",
    [
        "status=a_status_of_yesterday",
        "filter_of_yesterday=yes",
        "faculty=ANOTHER",
        "user__password__startswith=p",
    ],
)
def test_one_that_works_no_more_says_so_and_shows_nobody(dziekanat: Client, clerk: User, query: str) -> None:
    saved = SavedFilter.objects.create(user=clerk, list="students.student", name="stary", query=query)
    answer = dziekanat.get(f"{FILTERS}{saved.pk}/open/")
    assert answer["Location"] == FILTERS, "not the list of everybody"
    assert "Filtr „stary” już nie działa" in said(answer)[0]


def test_one_of_a_list_that_there_is_no_more_says_so_too(dziekanat: Client, clerk: User) -> None:
    saved = SavedFilter.objects.create(user=clerk, list="students.gone", name="stary", query="a=b")
    assert "już nie działa" in said(dziekanat.get(f"{FILTERS}{saved.pk}/open/"))[0]
    assert "students.gone" in dziekanat.get(FILTERS).content.decode()


def test_others_see_the_shared_ones_only_and_change_none(
    dziekanat: Client, clerk: User, faculty: Faculty
) -> None:
    save(dziekanat, "no_photo=yes", "mój")
    save(dziekanat, "no_photo=no", "wspólny", is_shared="on")
    colleague = signed_in(make_member(VIEWER, faculty))
    assert set(links(colleague)) == {"wspólny"}
    assert str(clerk) in colleague.get(STUDENTS).content.decode()
    assert colleague.get(links(colleague)["wspólny"])["Location"] == f"{STUDENTS}?no_photo=no"
    own, shared = SavedFilter.objects.order_by("name")
    assert colleague.get(f"{FILTERS}{own.pk}/open/").status_code == 404
    for saved in (own, shared):
        assert colleague.get(f"{FILTERS}{saved.pk}/change/").status_code == 302
        colleague.post(f"{FILTERS}{saved.pk}/delete/", {"post": "yes"})
    assert SavedFilter.objects.count() == 2


def test_ones_own_are_renamed_and_deleted(dziekanat: Client) -> None:
    save(dziekanat, "no_photo=yes")
    saved = SavedFilter.objects.get()
    send(dziekanat, f"{FILTERS}{saved.pk}/change/", {"name": "zdjęcia brak", "is_shared": "on"})
    saved.refresh_from_db()
    assert (saved.name, saved.is_shared, saved.query) == ("zdjęcia brak", True, "no_photo=yes")
    dziekanat.post(f"{FILTERS}{saved.pk}/delete/", {"post": "yes"})
    assert not SavedFilter.objects.exists()


def test_who_may_not_see_a_list_saves_and_opens_nothing_of_it(faculty: Faculty, clerk: User) -> None:
    helper = make_user(is_staff=True)
    shared = SavedFilter.objects.create(
        user=clerk, list="students.student", name="x", query="no_photo=yes", is_shared=True
    )
    browser = signed_in(helper)
    assert browser.get(f"{FILTERS}{shared.pk}/open/").status_code == 403
    assert save(browser, "no_photo=yes").status_code == 403
    assert save(signed_in(make_member(CLERK, faculty)), "a=b", list="students.nothing").status_code == 404
    assert SavedFilter.objects.count() == 1


def test_more_of_them_cost_no_more_queries(dziekanat: Client) -> None:
    save(dziekanat, "no_photo=yes", "pierwszy")
    few = cost(dziekanat, STUDENTS)
    for number in range(5):
        save(dziekanat, "no_photo=yes", f"kolejny {number}")
    assert cost(dziekanat, STUDENTS) == few


def test_an_empty_list_says_whether_there_is_nothing_or_nothing_fits(dziekanat: Client) -> None:
    assert "Lista jest pusta." in dziekanat.get(FILTERS).content.decode()
    assert "Nic nie znaleziono." in dziekanat.get(f"{STUDENTS}?no_photo=yes").content.decode()
    save(dziekanat, "no_photo=yes")
    assert "Lista jest pusta." not in dziekanat.get(FILTERS).content.decode()
