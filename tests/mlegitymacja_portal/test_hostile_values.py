"""No value of a parameter makes the portal fail: every list of the admin, every page and both APIs are asked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from api.urls import resources
from students.models import Student, User
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_user
from tests.usos_api.phone import Phone, let_in
from usos_api.methods import METHODS
from usos_api.models import Consumer
from usos_api.scopes import SCOPES

pytestmark = pytest.mark.django_db

HOSTILE = ("9" * 30, "99999", "-1", "\0")
OF_EVERY_LIST = ("q", "o", "p", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters")
NUMBERED = ("__year", "__day")
LOOKUPS = ("exact", "gte", "in", "isnull", "year", "day", "date")
ADDRESSES_OF_STUDENTS = (
    *("/", "/pomoc/", "/logowanie/", "/dla-studentow/moje-dane/", "/dla-studentow/tokeny/"),
    *("/dla-studentow/moje-studia/mlegitymacja/", "/dla-studentow/moje-studia/mlegitymacja/historia/"),
    *("/dla-studentow/moje-studia/mlegitymacja/stan/", "/dla-studentow/wiadomosci/"),
    *("/dla-studentow/polaczone-aplikacje/", "/services/oauth/authorize", "/services/users/photo"),
)
NAMES = ("next", "strona", "przed", "p", "q", "ticket", "oauth_token", "interactivity", "urzadzenie", "jezyk")


@pytest.fixture
def administrator(db: None) -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def browser_of_all(administrator: User) -> Client:
    """Return a browser that shows a failure as what a person would get."""
    client = Client(raise_request_exception=False)
    client.force_login(administrator)
    return client


@pytest.fixture
def rows(student: Student) -> None:
    """Have something in the lists that filters look into."""
    make_order(student)
    if not student.cards.exists():
        make_card(student)


def parameters(listed: "admin.ModelAdmin[Any]", user: User) -> Iterator[str]:
    """Yield the parameters of a list: its own, those of its filters, and lookups of its columns."""
    yield from OF_EVERY_LIST
    request = RequestFactory().get("/")
    request.user = user
    for chosen in listed.get_list_filter(request):
        kind = chosen[1] if isinstance(chosen, (list, tuple)) else chosen
        if isinstance(kind, type) and issubclass(kind, admin.SimpleListFilter):
            yield str(kind.parameter_name)
        name = chosen[0] if isinstance(chosen, (list, tuple)) else chosen
        if isinstance(name, str):
            yield from (f"{name}__{lookup}" for lookup in LOOKUPS)
    for field in listed.model._meta.concrete_fields:
        names = [f"{field.name}__{lookup}" for lookup in LOOKUPS]
        yield from (name for name in names if listed.lookup_allowed(name, "1", request))


def failures(client: Client, address: str, names: Iterator[str]) -> list[str]:
    """Return what was answered as a failure of the portal."""
    found = []
    for name in sorted(set(names)):
        for value in HOSTILE[:-1] if name.endswith(NUMBERED) else HOSTILE:
            # What the database refuses must not end the transaction of the test as well.
            with transaction.atomic():
                answer = client.get(f"{address}?{urlencode({name: value})}")
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                found.append(f"{name}={value[:12]!r}: {answer.status_code}")
    return found


LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_list_of_the_admin_is_asked(
    browser_of_all: Client, administrator: User, rows: None, model: type[models.Model]
) -> None:
    listed = admin.site.get_model_admin(model)
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    assert failures(browser_of_all, address, parameters(listed, administrator)) == []
    for key in HOSTILE:
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[key])
        assert browser_of_all.get(page).status_code < 500, page
        sent = {"action": "export_csv", "_selected_action": key, "index": key, "select_across": key}
        assert browser_of_all.post(address, sent).status_code < 500, key


def test_suggestions_are_asked(browser_of_all: Client, rows: None) -> None:
    address, asked = reverse("admin:autocomplete"), 0
    for model in LISTS:
        for field in model._meta.concrete_fields:
            if field.remote_field is not None:
                about = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                for value in HOSTILE:
                    for name in ("term", "page"):
                        query = urlencode({"term": "x", **about, "field_name": field.name, name: value})
                        assert browser_of_all.get(f"{address}?{query}").status_code < 500, (field, value)
                        asked += 1
    assert asked > 100


def test_what_staff_search_for_may_be_anything(browser_of_all: Client, rows: None) -> None:
    for name in ("admin:search", "admin:students_student_search"):
        for value in HOSTILE:
            assert browser_of_all.post(reverse(name), {"q": value, "list": value}).status_code < 500, value


def test_pages_of_the_office_are_asked(browser_of_all: Client, rows: None) -> None:
    pages = ("entitlement", "cohort", "confirm")
    names = ("day", "format", "p", "faculty", "level", "programme", "status", "until", "search", "reason")
    for page in pages:
        assert failures(browser_of_all, f"/admin/mdocs/order/{page}/", iter(names)) == []


def test_a_students_pages_are_asked(student_client: Client) -> None:
    student_client.raise_request_exception = False
    for address in ADDRESSES_OF_STUDENTS:
        assert failures(student_client, address, iter(NAMES)) == [], address
    for value in HOSTILE:
        answer = student_client.get(f"/zdjecia/{value.replace(chr(0), '%00')}/")
        assert answer.status_code < 500, value
        sent = {"language": value, "next": value, "name": value, "scopes": value, "days": value}
        for address in ("/jezyk/", "/dla-studentow/tokeny/", "/dla-studentow/wiadomosci/ustawienia/"):
            assert student_client.post(address, sent).status_code < 500, (address, value)


def test_the_api_for_scripts_is_asked(administrator: User, student: Student, rows: None) -> None:
    asked = 0
    for user in (administrator, student.user):
        script = Caller(make_token(user))
        for route in resources:
            view = getattr(route.callback, "view_class", None)
            wanted = view.asks.get("GET") if view else None
            address = str(route.pattern).removeprefix("api/v1/")
            if "<" in address:
                continue
            for value in HOSTILE:
                for name in (*(wanted().fields if wanted else ()), "unknown"):
                    answer = script.get(f"{address}?{urlencode({name: value})}")
                    assert answer.status_code < 500, (address, name, value)
                    asked += 1
                for name in ("pesel", "reason", "until", "expected_status", value):
                    script.post(address, json.dumps({name: value}).encode())
                    answer = script.post(address, {name: value}, Idempotency_Key="k" + value[:9])
                    assert answer.status_code < 500, (address, name, value)
    assert asked > 200


def test_the_mobile_api_is_asked(student: Student, rows: None) -> None:
    consumer = Consumer.objects.create(
        name="mUSOS", email="a@example.edu", scopes=sorted(SCOPES), is_administrative=True
    )
    phone = let_in(consumer, student.user, *SCOPES)
    nobody = Phone("x", "y", http=Client(raise_request_exception=False))
    phone.http.raise_request_exception = False
    asked = 0
    for method in METHODS.values():
        for value in HOSTILE:
            for argument in (*method.arguments, None):
                given = {each.name: "1" for each in method.arguments if each.required}
                given[argument.name if argument else "fields"] = value
                for caller in (phone, nobody):
                    assert caller.call(method.name, **given).status < 500, (method.name, given)
                asked += 1
    assert asked > 100
