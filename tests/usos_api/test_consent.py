"""From the question of a client to its access token, and what the user sees and ends on the way."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from students.models import Student
from tests.accounts.recently import signed_in
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_user
from tests.usos_api.conftest import APP_CALLBACK, CALLBACK
from tests.usos_api.phone import Answer, Phone, let_in
from usos_api.models import AccessToken, Consent, Consumer, RequestToken
from usos_api.tasks import delete_access_tokens, delete_request_tokens

ASK, EXCHANGE = "services/oauth/request_token", "services/oauth/access_token"
AUTHORIZE, GRANTS = "/services/oauth/authorize", "/dla-studentow/polaczone-aplikacje/"
HTML = {"Accept": "text/html"}


def ask(stranger: Phone, callback: str = CALLBACK, scopes: str = "cards|email") -> Phone:
    """Get a request token; the phone returned signs with it."""
    answer = stranger.call(ASK, "POST", signing={"callback_uri": callback}, scopes=scopes)
    assert answer.status == 200, answer.content
    assert answer.headers["Content-Type"] == "application/x-www-form-urlencoded"
    told = dict(parse_qsl(answer.content.decode(), strict_parsing=True))
    assert list(told) == ["oauth_token", "oauth_token_secret", "oauth_callback_confirmed"]
    assert told["oauth_callback_confirmed"] == "true"
    return Phone(stranger.key, stranger.secret, told["oauth_token"], told["oauth_token_secret"])


def address(asking: Phone, **more: str) -> str:
    return f"{AUTHORIZE}?oauth_token={asking.token}" + "".join(f"&{k}={v}" for k, v in more.items())


def agree(browser: Client, asking: Phone) -> str:
    """Press the button, and return where it leads to."""
    answer = browser.post(address(asking), {"agree": "1"})
    assert answer.status_code == 302
    return str(answer["Location"])


def pin_of(page: Document) -> str:
    (pin,) = [
        element.text for element in page.elements if "local-pin" in element.attrs.get("class", "").split()
    ]
    return pin


def exchanged(answer: Answer, asking: Phone) -> Phone:
    assert answer.status == 200, answer.content
    told = dict(parse_qsl(answer.content.decode(), strict_parsing=True))
    assert list(told) == ["oauth_token", "oauth_token_secret"]
    return Phone(asking.key, asking.secret, told["oauth_token"], told["oauth_token_secret"])


def test_a_callback_brings_the_verifier_back(
    stranger: Phone, student_client: Client, student: Student
) -> None:
    asking = ask(stranger, f"{CALLBACK}?state=a%20b&x=1")
    page = read(student_client.get(address(asking)))
    assert "mUSOS" in page.texts("h1")[0]
    assert "zobaczy Twój adres e-mail" in page.main
    assert "zobaczy Twoje zdjęcie" not in page.main
    assert page.buttons == ["Zgadzam się", "Nie zgadzam się"]
    back = agree(student_client, asking)
    assert back.startswith(f"{CALLBACK}?state=a%20b&x=1&oauth_token=")
    verifier = parse_qs(urlsplit(back).query)["oauth_verifier"][0]
    assert re.fullmatch(r"[1-9][0-9]{7}", verifier)
    phone = exchanged(asking.call(EXCHANGE, "POST", oauth_verifier=verifier), asking)
    assert phone.call("services/users/user").json["id"] == str(student.user_id)
    token = AccessToken.objects.get()
    assert token.scopes == ["cards", "email"]
    assert token.expires_at == token.created_at + timedelta(hours=2)


def test_an_application_is_called_by_a_scheme_of_its_own(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger, APP_CALLBACK)
    back = agree(student_client, asking)
    assert back.startswith(f"{APP_CALLBACK}?oauth_token={asking.token}&oauth_verifier=")


def test_a_refusal_is_brought_back_and_ends_the_question(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger)
    back = student_client.post(address(asking), {"refuse": "1"})["Location"]
    assert back == f"{CALLBACK}?error=access_denied&oauth_token={asking.token}"
    assert student_client.get(address(asking)).status_code == 401
    assert not Consent.objects.exists()
    assert asking.call(EXCHANGE, oauth_verifier="12345678").status == 401


def test_out_of_band_the_user_is_shown_a_pin(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger, "oob")
    page = read(student_client.post(address(asking), {"agree": "1"}))
    pin = pin_of(page)
    assert re.fullmatch(r"[1-9][0-9]{7}", pin)
    assert int(pin) < 2**31
    exchanged(asking.call(EXCHANGE, oauth_verifier=pin), asking)
    refused = ask(stranger, "oob")
    assert "nie dostała dostępu" in read(student_client.post(address(refused), {})).main


def test_who_is_not_signed_in_signs_in_first(stranger: Phone, client: Client) -> None:
    asking = ask(stranger)
    answer = client.get(address(asking))
    assert answer.status_code == 302
    assert answer["Location"] == f"/logowanie/?next=/services/oauth/authorize%3Foauth_token%3D{asking.token}"
    page = read(client.get(answer["Location"]))
    assert page.all("input", id="username") and page.all("input", id="password")


def test_minimal_asks_once_and_confirm_user_each_time(stranger: Phone, student_client: Client) -> None:
    agree(student_client, ask(stranger, scopes="cards|email"))
    again = student_client.get(address(ask(stranger, scopes="email")))
    assert again["Location"].startswith(f"{CALLBACK}?oauth_token=")
    minimal = student_client.get(address(ask(stranger), interactivity="minimal"))
    assert minimal.status_code == 302
    assert student_client.get(address(ask(stranger), interactivity="confirm_user")).status_code == 200
    assert student_client.get(address(ask(stranger, scopes="personal"))).status_code == 200, "asks for more"
    oob = student_client.get(address(ask(stranger, "oob")))
    assert re.fullmatch(r"\d{8}", pin_of(read(oob)))


def test_what_one_agrees_to_later_adds_to_what_one_has_agreed_to(
    stranger: Phone, student_client: Client
) -> None:
    agree(student_client, ask(stranger, scopes="cards|email"))
    first = Consent.objects.get().given_at
    agree(student_client, ask(stranger, scopes="email|photo"))
    consent = Consent.objects.get()
    assert (consent.scopes, consent.given_at > first) == (["cards", "email", "photo"], True)
    assert student_client.get(address(ask(stranger, scopes="cards|photo"))).status_code == 302, "is not asked"
    agree(student_client, ask(stranger, scopes="cards"))
    assert Consent.objects.get().given_at == consent.given_at


def test_what_one_has_agreed_to_is_not_agreed_to_for_others(stranger: Phone, student_client: Client) -> None:
    agree(student_client, ask(stranger))
    other = signed_in(make_user())
    assert other.get(address(ask(stranger))).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?oauth_token=nothing", 401),
        ("?oauth_token=%00", 401),
        ("?oauth_token={token}&interactivity=never", 400),
    ],
)
def test_a_question_that_is_none_is_a_page_for_people_and_json_for_programs(
    stranger: Phone, student_client: Client, query: str, status: int
) -> None:
    asked = AUTHORIZE + query.replace("{token}", str(ask(stranger).token))
    page = student_client.get(asked, headers=HTML)
    assert page.status_code == status
    assert "Aplikacja nie dostała dostępu" in read(page).main
    told = student_client.get(asked)
    assert told.status_code == status
    assert told.json()["message"]


def test_a_question_waits_for_thirty_minutes(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger)
    token = RequestToken.objects.get()
    assert token.expires_at == token.created_at + timedelta(minutes=30)
    long_ago = timezone.now() - timedelta(hours=1)
    RequestToken.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(minutes=30))
    assert student_client.get(address(asking)).status_code == 401


def test_a_request_token_and_a_verifier_work_once(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger)
    verifier = agree(student_client, asking).rpartition("=")[2]
    exchanged(asking.call(EXCHANGE, oauth_verifier=verifier), asking)
    again = asking.call(EXCHANGE, oauth_verifier=verifier)
    assert (again.status, again.json["message"]) == (401, "Request token already used.")
    assert AccessToken.objects.count() == 1
    assert student_client.get(address(asking)).status_code == 401


def test_a_verifier_is_of_one_question_only(stranger: Phone, student_client: Client) -> None:
    first, second = ask(stranger), ask(stranger)
    verifier = agree(student_client, first).rpartition("=")[2]
    agree(student_client, second)
    assert second.call(EXCHANGE, oauth_verifier=verifier).json["error"] == "param_invalid"


def test_a_verifier_cannot_be_guessed(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger)
    verifier = agree(student_client, asking).rpartition("=")[2]
    wrong = str(int(verifier) % 10_000_000 + 10_000_001)
    guesses = [asking.call(EXCHANGE, oauth_verifier=wrong).json["message"] for _ in range(6)]
    too_many = "Too many wrong verifiers: ask for another request token."
    assert guesses == ["Wrong verifier."] * 5 + [too_many]
    answer = asking.call(EXCHANGE, oauth_verifier=verifier)
    assert (answer.status, answer.json["message"]) == (401, too_many)
    assert not AccessToken.objects.exists()


def test_a_question_that_nobody_has_answered_yet_says_so_and_can_still_be_answered(
    stranger: Phone, student_client: Client
) -> None:
    asking = ask(stranger)
    for _ in range(6):
        early = asking.call(EXCHANGE, oauth_verifier="12345678")
        assert (early.status, early.json["message"]) == (
            401,
            "The user has not authorised the request token.",
        )
    verifier = agree(student_client, asking).rpartition("=")[2]
    exchanged(asking.call(EXCHANGE, oauth_verifier=verifier), asking)


def test_a_double_click_gives_one_verifier_that_works(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger)
    first = agree(student_client, asking).rpartition("=")[2]
    second = agree(student_client, asking).rpartition("=")[2]
    assert asking.call(EXCHANGE, oauth_verifier=first).status == 400
    assert asking.call(EXCHANGE, oauth_verifier=second).status == 200


def test_nobody_answers_a_question_that_somebody_else_has_answered(
    stranger: Phone, student_client: Client
) -> None:
    asking = ask(stranger)
    agree(student_client, asking)
    other = signed_in(make_user())
    assert other.post(address(asking), {"agree": "1"}).status_code == 401


def test_a_verifier_is_not_stored(stranger: Phone, student_client: Client) -> None:
    verifier = agree(student_client, ask(stranger)).rpartition("=")[2]
    stored = RequestToken.objects.values_list("verifier_hash", "secret", "key_hash").get()
    assert verifier not in " ".join(stored)


def test_offline_access_does_not_end_by_itself(stranger: Phone, student_client: Client) -> None:
    asking = ask(stranger, scopes="offline_access|cards")
    assert "dopóki jej nie cofniesz" in read(student_client.get(address(asking))).main
    verifier = agree(student_client, asking).rpartition("=")[2]
    asking.call(EXCHANGE, oauth_verifier=verifier)
    assert AccessToken.objects.get().expires_at is None


def test_students_see_what_they_have_agreed_to_and_end_it(
    stranger: Phone, student_client: Client, student: Student
) -> None:
    asking = ask(stranger, scopes="offline_access|cards")
    verifier = agree(student_client, asking).rpartition("=")[2]
    phone = exchanged(asking.call(EXCHANGE, oauth_verifier=verifier), asking)
    phone.call("services/cards/mcard")
    under_way = ask(stranger, scopes="cards")
    later = student_client.get(address(under_way))["Location"].rpartition("=")[2]
    page = read(student_client.get(GRANTS))
    assert page.texts("h2") == ["mUSOS"]
    assert "zamówi mLegitymację" in page.main
    answer = student_client.post(f"{GRANTS}{Consent.objects.get().pk}/cofnij/", follow=True)
    assert "nie ma już dostępu" in read(answer).main
    assert phone.call("services/cards/mcard").json["message"] == "Token revoked."
    assert under_way.call(EXCHANGE, oauth_verifier=later).status == 401
    assert student_client.get(address(ask(stranger))).status_code == 200, "is asked again"


def test_what_somebody_else_has_agreed_to_is_not_there(
    stranger: Phone, student_client: Client, consumer: Consumer
) -> None:
    other = make_user()
    consent = Consent.objects.create(user=other, consumer=consumer, scopes=["cards"])
    token = let_in(consumer, other, "cards")
    assert "mUSOS" not in read(student_client.get(GRANTS)).main
    assert student_client.post(f"{GRANTS}{consent.pk}/cofnij/").status_code == 404
    assert token.call("services/cards/mcard").status == 200


def test_what_has_long_been_over_is_deleted_and_nothing_else(
    stranger: Phone, consumer: Consumer, student: Student
) -> None:
    now = timezone.now()
    working = let_in(consumer, student.user, "cards")
    long_ago, lately = now - timedelta(days=30), now - timedelta(days=1)
    for ended in (long_ago, lately):
        let_in(consumer, student.user, "cards", created_at=ended - timedelta(hours=2), expires_at=ended)
        let_in(consumer, student.user, "cards", revoked_at=ended)
    for ended in (long_ago, lately):
        ask(stranger)
        RequestToken.objects.filter(expires_at__gt=now).update(
            created_at=ended - timedelta(minutes=30), expires_at=ended
        )
    delete_request_tokens()
    delete_access_tokens()
    assert AccessToken.objects.count() == 3
    assert RequestToken.objects.count() == 1
    assert working.call("services/cards/mcard").status == 200
