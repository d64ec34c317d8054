"""Which signed calls are let through: the standard, what real clients bend of it, and nothing else."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import redis
from django.db import connection
from django.utils import timezone
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_PLAINTEXT

from students.models import Student
from tests.usos_api.phone import SERVER, Phone, let_in
from usos_api.models import AccessToken, Consumer

MCARD = "services/cards/mcard"
FIELDS = "orders[id|status]|why_cannot_order"


@pytest.mark.parametrize(
    ("method", "place"),
    [("GET", "header"), ("GET", "query"), ("POST", "header"), ("POST", "query"), ("POST", "body")],
)
def test_oauth_parameters_come_in_the_header_the_query_or_the_body(
    phone: Phone, method: str, place: str
) -> None:
    answer = phone.call(MCARD, method, place, fields=FIELDS)
    assert (answer.status, set(answer.json)) == (200, {"orders", "why_cannot_order"})


def test_the_parameters_may_be_spread_over_all_three(phone: Phone) -> None:
    url, headers, body = phone.sign(f"{SERVER}/{MCARD}?fields={quote(FIELDS)}", "POST", body="format=json")
    assert phone.send(url, headers, body, "POST").status == 200


def test_a_pair_that_comes_twice_counts_once(phone: Phone) -> None:
    url, headers, _ = phone.sign(f"{SERVER}/{MCARD}?{urlencode({'fields': FIELDS})}")
    assert phone.send(f"{url}&{urlencode({'fields': FIELDS})}", headers).status == 200


def test_oauth_parameters_in_the_header_and_the_query_count_once(phone: Phone) -> None:
    url, headers, _ = phone.sign(f"{SERVER}/{MCARD}")
    pairs = [pair.split("=") for pair in headers["Authorization"].removeprefix("OAuth ").split(", ")]
    query = "&".join(f"{name}={value.strip(chr(34))}" for name, value in pairs)
    assert phone.send(f"{url}?{query}", headers).status == 200


@pytest.mark.parametrize("name", ["fields", "oauth_token"])
def test_one_name_with_two_values_is_refused(phone: Phone, name: str) -> None:
    url, headers, body = phone.sign(f"{SERVER}/{MCARD}?fields=orders", "POST", body="a=b")
    answer = phone.send(url, headers, f"{body}&{name}=other", "POST")
    assert (answer.status, answer.json["error"], answer.json["param_name"]) == (400, "param_invalid", name)


@pytest.mark.parametrize("tail", ["?", f"?fields={FIELDS}", "?fields=orders[id|status]&"])
def test_a_bare_question_mark_and_raw_brackets_and_pipes_are_read(phone: Phone, tail: str) -> None:
    signed, headers, _ = phone.sign(f"{SERVER}/{MCARD}{quote(tail, safe='?=&')}")
    assert phone.send(f"{SERVER}/{MCARD}{tail}", headers).status == 200, signed


def test_a_body_of_another_type_is_neither_signed_nor_read(phone: Phone) -> None:
    url, headers, _ = phone.sign(f"{SERVER}/{MCARD}", "POST")
    headers["Content-Type"] = "application/json"
    answer = phone.send(url, headers, json.dumps({"fields": "nothing"}), "POST")
    assert (answer.status, set(answer.json)) == (200, {"why_cannot_order", "why_cannot_revoke", "orders"})


def test_letters_beyond_ascii_are_signed_as_utf_8(phone: Phone) -> None:
    answer = phone.call(MCARD, fields="zażółć")
    assert (answer.status, answer.json["field_name"]) == (400, "zażółć")


def test_the_scheme_is_the_one_that_the_client_used(phone: Phone) -> None:
    url, headers, _ = phone.sign(f"{SERVER.replace('http', 'https')}/{MCARD}")
    path = url.removeprefix("https://testserver")
    assert phone.http.get(path, headers=headers).status_code == 401
    _, headers, _ = phone.sign(url)
    assert phone.http.get(path, headers=headers, secure=True).status_code == 200


def test_the_host_is_the_one_that_the_client_used_where_a_proxy_tells_it(phone: Phone, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.example.edu.pl"]
    settings.USE_X_FORWARDED_HOST = True
    _, headers, _ = phone.sign(f"http://portal.example.edu.pl/{MCARD}")
    headers["X-Forwarded-Host"] = "portal.example.edu.pl"
    assert phone.http.get(f"/{MCARD}", headers=headers).status_code == 200


def test_a_default_port_is_no_part_of_the_address(phone: Phone) -> None:
    _, headers, _ = phone.sign(f"{SERVER}:80/{MCARD}")
    assert phone.http.get(f"/{MCARD}", headers=headers, SERVER_PORT="80").status_code == 200


@pytest.mark.parametrize("path", [f"{MCARD}/", "services/cards/make_mcard_order/", "services/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_redirected(phone: Phone, path: str, method: str) -> None:
    assert phone.http.generic(method, f"/{path}").status_code == 404


def test_in_production_plain_http_is_refused_and_not_redirected(phone: Phone, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = phone.call(MCARD)
    assert (answer.status, answer.json["error"], answer.json["reason"]) == (
        403,
        "method_forbidden",
        "secure_required",
    )
    assert phone.call("services/apisrv/now").status == 200


def test_a_call_cannot_be_repeated(phone: Phone) -> None:
    signed = phone.sign(f"{SERVER}/{MCARD}")
    assert phone.send(*signed).status == 200
    again = phone.send(*signed)
    assert (again.status, again.json["message"]) == (401, "Nonce already used")
    assert "Sign in" not in again.json["user_messages"]["generic_message"]["en"], "it would not help"


def test_a_bad_signature_does_not_use_the_nonce_up(phone: Phone) -> None:
    url, headers, body = phone.sign(f"{SERVER}/{MCARD}")
    assert phone.send(f"{url}?fields=orders", headers, body).status == 401
    assert phone.send(url, headers, body).status == 200


@pytest.mark.parametrize(
    ("age", "status"),
    [(10 * 60 - 30, 200), (10 * 60 + 1, 401), (-5 * 60 + 1, 200), (-5 * 60 - 30, 401), (10**9, 401)],
)
def test_a_timestamp_is_neither_old_nor_from_the_future(phone: Phone, age: int, status: int) -> None:
    signing = {"timestamp": str(int(time.time()) - age)}
    answer = phone.call(MCARD, signing=signing)
    assert answer.status == status
    if status == 401:
        assert "clock" in answer.json["user_messages"]["generic_message"]["en"]


@pytest.mark.parametrize("timestamp", ["yesterday", "-5", "1.5", "٣٣٣٣٣٣٣٣٣٣", "9" * 400])
def test_a_timestamp_is_a_number_of_seconds(phone: Phone, timestamp: str) -> None:
    assert phone.call(MCARD, signing={"timestamp": timestamp}).status == 401


@pytest.mark.parametrize("algorithm", [SIGNATURE_PLAINTEXT, SIGNATURE_HMAC_SHA256])
def test_only_hmac_sha1_is_a_signature(phone: Phone, algorithm: str) -> None:
    answer = phone.call(MCARD, signing={"signature_method": algorithm})
    assert (answer.status, answer.json["message"]) == (401, "oauth_signature_method has to be HMAC-SHA1.")


@pytest.mark.parametrize(
    "name", ["oauth_signature", "oauth_nonce", "oauth_timestamp", "oauth_signature_method"]
)
def test_what_a_signature_needs_has_to_be_there(phone: Phone, name: str) -> None:
    url, _, _ = phone.sign(f"{SERVER}/{MCARD}", place="query")
    path, _, query = url.partition("?")
    rest = "&".join(pair for pair in query.split("&") if not pair.startswith(f"{name}="))
    answer = phone.send(f"{path}?{rest}", {})
    assert (answer.status, answer.json["message"]) == (401, f"OAuth parameter {name} is missing.")


def test_only_version_1_0_is_spoken(phone: Phone) -> None:
    url, _, _ = phone.sign(f"{SERVER}/{MCARD}", place="query")
    answer = phone.send(url.replace("oauth_version=1.0", "oauth_version=2.0"), {})
    assert (answer.status, answer.json["message"]) == (401, "oauth_version has to be 1.0.")


def break_header(phone: Phone) -> int:
    return phone.send(f"{SERVER}/{MCARD}", {"Authorization": "OAuth nonsense"}).status


WRONG: dict[str, Callable[[Phone], int]] = {
    "the consumer's secret": lambda phone: (
        Phone(phone.key, "no", phone.token, phone.token_secret).call(MCARD).status
    ),
    "the token's secret": lambda phone: Phone(phone.key, phone.secret, phone.token, "no").call(MCARD).status,
    "the consumer": lambda phone: (
        Phone("nobody", phone.secret, phone.token, phone.token_secret).call(MCARD).status
    ),
    "a consumer that is no text": lambda phone: Phone("no\0body", phone.secret).call(MCARD).status,
    "the token": lambda phone: Phone(phone.key, phone.secret, "nothing", "").call(MCARD).status,
    "the header": break_header,
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_signature_is_not_told(phone: Phone, what: str) -> None:
    assert WRONG[what](phone) == 401


def test_a_header_of_another_scheme_is_no_signature(phone: Phone) -> None:
    answer = phone.send(f"{SERVER}/{MCARD}", {"Authorization": "Basic YTpi"})
    assert (answer.status, answer.json["reason"]) == (403, "consumer_missing")


def test_a_token_is_worth_nothing_in_another_consumers_hands(phone: Phone, office: Consumer) -> None:
    thief = Phone(office.key, office.secret, phone.token, phone.token_secret)
    answer = thief.call(MCARD)
    assert (answer.status, answer.json["message"]) == (401, "The token was given to another consumer.")


def test_a_token_ends_after_its_time_and_when_it_is_revoked(
    consumer: Consumer, student: Student, phone: Phone
) -> None:
    now = timezone.now()
    old = let_in(
        consumer,
        student.user,
        "cards",
        created_at=now - timedelta(hours=3),
        expires_at=now - timedelta(hours=1),
    )
    answer = old.call(MCARD)
    assert (answer.status, answer.json["message"]) == (401, "Token expired.")
    assert phone.call("services/oauth/revoke_token", "POST").json == {"success": True}
    answer = phone.call(MCARD)
    assert (answer.status, answer.json["message"]) == (401, "Token revoked.")


def test_who_is_switched_off_is_refused(phone: Phone, consumer: Consumer, student: Student) -> None:
    Consumer.objects.update(is_active=False)
    assert phone.call(MCARD).json["message"] == "The consumer is not active."
    Consumer.objects.update(is_active=True)
    type(student.user).objects.filter(pk=student.user_id).update(is_active=False)
    assert phone.call(MCARD).json["message"] == "The user's account is not active."


def test_while_redis_is_away_nothing_is_let_through(phone: Phone, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = phone.call("services/cards/make_mcard_order")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert set(answer.json["user_messages"]["generic_message"]) == {"pl", "en"}


def test_a_nonce_is_forgotten_when_its_timestamp_is_refused_anyway(phone: Phone, settings: Any) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.flushdb()
        phone.call(MCARD)
        (name,) = store.keys("usos_api:nonce:*")
        assert 15 * 60 < store.ttl(name) <= 16 * 60


def test_secrets_and_keys_of_tokens_are_not_in_the_database_as_they_are(phone: Phone) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_hash, secret FROM usos_api_accesstoken")
        stored = " ".join(cursor.fetchone())
        cursor.execute("SELECT secret FROM usos_api_consumer")
        stored += cursor.fetchone()[0]
    assert phone.token and phone.token_secret
    assert all(secret not in stored for secret in (phone.token, phone.token_secret, phone.secret))


def test_the_use_of_a_token_is_noted_to_the_hour(
    phone: Phone, time_machine_later: Callable[..., Any]
) -> None:
    phone.call(MCARD)
    first = AccessToken.objects.get().last_used_at
    assert first is not None
    phone.call(MCARD)
    assert AccessToken.objects.get().last_used_at == first
    with time_machine_later(minutes=59):
        phone.call(MCARD)
        assert AccessToken.objects.get().last_used_at == first
    with time_machine_later(minutes=61):
        phone.call(MCARD)
        assert (AccessToken.objects.get().last_used_at or first) > first
