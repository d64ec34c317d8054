"""Where a user may be sent back to: the addresses that the consumer has registered, and no other."""

import pytest

from tests.usos_api.conftest import CALLBACK
from tests.usos_api.phone import Phone
from tests.usos_api.test_consent import ASK


@pytest.mark.parametrize(
    "callback",
    [
        "https://app.example.edu.pl/back/more",
        "https://app.example.edu.pl/backs",
        "https://app.example.edu.pl/back#fragment",
        "https://app.example.edu.pl.evil.example/back",
        "https://app.example.edu.pl:444/back",
        "https://user@app.example.edu.pl/back",
        "http://app.example.edu.pl/back",
        "https://app.example.edu.pl\\@evil.example/back",
        "musos://other",
        "javascript:alert(1)",
        "not an address",
        "https://[broken/back",
        "https://app.example.edu.pl/back?\r\nLocation: x",
        "OOB",
    ],
)
def test_only_a_registered_callback_is_taken(stranger: Phone, callback: str) -> None:
    answer = stranger.call(ASK, "POST", oauth_callback=callback)
    assert (answer.status, answer.json["error"]) == (400, "param_forbidden")
    assert "oauth_token" not in answer.content.decode()


@pytest.mark.parametrize(("length", "status"), [(2000, 200), (2001, 400)])
def test_a_callback_is_no_longer_than_browsers_take(stranger: Phone, length: int, status: int) -> None:
    callback = f"{CALLBACK}?state=".ljust(length, "x")
    assert stranger.call(ASK, "POST", signing={"callback_uri": callback}).status == status


def test_an_empty_callback_counts_as_missing(stranger: Phone) -> None:
    answer = stranger.call(ASK, "POST", oauth_callback="")
    assert (answer.status, answer.json["error"], answer.json["param_name"]) == (
        400,
        "param_missing",
        "oauth_callback",
    )
