"""The pages of the office in correct Polish, which Django's own sentences around a model's name are not."""

import json
import re
from pathlib import Path

import django
import pytest
from babel.messages.pofile import read_po
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from mlegitymacja_portal.accusatives import ACCUSATIVES
from tests.mdocs.page.html import read
from tests.students.admin.pages import send
from tests.students.factories import make_programme, make_user

pytestmark = pytest.mark.django_db
INLINE = "data-inline-formset"  # what Django's script reads of a table in a form
BENT = re.compile(r"\(-|\(go\)|\(ło\)")  # dodany(-na)(-ne), kolejne(go)
DJANGOS = Path(django.__file__).parent / "contrib/admin/locale/pl/LC_MESSAGES/django.po"


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which somebody is signed in who may do everything."""
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_no_list_is_called_in_the_wrong_case(office: Client) -> None:
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = read(office.get(address, follow=True))
        (heading,) = page.texts("h1")
        assert not heading.startswith("Wybierz "), heading
        assert page.texts("title")[0].startswith(heading)
        assert "Razem:" in page.main
        added = [link for link in page.all("a", **{"class": "addlink"}) if "/add/" in link.attrs["href"]]
        assert all(link.text == "Dodaj" for link in added)


def test_a_list_is_called_what_it_lists(office: Client) -> None:
    page = read(office.get(reverse("admin:auth_group_changelist")))
    assert page.texts("h1") == [capfirst("grupy")]


def test_no_page_of_the_office_bends_words_with_brackets(office: Client, rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    for model, model_admin in admin.site._registry.items():
        where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{where}_changelist")]
        if model_admin.has_add_permission(request):
            pages.append(reverse(f"{where}_add"))
        if row := model._default_manager.first():
            pages.append(reverse(f"{where}_change", args=[row.pk]))
        for address in pages:
            html = office.get(address, follow=True).content.decode()
            assert not BENT.search(html), address


def test_none_of_djangos_sentences_bends_words_with_brackets() -> None:
    with DJANGOS.open("rb") as file:
        bent = [message.id for message in read_po(file, locale="pl") if BENT.search(str(message.string))]
    assert len(bent) > 10, "the search finds what is there"
    with translation.override("pl"):
        for sentence in bent:
            one, many = (sentence, sentence) if isinstance(sentence, str) else sentence
            for number in (1, 2, 5):
                said = translation.ngettext(one, many, number) if one != many else translation.gettext(one)
                assert not BENT.search(said), one


def test_what_was_saved_is_said_as_people_say_it(office: Client) -> None:
    address = reverse("admin:auth_group_add")
    answer = office.post(address, {"name": "Rekrutacja"}, follow=True)
    assert "Dodano grupę „<a href=" in answer.content.decode(), "with its link, which is not escaped"
    assert read(office.get(address)).texts("h1") == ["Dodaj grupę"]
    group = Group.objects.get(name="Rekrutacja")
    address = reverse("admin:auth_group_change", args=[group.pk])
    assert read(office.get(address)).texts("h1") == ["Zmień grupę"]
    answer = send(office, address, {"name": "Rekrutacja <2>"}, follow=True)
    assert (
        "Zmieniono grupę „" in answer.content.decode() and "Rekrutacja &lt;2&gt;" in answer.content.decode()
    )
    address = reverse("admin:auth_group_delete", args=[group.pk])
    assert "Usunięto grupę „" in office.post(address, {"post": "yes"}, follow=True).content.decode()


def test_what_is_to_be_deleted_is_called_as_people_say_it(office: Client) -> None:
    group = Group.objects.create(name="Rekrutacja")
    page = read(office.get(reverse("admin:auth_group_delete", args=[group.pk]))).main
    assert "Czy na pewno usunąć ten wpis (grupa „Rekrutacja”)? Razem z nim zniknie" in page
    assert "Nie, wróć" in page
    faculty = make_programme().faculty
    page = read(office.get(reverse("admin:students_faculty_delete", args=[faculty.pk]))).main
    assert "Nie można usunąć: wydział" in page
    assert f"Razem z tym wpisem (wydział „{faculty}”) trzeba by usunąć inne" in page


def test_every_model_of_the_office_has_its_accusative_and_no_other_has() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(ACCUSATIVES)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("admin:students_studentcard_add", "Dodaj legitymację (ELS)"),
        ("admin:students_enrolment_add", "Dodaj studia"),
        ("admin:students_user_add", "Dodaj konto"),
        ("admin:usos_api_consumer_add", "Dodaj aplikację"),
    ],
)
def test_a_form_is_called_as_people_say_it(office: Client, address: str, title: str) -> None:
    page = read(office.get(reverse(address)))
    assert page.texts("h1") == [title]
    assert page.texts("title")[0].startswith(title)
    assert page.texts("div", **{"class": "breadcrumbs"})[0].endswith(f"› {title}")


def test_no_page_of_the_office_puts_a_name_behind_a_colon(office: Client, rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    for model, model_admin in admin.site._registry.items():
        where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{where}_add")] if model_admin.has_add_permission(request) else []
        if row := model._default_manager.first():
            pages.append(reverse(f"{where}_change", args=[row.pk]))
        for address in pages:
            for title in (page := read(office.get(address, follow=True))).texts("h1") + page.texts("title"):
                assert not re.search(r"\b(Dodaj|Zmień|Zobacz): ", title), (address, title)


@pytest.mark.parametrize(("language", "text"), [("pl", "Dodaj studia"), ("en", "Add studies")])
def test_a_row_is_added_as_people_say_it(office: Client, language: str, text: str) -> None:
    office.cookies["language"] = language
    page = read(office.get(reverse("admin:students_student_add")))
    tables = [json.loads(each.attrs["data-inline-formset"]) for each in page.elements if INLINE in each.attrs]
    assert text in [table["options"]["addText"] for table in tables]


def test_what_may_only_be_looked_at_is_a_verb(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    links = read(client.get("/admin/")).texts("a", **{"class": "viewlink"})
    assert links and set(links) == {"Zobacz"}


def test_english_adds_no_other_studies(office: Client) -> None:
    office.cookies["django_language"] = "en"
    html = office.get(
        reverse("admin:students_student_add"), headers={"Accept-Language": "en"}
    ).content.decode()
    assert "Add another" not in html
    assert "Add studies" in html.replace("Studies", "studies")
