"""The pages in Polish and English: as the browser prefers until somebody chooses; the contract is Polish always."""

import re

import httpx
import pytest

from tests.mdocs.sandbox.university import University, application
from tests.mdocs.sandbox_process import Sandbox

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,pl;q=0.5"}
POLISH_LETTERS = re.compile(r"\w*[ąćęłńóśźż]\w*", re.IGNORECASE)


@pytest.fixture
def reader(sandbox: Sandbox) -> httpx.Client:
    """Return a browser without JavaScript, which follows where it is led."""
    return httpx.Client(base_url=sandbox.url, follow_redirects=True)


def polish_in(answer: httpx.Response) -> list[str]:
    """Return the Polish words of a page that is to be English."""
    text = re.sub(r"<pre>.*?</pre>", "", answer.text, flags=re.DOTALL)
    return POLISH_LETTERS.findall(text)


def test_a_page_speaks_the_language_that_its_browser_prefers(
    reader: httpx.Client, university: University
) -> None:
    order = university.order()
    addresses = ["/", "/wywolania/1", "/wywolania/9999", f"/zamowienia/{order['order_id']}", "/zamowienia/x"]
    for address in addresses:
        english = reader.get(address, headers=ENGLISH)
        assert '<html lang="en">' in english.text and polish_in(english) == [], address
        polish = reader.get(address, headers={"Accept-Language": "de, pl;q=0.3"})
        assert '<html lang="pl">' in polish.text and "Dziennik" in polish.text, address
    assert '<html lang="pl">' in reader.get("/").text, "of who prefers nothing"


def test_the_chosen_language_stays_and_leads_back_to_where_it_was_chosen(
    reader: httpx.Client, university: University
) -> None:
    page = f"/zamowienia/{university.order()['order_id']}"
    assert f'name="next" value="{page}"' in reader.get(page).text
    answer = reader.post("/jezyk", data={"language": "en", "next": page})
    assert answer.url.path == page and "Story" in answer.text
    assert "Ledger" in reader.get("/").text, "the next page too"
    answer = reader.post("/jezyk", data={"language": "pl", "next": "//elsewhere.example/"})
    assert answer.url.path == "/" and "Dziennik" in answer.text, "never to another site"
    assert "Dziennik" in reader.get("/", headers=ENGLISH).text, "the choice comes before the browser's"
    assert reader.post("/jezyk", data={"language": "de", "next": "/"}).status_code == 404


def test_what_is_said_of_an_action_is_in_the_language_too(reader: httpx.Client) -> None:
    wrong = reader.post("/telefon", data={"qr_token": "x", "activation_code": "y"}, headers=ENGLISH)
    assert "The mLegitymacja does not exist" in wrong.text and polish_in(wrong) == []
    preset = reader.post("/zachowanie/gotowe/dobrze", headers=ENGLISH)
    assert "All is well: answers at once" in preset.text and polish_in(preset) == []
    values = {"processing_low": "fast"}
    answer = reader.post("/zachowanie", data=values, headers=ENGLISH)
    assert "processing_low: expected a number." in answer.text and polish_in(answer) == []


def test_the_contract_speaks_polish_to_everybody(university: University) -> None:
    body = application(holder={"first_names": ""})
    answer = university.call("POST", "/v1/orders", json=body, headers=ENGLISH | {"Idempotency-Key": "1"})
    assert answer.status_code == 400 and "oczekiwano" in answer.json()["error"]["message"]
    answer = university.call("GET", "/v1/nothing", headers=ENGLISH)
    assert answer.json()["error"]["message"] == "Nie ma takiego adresu."
