"""Sign-in by OpenID Connect, against a real server: forged, replayed and expired answers open nothing."""

import logging
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.accounts.test_secrets import database, in_redis, in_sessions
from tests.accounts.test_sessions import SECURITY
from tests.accounts.university.conftest import University
from tests.accounts.university.server import CLIENT_ID
from tests.accounts.university.test_cas import START, is_in
from tests.students.factories import make_user

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
pytestmark = pytest.mark.django_db(transaction=True)


def code_of(university: University, browser: requests.Session, login: str) -> tuple[str, dict[str, str]]:
    """Go to the university and come back as far as the portal's door; return the door with what was brought."""
    university.sign_in(browser, f"{university.url}/login/?next=/up/", login)
    there = browser.get(f"{university.portal}{START}", allow_redirects=False).headers["Location"]
    back = browser.get(there, allow_redirects=False).headers["Location"]
    parts = urlsplit(back)
    return f"{university.portal}{parts.path}", {k: v[0] for k, v in parse_qs(parts.query).items()}


def test_a_student_signs_in(oidc: University, browser: requests.Session) -> None:
    make_user("anna.nowak")
    answer = oidc.sign_in(browser, f"{oidc.portal}{START}?next={SECURITY}", "anna.nowak")
    assert urlsplit(answer.url).path == SECURITY
    assert is_in(oidc, browser)


def test_the_way_is_bound_by_state_nonce_and_pkce(oidc: University, browser: requests.Session) -> None:
    there = browser.get(f"{oidc.portal}{START}", allow_redirects=False).headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"][0] and asked["nonce"][0] and asked["response_type"] == ["code"]


def test_who_is_unknown_gets_a_page_that_helps(oidc: University, browser: requests.Session) -> None:
    answer = oidc.sign_in(browser, f"{oidc.portal}{START}", "obcy")
    assert answer.status_code == 403 and "nie ma Twojego konta" in answer.text


def test_neither_state_nor_code_lies_in_the_open(
    oidc: University, browser: requests.Session, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mlegitymacja_portal")
    make_user("anna.nowak")
    door, brought = code_of(oidc, browser, "anna.nowak")
    assert set(brought) >= {"code", "state"}
    dumps = [database(), in_sessions()]
    assert browser.get(door, params=brought).status_code == 200
    dumps += [database(), in_sessions(), in_redis(settings), caplog.text]
    secrets = [brought["code"], brought["state"], "code_verifier"]
    assert [secret for secret in secrets if any(secret in dump for dump in dumps)] == []


def test_a_code_works_once_and_in_its_own_browser(oidc: University, browser: requests.Session) -> None:
    make_user("anna.nowak")
    door, brought = code_of(oidc, browser, "anna.nowak")
    victim = requests.Session()
    victim.get(f"{oidc.portal}{START}", allow_redirects=False)
    assert victim.get(door, params=brought).status_code == 400
    assert not is_in(oidc, victim)
    assert browser.get(door, params=brought).status_code == 200 and is_in(oidc, browser)
    assert browser.get(door, params=brought).status_code == 400


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"code": "x"}, {"code": ""}, {"error": "access_denied"}]
)
def test_a_changed_answer_opens_nothing(
    oidc: University, browser: requests.Session, change: dict[str, str]
) -> None:
    make_user("anna.nowak")
    door, brought = code_of(oidc, browser, "anna.nowak")
    answer = browser.get(door, params=brought | change)
    assert answer.status_code in {400, 502} and "Wróć do logowania" in answer.text
    assert not is_in(oidc, browser)


def test_a_token_for_another_client_opens_nothing(
    oidc: University, browser: requests.Session, settings: Any
) -> None:
    make_user("anna.nowak")
    door, brought = code_of(oidc, browser, "anna.nowak")
    settings.OIDC_CLIENT_ID = "somebody-else"
    assert browser.get(door, params=brought).status_code == 400
    assert not is_in(oidc, browser)


def test_a_university_that_is_away_is_said_to_be(
    oidc: University, browser: requests.Session, settings: Any
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9/o"
    answer = browser.get(f"{oidc.portal}{START}")
    assert answer.status_code == 502 and "teraz nie odpowiada" in answer.text


def test_the_level_of_the_sign_in_counts_as_a_second_factor(
    oidc: University, browser: requests.Session, settings: Any
) -> None:
    settings.SECOND_FACTOR = "staff"
    settings.SIGN_IN_FACTOR_ATTRIBUTE, settings.SIGN_IN_FACTOR_VALUES = "acr", ["mfa"]
    make_user("dorota", is_staff=True, is_superuser=True)
    oidc.sign_in(browser, f"{oidc.portal}{START}", "dorota")
    assert "ustaw drugi składnik" not in browser.get(f"{oidc.portal}/admin/").text


def logout_token(university: University, *, key: RSAKey | None = None, **changes: Any) -> str:
    """A token of back-channel logout, as the university's server would sign it."""
    own = RSAKey.import_key((university.folder / "oidc.pem").read_bytes())
    (published,) = requests.get(f"{university.url}/o/.well-known/jwks.json", timeout=30).json()["keys"]
    claims = {
        "iss": f"{university.url}/o",
        "aud": CLIENT_ID,
        "iat": int(time.time()),
        "exp": int(time.time()) + 120,
        "jti": "1",
        "events": {LOGOUT_EVENT: {}},
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": published["kid"]}, claims, key or own)


def subject_of(university: University, login: str) -> str:
    from tests.accounts.university.server import PEOPLE

    return str(list(PEOPLE).index(login) + 1)


def end(university: University, token: str) -> int:
    return requests.post(
        f"{university.portal}/logowanie/oidc/wylogowanie/", data={"logout_token": token}, timeout=30
    ).status_code


def test_a_logout_from_the_server_ends_the_session(oidc: University, browser: requests.Session) -> None:
    make_user("anna.nowak")
    oidc.sign_in(browser, f"{oidc.portal}{START}", "anna.nowak")
    assert end(oidc, logout_token(oidc, sub=subject_of(oidc, "dorota"))) == 200
    assert is_in(oidc, browser)
    assert end(oidc, logout_token(oidc, sub=subject_of(oidc, "anna.nowak"))) == 200
    assert not is_in(oidc, browser)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"iat": 1},
        {"iat": None},
        {"exp": 1},
        {"events": {}},
        {"events": None},
        {"nonce": "x"},
        {"sub": None},
    ],
)
def test_a_logout_that_is_not_the_servers_for_us_now_ends_nothing(
    oidc: University, browser: requests.Session, changes: dict[str, Any]
) -> None:
    make_user("anna.nowak")
    oidc.sign_in(browser, f"{oidc.portal}{START}", "anna.nowak")
    token = logout_token(oidc, **({"sub": subject_of(oidc, "anna.nowak")} | changes))
    assert end(oidc, token) == 400
    assert is_in(oidc, browser)


def test_a_forged_signature_ends_nothing(oidc: University, browser: requests.Session) -> None:
    make_user("anna.nowak")
    oidc.sign_in(browser, f"{oidc.portal}{START}", "anna.nowak")
    subject = subject_of(oidc, "anna.nowak")
    forged = logout_token(oidc, key=RSAKey.generate_key(2048), sub=subject)
    header, body, _signature = logout_token(oidc, sub=subject).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    for token in (forged, unsigned, f"{header}.{body}.", "", "x.y.z"):
        assert end(oidc, token) == 400
    assert is_in(oidc, browser)
