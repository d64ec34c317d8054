"""Browsers in which somebody has signed in just now, as pages that ask for the password again want it."""

import time

from django.test import Client

from students.models import User


def password_given(browser: Client) -> Client:
    """Have the password given in a browser that is signed in, just now; return it."""
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return browser


def signed_in(user: User) -> Client:
    """Return a browser in which this user has just signed in."""
    browser = Client()
    browser.force_login(user)
    return password_given(browser)
