"""Settings of the sign-in that contradict each other, or are unsafe, stop the start or are remarked."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from accounts.checks import check_sign_in
from students.models import Student
from tests.accounts.test_login_throttle import attempt
from tests.structure.tree import ROOT
from tests.students.factories import PASSWORD

SAFE = {"UNIVERSITY_SIGN_IN": "cas", "CAS_URL": "https://cas.example.edu/cas"}
OIDC = {
    "UNIVERSITY_SIGN_IN": "oidc",
    "OIDC_ISSUER": "https://sso.example.edu",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
}


def found(settings: Any, values: dict[str, Any]) -> set[str]:
    for name, value in values.items():
        setattr(settings, name, value)
    return {str(message.id) for message in check_sign_in(None)}


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({}, set()),
        (SAFE, set()),
        (OIDC, set()),
        (SAFE | {"PASSWORDS": False}, set()),
        ({"PASSWORDS": False}, {"accounts.E001"}),
        (SAFE | {"CAS_URL": ""}, {"accounts.E002"}),
        (SAFE | {"CAS_URL": "http://cas.example.edu/cas"}, {"accounts.E002"}),
        (SAFE | {"CAS_URL": "http://127.0.0.1:8080/cas"}, set()),
        (OIDC | {"OIDC_ISSUER": "http://sso.example.edu"}, {"accounts.E002"}),
        (OIDC | {"OIDC_CLIENT_SECRET": ""}, {"accounts.E003"}),
        (OIDC | {"OIDC_SCOPES": "profile"}, {"accounts.E003"}),
        (SAFE | {"SIGN_IN_MATCH": "esi"}, {"accounts.E004"}),
        (SAFE | {"SIGN_IN_ROLES": {"a": "Dziekanat"}}, {"accounts.E005"}),
        (SAFE | {"SIGN_IN_FACTOR_VALUES": ["mfa"]}, {"accounts.E006"}),
        ({"PRODUCTION": True, "SECOND_FACTOR": "optional", "HELP_EMAIL": "a@example.edu"}, {"accounts.W001"}),
        (
            {"PRODUCTION": True, "SECOND_FACTOR": "staff", "HELP_EMAIL": "", "HELP_PHONE": ""},
            {"accounts.W002"},
        ),
    ],
)
def test_what_does_not_fit_is_found(settings: Any, values: dict[str, Any], ids: set[str]) -> None:
    assert found(settings, values) == ids


@pytest.mark.django_db
def test_production_binds_every_cookie_to_the_host_and_asks_staff_for_a_factor(student: Student) -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s; "
        "from mlegitymacja_portal.message_storage import MessageStorage as messages; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME); "
        "print(messages.cookie_name, s.SESSION_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SECOND_FACTOR)"
    )
    environment = {
        **os.environ,
        "ENVIRONMENT": "production",
        "DJANGO_SETTINGS_MODULE": "mlegitymacja_portal.settings",
    }
    environment.pop("DEMO_DATA", None)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    names = cookies_of_a_journey(student)
    assert len(names) == 5
    *found, secure, language_secure, factor = done.stdout.split()
    assert set(found) == {f"__Host-{name}" for name in names}
    assert (secure, language_secure, factor) == ("True", "True", "staff")


def cookies_of_a_journey(student: Student) -> set[str]:
    """Sign in, choose a language, and do what the next page confirms; return the names of all cookies."""
    browser = Client()
    browser.get("/logowanie/")
    attempt(browser, student.user, PASSWORD)
    browser.post("/jezyk/", {"language": "en", "next": "/"})
    browser.post("/konto/bezpieczenstwo/wszedzie/")
    return set(browser.cookies)
