"""The sandbox as a stage: one press sets a behaviour, refuses a person, and what repeats itself takes one line."""

import re

import httpx
import pytest

from mdocs.sandbox.presets import PRESETS
from tests.mdocs.sandbox.university import University, order_in
from tests.mdocs.sandbox_process import Sandbox


@pytest.mark.parametrize(
    ("preset", "member", "value"),
    [
        ("awaria", "outage", True),
        ("wolno", "latency_seconds", [2, 5]),
        ("posrednik-odmawia", "trouble", "proxy_400"),
        ("kody-na-minute", "codes_valid_seconds", 60),
        ("wszystko-sie-psuje", "faults", {"error_500": 0.08}),
    ],
)
def test_a_preset_is_set_with_one_press_and_all_is_well_with_another(
    browser: httpx.Client, preset: str, member: str, value: object
) -> None:
    page = browser.get("/").text
    assert f'formaction="/zachowanie/gotowe/{preset}"' in page and str(PRESETS[preset].words) in page
    well = browser.post("/zachowanie/gotowe/dobrze").text and browser.get("/sandbox/behaviour").json()
    assert str(PRESETS[preset].explained) in browser.post(f"/zachowanie/gotowe/{preset}").text
    now = browser.get("/sandbox/behaviour").json()
    seen = now[member]
    assert {name: seen[name] for name in value} == value if isinstance(value, dict) else seen == value
    assert {name for name in now if now[name] != well[name]} <= {member, "processing_seconds"}
    browser.post("/zachowanie/gotowe/dobrze")
    assert browser.get("/sandbox/behaviour").json() == well


def test_a_preset_that_is_not_there_is_told(browser: httpx.Client) -> None:
    assert browser.post("/zachowanie/gotowe/inne").status_code == 404
    assert browser.get("/zachowanie/gotowe/awaria").status_code == 200, "an address that was reloaded"


def test_the_person_of_an_order_is_refused_until_told_otherwise(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    order = order_in(sandbox, university, "ready")
    order_id, pesel = order["order_id"], browser.get("/sandbox/ledger").json()["orders"][0]["holder"]["pesel"]
    page = browser.post(f"/zamowienia/{order_id}/odmowa").text
    assert "następne odrzucone" in page
    assert browser.get("/sandbox/behaviour").json()["reject"] == {pesel: "photo_rejected"}
    assert pesel not in page and f"{order_id} photo_rejected" in page, "a person is named by an order"
    browser.post("/zachowanie/gotowe/wolno")
    assert browser.get("/sandbox/behaviour").json()["reject"] == {pesel: "photo_rejected"}
    page = browser.post(f"/zamowienia/{order_id}/bez-odmowy").text
    assert "następne odrzucone" not in page
    assert browser.get("/sandbox/behaviour").json()["reject"] == {}
    assert browser.post("/zamowienia/nie-ma/odmowa").status_code == 404


def test_questions_that_repeat_themselves_take_one_line(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    order = order_in(sandbox, university, "ready")
    for _ in range(7):
        university.see(order["order_id"])
    rows = re.findall(r'<tr role="row">\s*<td.*?</tr>', browser.get("/").text, re.DOTALL)
    asked = [row for row in rows if "/v1/orders/query" in row]
    assert len(asked) == 1 and re.search(r"×&nbsp;[789]", asked[0])
