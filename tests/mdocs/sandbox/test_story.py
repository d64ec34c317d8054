"""A call opens with what was asked and answered, and an order with its story; neither shows a PESEL or a code."""

import asyncio
import html
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdocs.sandbox.calls import Call
from mdocs.sandbox.exchanges import EXCHANGES_KEPT, LONGEST_BODY, Exchange
from mdocs.sandbox.store import Store
from tests.mdocs.sandbox.university import University, application, jpeg
from tests.mdocs.sandbox_process import Sandbox


def opened(browser: httpx.Client, path: str) -> str:
    """Return the page of the newest call to a path, as the first page's list links it."""
    rows = re.findall(r'href="(/wywolania/\d+)"><code>(\S+ \S+)</code>', browser.get("/").text)
    return browser.get(next(address for address, call in rows if call == path)).text


def bodies(page: str) -> list[Any]:
    """Return the request and the answer that a page shows, read as JSON."""
    return [
        json.loads(html.unescape(text)) for text in re.findall(r"<pre><code>(.*?)</code>", page, re.DOTALL)
    ]


def events(page: str) -> list[str]:
    """Return the lines of an order's story, without their moments."""
    lines = re.findall(r'<span class="what">(.*?)</span>\s*</li>', page, re.DOTALL)
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", line))).strip() for line in lines]


def test_a_call_opens_with_its_request_and_its_answer(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    body = application(holder={"last_name": "<b>Nowak"})
    order = university.submit(body).json()
    university.see(order["order_id"])

    page = opened(browser, "POST /v1/orders")
    request, answer = bodies(page)
    assert request["holder"]["last_name"] == "<b>Nowak" and "<b>Nowak" not in page
    assert request["holder"]["photo"] == f"(zdjęcie, bajtów: {len(jpeg())})"
    assert request["client_reference"] == body["client_reference"]
    assert answer["order_id"] == order["order_id"]
    assert f"<dt>Idempotency-Key</dt><dd>{body['client_reference']}</dd>" in page
    assert f'href="/zamowienia/{order["order_id"]}"' in page and "201" in page
    asked, answered = bodies(opened(browser, "POST /v1/orders/query"))
    assert asked == {"order_ids": [order["order_id"]]} and answered["orders"][0]["status"] == "ready"


def test_no_call_shows_a_pesel_or_a_code_wherever_it_stands(
    browser: httpx.Client, university: University
) -> None:
    body = application(student_number="02270803624", holder={"pesel": 2270803624})
    university.submit(body)
    order = university.order()
    seen = university.see(order["order_id"])
    university.call("GET", "/v1/orders", params={"client_reference": "02270803624"})
    newest = max(int(number) for number in re.findall(r"/wywolania/(\d+)", browser.get("/").text))
    pages = [browser.get(f"/wywolania/{newest - back}").text for back in range(4)]
    pages.append(browser.get(f"/zamowienia/{order['order_id']}").text)
    for page in pages:
        assert not re.search(r"\b0?2270803624\b|\b\d{11}\b", page)
        assert seen["qr_token"] not in page and seen["activation_code"] not in page
    assert "•••••••••••" in pages[3] and "••••••" in pages[1]


@pytest.mark.parametrize(
    "body",
    [
        {"order_ids": [f"mD-2026-{number:07}" for number in range(100)]},
        {"x" * 10_000: ["y" * 100_000] * 1_000},
        {"order_ids": ["\ud800"], "\ud800": 1},
        {"a": [[[[["z" * 299] * 20] * 20] * 20] * 20]},
    ],
    ids=["many", "long", "half a character", "nested"],
)
def test_whatever_is_sent_a_call_keeps_a_bounded_part_of_it(
    browser: httpx.Client, university: University, body: object
) -> None:
    headers = {"Content-Type": "application/json"}
    university.call("POST", "/v1/orders/query", content=json.dumps(body), headers=headers)
    page = opened(browser, "POST /v1/orders/query")
    shown = [html.unescape(text) for text in re.findall(r"<pre><code>(.*?)</code>", page, re.DOTALL)]
    assert shown and all(len(text) <= LONGEST_BODY + 1 for text in shown)
    assert len(page) < 40_000


def test_a_call_that_got_no_answer_or_another_one_says_so(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(processing_seconds=[0, 0], faults={"drop_after": 1})
    with pytest.raises(httpx.TransportError):
        university.submit(application())
    order_id = sandbox.orders()[0]["order_id"]
    page = opened(browser, "POST /v1/orders")
    assert "Serwer nie odpowiedział." in page and "zerwanie po wykonaniu" in page
    assert f"/zamowienia/{order_id}" in page, "the order was made all the same"
    assert events(browser.get(f"/zamowienia/{order_id}").text)[0].endswith(
        "→ brak odpowiedzi zerwanie po wykonaniu"
    )
    sandbox.behave(outage=True)
    university.query(order_id)
    asked, answer = bodies(opened(browser, "POST /v1/orders/query"))
    assert asked == {"order_ids": [order_id]} and answer["error"]["code"] == "unavailable"


def test_the_story_of_an_order_tells_calls_states_and_what_its_phone_did(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    order = university.order()
    order_id, qr_token = order["order_id"], order["qr_token"]
    for _ in range(3):
        university.see(order_id)
    university.order()  # another one, which is not told of here
    codes = {"qr_token": qr_token, "activation_code": order["activation_code"]}
    browser.post("/telefon", data=codes | {"activation_code": "WRONG1"})
    browser.post("/telefon", data=codes)
    for _ in range(3):
        browser.post("/telefon/dokument", data={"qr_token": qr_token})  # as the page does by itself
    browser.post("/kontrola", data={"qr_token": qr_token})
    university.extend(order_id, "2099-10-31")
    university.revoke(order_id)
    browser.post("/telefon/dokument", data={"qr_token": qr_token})

    assert f'href="/zamowienia/{order_id}"' in browser.get("/").text
    assert events(browser.get(f"/zamowienia/{order_id}").text) == [
        "Wywołanie: POST /v1/orders → 201",
        "Stan: oczekuje",
        "Stan: w trakcie",
        "Stan: do odbioru",
        "Wywołanie: POST /v1/orders/query → 200 × 3",
        "Telefon: mObywatel nie dodał dokumentu. Kod aktywacyjny jest nieprawidłowy.",
        "Telefon: mObywatel dodał dokument.",
        "Stan: odebrana",
        "Telefon: mWeryfikator: dokument jest ważny.",
        f"Wywołanie: POST /v1/orders/{order_id}/extend → 200",
        "Ważność: przedłużono do 2099-10-31",
        f"Wywołanie: POST /v1/orders/{order_id}/revoke → 200",
        "Stan: unieważniona",
        "Telefon: mObywatel nie pokazuje ważnego dokumentu. mLegitymacja została unieważniona.",
    ]


def test_calls_and_stories_survive_a_restart_and_go_with_the_ledger(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "data.sqlite3") as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0, 0])
        order = university.order()
        sandbox.verify(order["qr_token"])
        addresses = ["/wywolania/1", f"/zamowienia/{order['order_id']}"]
        before = [university.http.get(address).text for address in addresses]
        assert order["order_id"] in before[0] and "mWeryfikator" in before[1]
        sandbox.kill()
        sandbox.start()
        assert [university.http.get(address).text for address in addresses] == before
        sandbox.reset()
        for address in addresses:
            answer = university.http.get(address)
            assert answer.status_code == 404 and "Nie ma takiego" in answer.text
        university.order()
        assert university.http.get("/wywolania/2").status_code == 200, "a number never means two calls"


def test_of_many_calls_the_latest_exchanges_are_kept() -> None:
    store = Store(None)
    exchange = Exchange(
        query="", request_headers={}, request="{}", answer_headers={}, answer=None, order_ids=["mD-1"]
    )
    for number in range(1, EXCHANGES_KEPT + 6):
        call = Call(
            number=number,
            at="2026-01-01T00:00:00.000000Z",
            method="GET",
            path="/v1/health",
            idempotency_key=None,
            request_id=None,
            status=200,
            fault=None,
        )
        store.put_call(call, exchange)

    async def kept() -> tuple[Any, Any, list[Call]]:
        await store.saved()
        return await store.call(5), await store.call(6), await store.calls_of("mD-1")

    old, new, calls = asyncio.run(kept())
    store.close()
    assert old[1] is None and new[1] == exchange
    assert [call["number"] for call in calls] == list(range(6, EXCHANGES_KEPT + 6))


def test_addresses_of_nothing_lead_back_to_the_ledger(browser: httpx.Client) -> None:
    for address in ("/wywolania/999999", "/zamowienia/nie-ma"):
        answer = browser.get(address)
        assert answer.status_code == 404 and '<a href="/#dziennik">' in answer.text
