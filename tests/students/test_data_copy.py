"""A student takes away all that is stored: JSON, the photo, no codes, nobody else's."""

import base64
import json
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from auditlog.models import LogEntry
from django.test import Client

from mdocs.statuses import Status
from mlegitymacja_portal.personal_data_register import REGISTER
from notifications.models import NotificationOptOut
from students.models import Student
from tests.accounts.test_login_throttle import attempt
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.students.factories import PASSWORD, make_user, small_jpeg
from tests.usos_api.phone import let_in
from usos_api.models import Consent, Consumer

pytestmark = pytest.mark.django_db
COPY = "/dla-studentow/moje-dane/pobierz/"


def copy(client: Client) -> Any:
    answer = client.post(COPY)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    return json.loads(answer.content)


def test_it_has_what_is_stored_and_the_photo(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.READY)
    found = copy(student_client)
    assert found["student"]["pesel"] == student.pesel
    assert found["account"]["email"] == student.user.email
    assert base64.b64decode(found["photo"]["base64"]) == small_jpeg()
    assert len(found["studies"]) == len(found["cards"]) == 1
    assert [each["id"] for each in found["orders"]] == [str(order.pk)]
    assert found["messages"] == found["devices"] == []
    assert LogEntry.objects.filter(additional_data__seen="data_copy").get().object_id == student.pk


# Each model of the register of personal data: the part of the file that has its rows, or why none has.
IN_THE_FILE = {
    "students.Student": "student",
    "students.User": "account",
    "students.Photo": "photo",
    "students.Enrolment": "studies",
    "students.StudentCard": "cards",
    "students.CardExtension": "cards",
    "students.Look": "looks_and_changes",
    "students.AuditEntry": "looks_and_changes",
    "mdocs.Order": "orders",
    "mdocs.OrderEvent": "orders",
    "notifications.Message": "messages",
    "notifications.NotificationOptOut": "unwanted_messages",
    "notifications.Subscription": "devices",
    "usos_api.Consent": "applications",
    "usos_api.AccessToken": "applications",
    "api.Token": "tokens",
    "accounts.Session": "sessions",
    "accounts.KnownDevice": "known_devices",
    "accounts.AccountEvent": "account_events",
    "mfa.Authenticator": "second_factors",
}
NOT_IN_THE_FILE = {
    "mdocs.Confirmation": "its dates are those of the order",
    "mdocs.OrphanDocument": "what mDokumenty holds, until it is ended there",
    "notifications.PushDelivery": "a message on its way, for a week",
    "usos_api.RequestToken": "a question of half an hour",
    "api.IdempotentResponse": "an answer of the API once more, for a day",
    "students.Job": "of the office",
    "students.JobNote": "of the office, for two weeks; what came of it is in the log",
    "students.ImportedChange": "values of before, for a day; the log has the change",
    "mdocs.SweepBrake": "of the office",
}


def test_each_kind_of_personal_data_is_in_the_file_or_said_why_not(
    student_client: Client, student: Student
) -> None:
    registered = {model for row in REGISTER for model in row.fields}
    assert registered == IN_THE_FILE.keys() | NOT_IN_THE_FILE.keys()
    assert set(IN_THE_FILE.values()) <= copy(student_client).keys()


def test_it_says_from_where_one_signed_in_and_who_has_access(student: Student) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    own = Client(HTTP_USER_AGENT=firefox)
    attempt(own, student.user, PASSWORD, REMOTE_ADDR="192.0.2.7")
    TOTP.activate(student.user, secret := "JBSWY3DPEHPK3PXP")
    key = own.post("/dla-studentow/tokeny/", {"name": "laptop", "scopes": ["read:me"], "days": "30"})
    musos = Consumer.objects.create(name="mUSOS", email="a@example.edu", scopes=["cards"])
    phone = let_in(musos, student.user, "cards")
    Consent.objects.create(user=student.user, consumer=musos, scopes=["cards"])
    NotificationOptOut.objects.create(student=student, kind="received", channel="email")
    found = copy(own)
    (session,), (device,) = found["sessions"], found["known_devices"]
    assert (session["device"], session["network"], device["name"]) == (
        "Firefox, Linux",
        "192.0.2.…",
        "Firefox, Linux",
    )
    assert [event["kind"] for event in found["account_events"]] == ["token_created"]
    assert [factor["type"] for factor in found["second_factors"]] == ["totp"]
    assert [(token["name"], token["scopes"]) for token in found["tokens"]] == [("laptop", ["read:me"])]
    assert [each["application"] for part in found["applications"].values() for each in part] == ["mUSOS"] * 2
    assert found["unwanted_messages"] == [{"channel": "email", "kind": "received"}]
    text = json.dumps(found)
    opens = [
        own.cookies["sessionid"].value,
        own.cookies["device"].value,
        secret,
        key.context["key"],
        phone.token,
    ]
    assert [each for each in opens if str(each) in text] == []


def test_it_has_neither_codes_nor_passwords_nor_anybody_else(
    student_client: Client, student: Student, other_student: Student
) -> None:
    make_order(student, Status.READY)
    text = json.dumps(copy(student_client))
    for secret in (
        QR_TOKEN,
        ACTIVATION_CODE,
        student.user.password,
        other_student.pesel,
        other_student.last_name,
    ):
        assert secret and secret not in text


def test_it_is_for_students_by_a_click_alone(client: Client, student_client: Client) -> None:
    assert student_client.get(COPY).status_code == 405
    assert Client().post(COPY).status_code == 302
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert staff.post(COPY).status_code == 404
