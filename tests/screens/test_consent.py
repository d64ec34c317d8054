"""The question of an application in a real browser: the answer leads back to it, whatever the portal's policies."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer

from tests.screens.conftest import Window
from tests.screens.scenes import QUESTION, with_a_question
from usos_api.models import RequestToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("button", ["Zgadzam się", "Nie zgadzam się"])
def test_the_answer_leads_back_to_the_application(
    window: Callable[..., Window], httpserver: HTTPServer, button: str
) -> None:
    httpserver.expect_request("/back").respond_with_data("signed in", content_type="text/plain")
    here = window(with_a_question(httpserver.url_for("/back?state=1"))())
    here.go(QUESTION)
    here.page.get_by_role("button", name=button, exact=True).click()
    here.page.wait_for_url("**/back?*")
    told = parse_qs(urlsplit(here.page.url).query)
    expected = {"oauth_verifier"} if button == "Zgadzam się" else {"error"}
    assert set(told) == {"state", "oauth_token"} | expected
    assert here.complaints == []


def test_the_answer_leads_to_an_application_with_a_scheme_of_its_own(window: Callable[..., Window]) -> None:
    here = window(with_a_question("musos://signed-in")())
    here.go(QUESTION)
    with here.page.expect_event(
        "requestfailed", lambda request: request.url.startswith("musos:") or request.method == "POST"
    ):
        here.page.get_by_role("button", name="Zgadzam się", exact=True).click()
    assert here.complaints == [], "no policy stands in the way"
    assert RequestToken.objects.get().user is not None


def test_a_form_of_the_portal_leads_nowhere_else(window: Callable[..., Window]) -> None:
    here = window(with_a_question("oob")())
    answer = here.go(QUESTION)
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self';" in policy + ";"
    here.page.get_by_role("button", name="Zgadzam się", exact=True).click()
    expect(here.page.locator(".local-pin")).to_have_text(re.compile(r"[1-9]\d{7}"))
