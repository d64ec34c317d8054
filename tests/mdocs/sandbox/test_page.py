"""The page for people, as a browser without JavaScript uses it."""

import base64
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import qrcode

from mdocs import sandbox as package
from tests.mdocs.sandbox.university import University, collect, jpeg, order_in
from tests.mdocs.sandbox_process import Sandbox

STATIC = Path(package.__file__).parent / "static"


class Page(HTMLParser):
    """What a reader sees, and what a browser would send."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(answer.text)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self) -> dict[str, str]:
        """Return what the switches would send as they are."""
        fields = [attrs for tag, attrs in self.tags if tag == "input" and attrs.get("name")]
        sent = {
            str(attrs["name"]): attrs.get("value") or ""
            for attrs in fields
            if attrs.get("type") not in ("file", "hidden")
            and (attrs.get("type") != "checkbox" or "checked" in attrs)
        }
        return sent | {"reject": "", "reject_later": ""}


def test_the_page_has_a_language_a_title_one_heading_and_a_label_for_every_field(
    browser: httpx.Client,
) -> None:
    page = Page(browser.get("/"))

    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "pl"}) in page.tags
    assert tags.count("h1") == tags.count("main") == 1
    labelled = {attrs["for"] for tag, attrs in page.tags if tag == "label"}
    fields = {
        attrs["id"]
        for tag, attrs in page.tags
        if tag in ("input", "textarea", "select") and attrs.get("type") != "hidden"
    }
    assert fields == labelled
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")


def test_the_page_loads_nothing_from_elsewhere(browser: httpx.Client) -> None:
    answer = browser.get("/")

    addresses = [
        str(attrs[name])
        for _, attrs in Page(answer).tags
        for name in ("src", "href", "action")
        if name in attrs
    ]
    assert all(address.startswith(("/", "#", "data:image/")) for address in addresses)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for address in {address for address in addresses if address.startswith("/static/")}:
        assert browser.get(address).status_code == 200
    for file in STATIC.glob("*.[cj]s*"):
        assert not re.search(r"https?://|@import|url\(", file.read_text(encoding="utf-8"))


def test_a_pasted_code_brings_the_document_onto_the_phone(
    browser: httpx.Client, university: University
) -> None:
    order = university.order()

    page = Page(
        browser.post("/telefon", data={name: order[name] for name in ("qr_token", "activation_code")})
    )

    assert page.status == 200
    for words in ("Anna Maria", "Nowak", "123456", "Akademia Ignatianum w Krakowie", "2099-03-31", "ważna"):
        assert words in page.text
    pictures = [attrs["src"] for tag, attrs in page.tags if tag == "img"]
    assert pictures == ["data:image/jpeg;base64," + base64.b64encode(jpeg()).decode()]
    assert university.see(order["order_id"])["status"] == "collected"


def test_a_picture_of_the_code_does_as_well(browser: httpx.Client, university: University) -> None:
    order = university.order()
    picture = BytesIO()
    qrcode.make(order["qr_token"]).save(picture)

    files = {"picture": ("kod.png", picture.getvalue(), "image/png")}
    page = Page(browser.post("/telefon", files=files, data={"activation_code": order["activation_code"]}))

    assert "ważna" in page.text
    assert university.see(order["order_id"])["status"] == "collected"


def test_a_wrong_activation_code_is_said_and_the_pasted_text_stays(
    browser: httpx.Client, university: University
) -> None:
    qr_token = university.order()["qr_token"]

    page = Page(browser.post("/telefon", data={"qr_token": qr_token, "activation_code": "WRONG1"}))

    assert page.status == 403
    assert "Kod aktywacyjny jest nieprawidłowy." in page.text
    assert qr_token in page.text


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (
            {"qr_token": "", "activation_code": "ABCDEF"},
            400,
            "Wybierz obraz z kodem QR albo wklej jego tekst.",
        ),
        ({"qr_token": "x", "activation_code": ""}, 400, "activation_code"),
        ({"qr_token": "<script>x</script>", "activation_code": "A"}, 404, "mLegitymacja nie istnieje"),
    ],
)
def test_what_the_phone_cannot_use_is_said(
    browser: httpx.Client, data: dict[str, str], status: int, words: str
) -> None:
    answer = browser.post("/telefon", data=data)

    assert answer.status_code == status
    assert words in Page(answer).text
    assert "<script>x" not in answer.text


def test_the_document_on_the_phone_shows_that_it_was_revoked(
    browser: httpx.Client, sandbox: Sandbox, university: University
) -> None:
    order = university.order()
    collect(sandbox, order)
    university.revoke(order["order_id"])

    page = Page(browser.post("/telefon/dokument", data={"qr_token": order["qr_token"]}))

    assert page.status == 200
    assert "unieważniona" in page.text
    assert "ważna do" not in page.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("collected", "Dokument jest ważny"),
        ("ready", "mLegitymacji nie dodano jeszcze do żadnego telefonu."),
        ("revoked", "mLegitymacja została unieważniona."),
    ],
)
def test_the_inspector_sees_the_verdict_and_why(
    browser: httpx.Client, sandbox: Sandbox, university: University, status: str, words: str
) -> None:
    order = order_in(sandbox, university, status)

    page = Page(browser.post("/kontrola", data={"qr_token": order["qr_token"]}))

    assert page.status == 200
    assert words in page.text
    assert ("Dokument nie jest ważny" in page.text) == (status != "collected")


def test_the_inspector_sees_that_a_code_is_made_up(browser: httpx.Client) -> None:
    page = Page(browser.post("/kontrola", data={"qr_token": "made up"}))

    assert "Dokument nie jest ważny" in page.text
    assert "mLegitymacja nie istnieje" in page.text


def test_the_ledger_shows_orders_and_calls_but_no_pesel_and_no_codes(
    browser: httpx.Client, university: University
) -> None:
    order = university.order(holder={"last_name": "<b>Nowak</b>"})

    answer = browser.get("/")

    page = Page(answer)
    assert order["order_id"] in page.text
    assert "<b>Nowak</b>" in page.text  # as text, not as markup
    assert "POST /v1/orders 201" in page.text
    assert order["qr_token"] not in answer.text
    assert order["activation_code"] not in answer.text
    assert not re.search(r"\b\d{11}\b", page.text)


def test_the_ledger_can_be_emptied(browser: httpx.Client, sandbox: Sandbox, university: University) -> None:
    university.order()

    page = Page(browser.post("/dziennik/czyszczenie"))

    assert "Nie ma jeszcze żadnych zamówień." in page.text
    assert sandbox.orders() == []


def test_the_switches_set_the_behaviour(browser: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.behave()
    values = Page(browser.get("/")).values()

    changed = values | {
        "outage": "1",
        "processing_low": "0,5",
        "hang": "12.5",
        "reject": "02270803624 no_photo\n",
    }
    page = Page(browser.post("/zachowanie", data=changed))

    assert "Zapisano zachowanie." in page.text
    behaviour = sandbox.behaviour()
    assert behaviour["outage"] is True
    assert behaviour["processing_seconds"] == [0.5, 3]
    assert behaviour["faults"]["hang"] == 0.125
    assert behaviour["reject"] == {"02270803624": "no_photo"}


def test_saving_the_switches_as_they_are_changes_nothing(browser: httpx.Client, sandbox: Sandbox) -> None:
    before = sandbox.behave(faults={"hang": 0.07, "stale": 0.001}, latency_seconds=[0.1, 0.25], seed=-3)

    browser.post("/zachowanie", data=Page(browser.get("/")).values())

    assert sandbox.behaviour() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"processing_low": "9"},
        {"hang": "101"},
        {"hang": "nan"},
        {"codes_valid_seconds": "inf"},
        {"latency_low": "soon"},
        {"seed": "1.5"},
        {"seed": "nan"},
        {"reject": "02270803624"},
        {"reject_later": "123 photo_rejected"},
    ],
)
def test_a_wrong_switch_is_said_and_changes_nothing_and_what_was_typed_stays(
    browser: httpx.Client, sandbox: Sandbox, wrong: dict[str, str]
) -> None:
    before = sandbox.behave(seed=5)
    values = Page(browser.get("/")).values()

    answer = browser.post("/zachowanie", data=values | {"outage": "1"} | wrong)

    assert answer.status_code == 400
    assert 'class="notice bad"' in answer.text
    assert sandbox.behaviour() == before
    page = Page(answer)
    assert "outage" in page.values()
    assert all(value in page.text or value in page.values().values() for value in wrong.values())


def test_the_switches_go_back_to_the_default(browser: httpx.Client, sandbox: Sandbox) -> None:
    default = sandbox.behave()
    sandbox.behave(outage=True, seed=9)

    browser.post("/zachowanie/domyslne")

    assert sandbox.behaviour() == default


@pytest.mark.parametrize("address", ["/telefon", "/telefon/dokument", "/kontrola", "/zachowanie"])
def test_the_address_of_an_answer_leads_back_to_the_page(browser: httpx.Client, address: str) -> None:
    answer = browser.get(address)

    assert answer.status_code == 200
    assert answer.url.path == "/"
