"""The question of an application in a real browser: the answer leads back to it, whatever the portal's policies."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer

from tests.screens.conftest import Window
from tests.screens.scenes import QUESTION, with_a_question
from tests.students.factories import PASSWORD

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


def test_who_signs_in_first_comes_back_to_an_application_they_let_in_before(
    window: Callable[..., Window], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/back").respond_with_data("signed in", content_type="text/plain")
    user = with_a_question(httpserver.url_for("/back"), agreed=True)()
    here = window(None)
    here.go(QUESTION)
    here.page.locator("#username").fill(user.username)
    here.page.locator("[name=password]").fill(PASSWORD)
    here.page.locator("[name=password]").press("Enter")
    here.page.get_by_role("button", name="Zgadzam się", exact=True).click()
    here.page.wait_for_url("**/back?*")
    assert set(parse_qs(urlsplit(here.page.url).query)) == {"oauth_token", "oauth_verifier"}
    assert here.complaints == []


def test_the_answer_leads_to_an_application_with_a_scheme_of_its_own(window: Callable[..., Window]) -> None:
    here = window(with_a_question("musos://signed-in")())
    assert "form-action 'self' musos:" in here.go(QUESTION).headers["content-security-policy"]
    with here.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        here.page.get_by_role("button", name="Zgadzam się", exact=True).click()
    assert answered.value.status == 302
    assert answered.value.headers["location"].startswith("musos://signed-in?oauth_token=key&oauth_verifier=")
    assert here.complaints == []


def test_a_form_of_the_portal_leads_nowhere_else(window: Callable[..., Window]) -> None:
    here = window(with_a_question("oob")())
    answer = here.go(QUESTION)
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self';" in policy + ";"
    here.page.get_by_role("button", name="Zgadzam się", exact=True).click()
    expect(here.page.locator(".local-pin")).to_have_text(re.compile(r"[1-9]\d{7}"))
