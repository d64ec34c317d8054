"""The audit log says who it was and from where, and believes only our own proxies about it."""

from typing import Any

import pytest
from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from django.test import Client, RequestFactory

from mlegitymacja_portal.audit import AuditMiddleware
from tests.students.admin.pages import send
from tests.students.factories import make_programme, make_user


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.66, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.66, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "198.51.100.9"),
        (1, None, None),
        (1, "", None),
        (1, "unknown", None),
        (1, "198.51.100.9:4711", None),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "<script>", None),
        (1, "," * 500, None),
    ],
)
def test_the_address_is_what_our_own_proxies_say(
    settings: Any, proxies: int, forwarded: str | None, address: str | None
) -> None:
    settings.PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory(headers=headers).get("/", REMOTE_ADDR="192.0.2.1")
    found = AuditMiddleware(lambda _request: None).get_extra_data(request)
    assert found["remote_addr"] == (address if forwarded else "192.0.2.1" if not proxies else None)


@pytest.mark.django_db
@pytest.mark.parametrize("garbage", ["x" * 3000, "fe80::1%\u0142", "1.2.3.4, ;DROP", "999999999999999999999"])
def test_garbage_in_the_headers_of_a_proxy_hinders_nobody(settings: Any, garbage: str) -> None:
    settings.PROXIES = 1
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    faculty = make_programme().faculty
    address = f"/admin/students/faculty/{faculty.pk}/change/"
    answer = send(
        client,
        address,
        {"code": "X", "name": "X", "name_en": "X"},
        headers={"X-Forwarded-For": garbage, "X-Forwarded-Port": garbage},
    )
    assert answer.status_code == 302
    entry = LogEntry.objects.get_for_object(faculty).order_by("-pk")[0]
    assert (entry.changes["code"][1], entry.remote_port) == ("X", None)


@pytest.mark.django_db
def test_nothing_is_attributed_to_who_asked_before(client: Client) -> None:
    auditlog_value.set({})
    client.force_login(make_user())
    client.get("/")
    assert auditlog_value.get() == {}
