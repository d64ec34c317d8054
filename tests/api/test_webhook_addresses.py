"""Webhooks go to public addresses over HTTPS, and elsewhere only where WEBHOOK_ALLOWED says so."""

import ipaddress
import socket
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_httpserver import HTTPServer

from api.models import Delivery, Endpoint
from api.webhooks.addresses import check_address, is_public
from api.webhooks.checks import check_allowed, check_endpoints
from api.webhooks.worker import WebhookWorker

REFUSED = [
    "http://library.example.edu.pl/",
    "https://user:password@library.example.edu.pl/",
    "https://user@library.example.edu.pl/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://127.0.0.1/",
    "https://10.1.2.3/hook",
    "https://172.16.0.1/",
    "https://192.168.1.1:8443/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:a00:1::]/",
    "https://[::1/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_public_https_is_refused(url: str, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED = []
    with pytest.raises(ValidationError):
        check_address(url)


def test_a_public_address_is_taken_and_so_is_what_the_setting_allows(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED = ["moodle.example.edu", "10.1.0.0/16", "192.168.1.5"]
    for url in (
        "https://library.example.edu.pl/hook",
        "https://1.1.1.1/",
        "http://MOODLE.example.edu:8080/",
        "http://10.1.2.3/",
        "https://192.168.1.5/",
    ):
        check_address(url)
    for url in ("https://10.2.0.1/", "https://192.168.1.6/", "http://other.example.edu/"):
        with pytest.raises(ValidationError):
            check_address(url)
    with pytest.raises(ValidationError):
        check_address("http://user:password@moodle.example.edu/")


def test_the_admins_form_refuses_it(db: None, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED = []
    with pytest.raises(ValidationError, match="WEBHOOK_ALLOWED"):
        Endpoint(name="x", url="https://10.1.2.3/").full_clean()


def send(url: str) -> Delivery:
    endpoint = Endpoint.objects.create(name="biblioteka", url=url)
    Delivery.objects.create(endpoint=endpoint)
    WebhookWorker().run_round()
    return Delivery.objects.get()


def test_a_name_is_checked_by_what_it_resolves_to_at_each_sending(
    db: None, httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that was public when it was registered, and now means something inside."""
    httpserver.expect_request("/hook").respond_with_data("")
    settings.WEBHOOK_ALLOWED = []
    resolve = socket.getaddrinfo

    def rebound(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        host = "127.0.0.1" if host == "library.example.edu.pl" else host
        return resolve(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    delivery = send(f"https://library.example.edu.pl:{httpserver.port}/hook")
    assert (delivery.last_status, delivery.last_answer) == (None, "AddressNotAllowed")
    assert delivery.delivered_at is None and httpserver.log == []
    assert Endpoint.objects.get().paused_until is not None


def test_an_address_that_was_allowed_once_is_not_sent_to_any_more(
    db: None, httpserver: HTTPServer, settings: Any
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    settings.WEBHOOK_ALLOWED = []
    assert send(httpserver.url_for("/hook")).last_answer == "AddressNotAllowed"
    assert httpserver.log == []
    (warning,) = check_endpoints(None, databases=["default"])
    assert warning.id == "api.W001"
    settings.WEBHOOK_ALLOWED = ["localhost", "127.0.0.0/8"]
    assert check_endpoints(None) == []
    assert check_endpoints(None, databases=["default"]) == []
    Endpoint.objects.update(paused_until=None)
    Delivery.objects.update(next_attempt_at=timezone.now())
    WebhookWorker().run_round()
    assert Delivery.objects.get().delivered_at is not None


def test_behind_a_proxy_what_is_known_of_the_name_is_checked(
    db: None, httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOWED = ["moodle.invalid"]
    monkeypatch.setenv("http_proxy", httpserver.url_for("/").rstrip("/"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    httpserver.expect_request("/hook").respond_with_data("")
    assert send("http://moodle.invalid/hook").delivered_at is not None, (
        "the proxy is inside, and connected to"
    )
    ((request, _answer),) = httpserver.log
    assert request.headers["Host"] == "moodle.invalid"
    settings.WEBHOOK_ALLOWED = []
    Delivery.objects.all().delete()
    Endpoint.objects.all().delete()
    monkeypatch.setenv("https_proxy", httpserver.url_for("/").rstrip("/"))
    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", inside, raising=True)
    assert send("https://library.example.edu.pl/hook").last_answer == "AddressNotAllowed"


async def inside(*_args: Any, **_more: Any) -> Any:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0))]


def test_a_network_that_is_none_stops_the_start(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED = ["10.1.0.0/99"]
    (error,) = check_allowed(None)
    assert (error.id, error.level) == ("api.E001", checks.ERROR)
    settings.WEBHOOK_ALLOWED = ["10.1.0.0/16", "moodle"]
    assert check_allowed(None) == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
