"""services/apisrv, services/apiref and services/users, and how answers go out."""

import re
from typing import Any

import pytest
from django.test import Client, override_settings

from students.models import Student
from tests.students.factories import make_user, small_jpeg
from tests.usos_api.phone import Phone, let_in
from usos_api.methods import METHODS, MODULES, Need
from usos_api.models import Consumer

USER = "services/users/user"
FOR_ANYBODY = {
    "services/apisrv/installations",
    "services/apisrv/mobile_usos_config",
    "services/terms/search",
    "services/terms/term",
    "services/terms/terms",
    "services/terms/terms_index",
    "services/apisrv/now",
    "services/apisrv/installation",
    "services/apiref/method",
    "services/apiref/method_index",
    "services/apiref/module",
    "services/apiref/scopes",
}
WITH_OR_WITHOUT_A_CONSUMER = {
    "services/fac/faculties",
    "services/fac/faculty",
    "services/fac/search",
    "services/fac/subfaculties_deep",
    "services/progs/programme",
    "services/progs/programmes",
    "services/progs/search",
}


def test_the_time_is_told_with_six_digits(client: Client) -> None:
    answer = client.get("/services/apisrv/now")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", answer.json())


def test_the_installation_describes_itself(client: Client, settings: Any) -> None:
    settings.ADMINS = [("", "admin@example.edu.pl")]
    assert client.post("/services/apisrv/installation").json() == {
        "base_url": "http://testserver/",
        "version": "1.0",
        "institution_name": {"pl": settings.INSTITUTION_NAME, "en": settings.INSTITUTION_NAME},
        "contact_emails": ["admin@example.edu.pl"],
        "mcards_support": True,
    }


def test_a_consumer_learns_what_is_registered_of_it(stranger: Phone, phone: Phone, gate: Phone) -> None:
    fields = "name|url|email|date_registered|token_scopes|administrative_methods"
    shown = stranger.call("services/apisrv/consumer", "POST", fields=fields).json
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown.pop("date_registered"))
    assert shown == {
        "name": "mUSOS",
        "url": None,
        "email": "authors@example.edu.pl",
        "token_scopes": None,
        "administrative_methods": [],
    }
    scopes = phone.call("services/apisrv/consumer", fields="token_scopes").json["token_scopes"]
    assert scopes == ["cards", "email", "offline_access", "personal", "photo", "studies"]
    office = gate.call("services/apisrv/consumer", fields="administrative_methods").json
    assert "services/cards/card" in office["administrative_methods"]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_is_described_as_it_is_served(name: str, client: Client) -> None:
    described = client.get("/services/apiref/method", {"name": name}).json()
    unsigned = client.get(f"/{name}")
    auth = described["auth_options"]
    assert (auth["consumer"] == "ignored") == (name in FOR_ANYBODY)
    assert (auth["consumer"] == "optional") == (name in WITH_OR_WITHOUT_A_CONSUMER)
    if auth["consumer"] == "required":
        assert (unsigned.status_code, unsigned.json()["reason"]) == (403, "consumer_missing")
    else:
        assert unsigned.status_code in (200, 400)
    for argument in described["arguments"]:
        assert set(argument) == {"name", "is_required", "is_deprecated", "default_value", "description"}
    for field in described["result_fields"]:
        assert field["is_primary"] is not field["is_secondary"]
        assert field["description"]
    module = client.get("/services/apiref/module", {"name": name.rpartition("/")[0]}).json()
    assert name in module["methods"]


def test_all_methods_scopes_and_modules_are_listed(client: Client) -> None:
    index = client.get("/services/apiref/method_index").json()
    assert [each["name"] for each in index] == sorted(METHODS)
    assert {each["key"] for each in client.get("/services/apiref/scopes").json()} == {
        "cards",
        "offline_access",
        "personal",
        "email",
        "photo",
        "studies",
    }
    assert client.get("/services/apiref/module?name=services").json()["submodules"] == sorted(MODULES)
    assert {method.module for method in METHODS.values()} == set(MODULES)
    for name in ("method", "module"):
        answer = client.get(f"/services/apiref/{name}?name=services/nothing/nothing")
        assert answer.json()["error"] == "object_not_found"


def test_every_method_that_shows_somebody_needs_that_somebodys_token() -> None:
    open_to_consumers = {name for name, method in METHODS.items() if method.token is not Need.REQUIRED}
    administrative = {name for name, method in METHODS.items() if method.administrative}
    assert open_to_consumers == FOR_ANYBODY | WITH_OR_WITHOUT_A_CONSUMER | administrative | {
        "services/apisrv/consumer",
        "services/oauth/request_token",
    }


def test_the_user_is_shown(phone: Phone, student: Student) -> None:
    assert phone.call(USER).json == {
        "id": str(student.user_id),
        "first_name": "Anna",
        "last_name": "Nowak",
    }
    more = "student_number|student_status|sex|email|pesel|birth_date|middle_names|staff_status|has_photo"
    assert phone.call(USER, fields=more).json == {
        "student_number": student.album_number,
        "student_status": 2,
        "sex": "F",
        "email": student.user.email,
        "pesel": student.pesel,
        "birth_date": "2002-07-08",
        "middle_names": "Maria",
        "staff_status": 0,
        "has_photo": True,
    }


def test_what_needs_a_scope_is_null_or_empty_without_it(consumer: Consumer, student: Student) -> None:
    phone = let_in(consumer, student.user, "cards")
    asked = "id|email|pesel|birth_date|photo_urls|student_programmes[id]|email_access|has_email"
    assert phone.call(USER, fields=asked).json == {
        "id": str(student.user_id),
        "email": None,
        "pesel": None,
        "birth_date": None,
        "photo_urls": {},
        "student_programmes": [],
        "email_access": "no_access",
        "has_email": True,
    }


def test_every_field_of_a_user_can_be_asked_for_at_once(phone: Phone, consumer: Consumer) -> None:
    shown = phone.call(USER, fields="|".join(field.name for field in METHODS[USER].fields)).json
    assert shown.keys() == {field.name for field in METHODS[USER].fields}
    assert shown["titles"] == {"before": None, "after": None}
    assert shown["mobile_numbers"] == shown["previous_names"] == []
    assert shown["email_access"] == "plaintext"
    nobody = let_in(consumer, make_user("clerk", email=""), "cards")
    assert nobody.call(USER, fields="email_access|has_email|student_status|titles").json == {
        "email_access": "no_email",
        "has_email": False,
        "student_status": 0,
        "titles": {"before": None, "after": None},
    }


def test_a_photo_is_at_an_address_that_works_for_a_while(
    settings: Any,
    phone: Phone,
    consumer: Consumer,
    student: Student,
    client: Client,
    time_machine_later: Any,
) -> None:
    addresses = phone.call(USER, fields="photo_urls").json["photo_urls"]
    address = addresses["original"]
    assert set(addresses) == {"50x50", "100x100", "200x200", "400x500", "original"}
    assert phone.call(USER, fields="photo_urls[100x100]").json["photo_urls"].keys() == {"100x100"}
    answer = client.get(address.removeprefix("http://testserver"))
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content) == small_jpeg()  # type: ignore[attr-defined]
    assert answer["Cache-Control"] == "private, no-store"
    assert client.get("/services/users/photo?ticket=nothing").status_code == 404
    with override_settings(SECURE_SSL_REDIRECT=True):
        over_http = client.get(address.removeprefix("http://testserver"))
        assert (over_http.status_code, over_http.json()["reason"]) == (403, "secure_required")
    with time_machine_later(minutes=11):
        assert client.get(address.removeprefix("http://testserver")).status_code == 404
    settings.SECURE_SSL_REDIRECT = True
    refused = client.get(address.removeprefix("http://testserver"))
    assert (refused.status_code, refused.json()["reason"]) == (403, "secure_required")
    assert client.get(address.removeprefix("http://testserver"), secure=True).status_code == 200
    settings.SECURE_SSL_REDIRECT = False
    without = let_in(consumer, student.user, "cards")
    assert without.call(USER, fields="photo_urls").json == {"photo_urls": {}}
    Student.objects.update(photo=None)
    assert phone.call(USER, fields="photo_urls").json == {"photo_urls": {}}


def test_jsonp_calls_a_function(phone: Phone) -> None:
    answer = phone.call(USER, format="jsonp", callback="app.shown", fields="first_name")
    assert answer.headers["Content-Type"] == "application/javascript; charset=utf-8"
    assert answer.content == b'/**/app.shown({"first_name":"Anna"});'
    refused = phone.call(USER, format="jsonp", callback="app.shown", fields="nothing")
    assert refused.json["error"] == "field_not_found"


def test_json_is_utf_8_for_every_site_and_kept_by_nobody(phone: Phone, student: Student) -> None:
    Student.objects.update(last_name="Żółć")
    answer = phone.call(USER, fields="last_name")
    assert answer.content == '{"last_name":"Żółć"}'.encode()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_browser_may_ask_whether_it_may_call(client: Client, db: None) -> None:
    answer = client.options(
        "/services/cards/mcard",
        headers={"Origin": "https://app.example", "Access-Control-Request-Headers": "authorization"},
    )
    assert answer.status_code == 204
    assert "Authorization" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Allow-Methods"] == "GET, POST"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_other_http_methods_are_none(client: Client, db: None, method: str) -> None:
    answer = client.generic(method, "/services/apisrv/now")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST, OPTIONS"


def test_a_session_of_a_browser_opens_nothing_here(student_client: Client) -> None:
    assert student_client.get("/services/cards/mcard").status_code == 403
