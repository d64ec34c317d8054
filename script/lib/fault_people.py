"""Students of the faults, at browsers without JavaScript: they order, cancel, revoke, order again, and write down what
they were shown."""

import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
PATIENCE = 60.0  # seconds: a machine may have much else to do
COLLECTED_AFTER = 3.0  # seconds: a document that was ordered by another way than the portal
AT_ONCE, AGAIN_AFTER = 12, 0.7  # people at browsers; seconds until who got no page tries again
ORDER, CANCEL, REVOKE = "Zamów mLegitymację", "Anuluj zamówienie", "Unieważnij mLegitymację"
AGAIN, NEXT = "Zamów ponownie", "Zamów nową, gdy to się potwierdzi"
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_INPUT = re.compile(r"<input\b([^>]*)>")
_BUTTON = re.compile(r"<button\b[^>]*>(.*?)</button>", re.DOTALL)
_STATUS = re.compile(r'class="status status-(\w+)"')
_CREATED = re.compile(r'<dd><time datetime="(\d{4}-\d\d-\d\dT[^"]+)">')
_VALID_UNTIL = re.compile(r'<dd><time datetime="(\d{4}-\d\d-\d\d)">')
_CODES = re.compile(r'href="([^"]*/([0-9a-f-]{36})/kody/)"')
_ACTIVATION_CODE = re.compile(r'<code class="activation-code"[^>]*>(.*?)</code>', re.DOTALL)
_QR_TOKEN = re.compile(r'<textarea id="qr-text"[^>]*>([^<]*)</textarea>')
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class View:
    """What a page showed to a student: asked and answered when (UTC), of the order placed when, in which state, valid
    until which day."""

    login: str
    asked: datetime
    answered: datetime
    status: str
    placed: datetime | None
    valid_until: str = ""


@dataclass(frozen=True)
class CodesView:
    """What the page of the codes showed of an order, and when it answered (UTC)."""

    order: str
    answered: datetime
    qr_token: str
    activation_code: str


@dataclass
class Form:
    """A form of a page."""

    method: str
    address: str
    button: str
    fields: dict[str, str]


@dataclass
class Notes:
    """What all of them have seen and done; appended to by several threads."""

    views: list[View] = field(default_factory=list)
    codes: list[CodesView] = field(default_factory=list)
    clicks: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, who, which button
    errors: dict[str, int] = field(default_factory=dict)  # what went wrong in the browser, how often
    ordered: int = 0
    ahead: timedelta = timedelta()  # of the portal's clock, before that of this process
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """Return the time that the portal's clock shows, in UTC."""
        return datetime.now(UTC) + self.ahead

    def count_ordered(self, number: int) -> None:
        """Count orders that were placed."""
        with self.lock:
            self.ordered += number

    def count_error(self, what: str) -> None:
        """Count what a browser showed instead of a page."""
        with self.lock:
            self.errors[what] = self.errors.get(what, 0) + 1


class Student:
    """A student at a browser."""

    def __init__(self, portal: str, sandbox: str, who: dict[str, str], notes: Notes, seed: str) -> None:
        self.login, self.album_number = who["login"], who["album_number"]
        self.pesel = who["pesel"]
        self._portal, self._sandbox, self._session = portal, sandbox, who["session"]
        self._notes, self._chance = notes, Random(f"{seed} {self.login}")  # noqa: S311

    def act(self, http: httpx.Client, *, may_order: bool) -> bool:
        """Look at the page, and perhaps do one of the things that it offers; return whether the page came."""
        page = self._open(http, "GET", PAGE)
        if page is None:
            return False
        forms = {form.button: form for form in forms_of(page)}
        if ORDER in forms and may_order:
            self._press(http, forms[ORDER])
            return True
        chance = self._chance.random()
        status = _first(_STATUS, page)
        if status == "ready" and chance < 0.6:
            self.collect(http, page)
            return True
        for button, share in ((CANCEL, 0.15), (NEXT, 0.4), (AGAIN, 0.15), (REVOKE, 0.45)):
            if button in forms and chance < share:
                self._press(http, forms[button])
                return True
        return True

    def look(self, http: httpx.Client) -> str | None:
        """Look at the page; return its state, None where it did not come."""
        page = self._open(http, "GET", PAGE)
        return None if page is None else _first(_STATUS, page)

    def _press(self, http: httpx.Client, form: Form) -> None:
        self._notes.clicks.append((self._notes.now(), self.login, form.button))
        if form.method == "get":  # a question comes first
            page = self._open(http, "GET", form.address)
            asked = [each for each in forms_of(page or "") if "confirmed" in each.fields]
            if not asked:
                return
            form = Form("post", form.address, form.button, asked[0].fields)
        if self._open(http, "POST", form.address, form.fields) and form.button in {ORDER, AGAIN}:
            self._notes.count_ordered(1)

    def collect(self, http: httpx.Client, page: str | None = None) -> None:
        """Bring the document onto the phone, by the codes that the portal shows; `page` is the student's, if open."""
        found = _CODES.search(page or self._open(http, "GET", PAGE) or "")
        shown = self._open(http, "GET", found[1]) if found else None
        if found and shown and (token := _first(_QR_TOKEN, shown)):
            code = _TAGS.sub("", _first(_ACTIVATION_CODE, shown))
            self._notes.codes.append(CodesView(found[2], self._notes.now(), token, code))
            self._activate(http, token, code)

    def collect_what_is_there(self, http: httpx.Client) -> None:
        """Bring the last document onto the phone that mDokumenty's ledger has, whoever has ordered it."""
        with suppress(httpx.HTTPError, ValueError):
            ledger = http.get(f"{self._sandbox}/sandbox/ledger").json()["orders"]
            mine = [
                it for it in ledger if it["student_number"] == self.album_number and it["status"] == "ready"
            ]
            if mine:
                self._activate(http, mine[-1]["qr_token"], mine[-1]["activation_code"])

    def _activate(self, http: httpx.Client, token: str, code: str) -> None:
        with suppress(httpx.HTTPError):
            body = {"qr_token": token, "activation_code": code}
            http.post(f"{self._sandbox}/sandbox/phone/activate", json=body)

    def _open(
        self, http: httpx.Client, method: str, address: str, fields: dict[str, str] | None = None
    ) -> str | None:
        """Open a page, following where it leads; write down what it showed of the order."""
        cookies = {"sessionid": self._session, "language": "pl"}
        if fields and "csrfmiddlewaretoken" in fields:
            cookies["csrftoken"] = fields["csrfmiddlewaretoken"]
        asked = self._notes.now()
        try:
            answer = http.request(
                method, f"{self._portal}{address}", data=fields, headers=self._headers(cookies)
            )
            if answer.is_redirect:
                asked = self._notes.now()
                answer = http.get(
                    f"{self._portal}{answer.headers['Location']}", headers=self._headers(cookies)
                )
        except httpx.HTTPError as error:
            self._notes.count_error(type(error).__name__)
            return None
        answered = self._notes.now()
        if answer.status_code != httpx.codes.OK:
            self._notes.count_error(str(answer.status_code))
            return None
        text = answer.text
        region = text.partition('<div id="status"')[2]
        facts = region.partition('class="facts"')[2]
        if region:
            placed = _first(_CREATED, facts)
            moment = datetime.fromisoformat(placed).astimezone(UTC) if placed else None
            shown = (_first(_STATUS, facts), moment, _first(_VALID_UNTIL, facts))
            self._notes.views.append(View(self.login, asked, answered, *shown))
        return text

    def _headers(self, cookies: dict[str, str]) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page, each with its button's words."""
    found = []
    for attributes, inside in _FORM.findall(page):
        of_form = dict(_ATTRIBUTE.findall(attributes))
        fields = {}
        for each in _INPUT.findall(inside):
            of_input = dict(_ATTRIBUTE.findall(each))
            if "name" in of_input:
                fields[of_input["name"]] = of_input.get("value", "")
        button = _first(_BUTTON, inside)
        words = " ".join(_TAGS.sub(" ", button).split())
        found.append(Form(of_form.get("method", "get"), of_form.get("action", ""), words, fields))
    return found


def crowd(
    students: Sequence[Student], notes: Notes, wanted: int, pace: float, end: threading.Event, seed: int
) -> list[threading.Thread]:
    """Start threads in which students act one after the other, until `end`; so many orders are wanted in all."""
    threads = []
    number = min(AT_ONCE, len(students))

    def live(share: Sequence[Student], chance: Random) -> None:
        with httpx.Client(timeout=PATIENCE, trust_env=False) as http:
            while not end.is_set():
                student = chance.choice(share)
                # Who gets no page tries again, as people do: a web that is away costs time, and no order.
                while not student.act(http, may_order=notes.ordered < wanted) and not end.wait(AGAIN_AFTER):
                    http.cookies.clear()
                http.cookies.clear()
                end.wait(chance.expovariate(pace / number))

    for each in range(number):
        share = students[each::number]
        thread = threading.Thread(target=live, args=(share, Random(f"{seed} {each}")), daemon=True)  # noqa: S311
        thread.start()
        threads.append(thread)
    return threads


def order_elsewhere(http: httpx.Client, sandbox: str, student: Student, reference: str, photo: str) -> None:
    """Order a document for a student by another way than the portal; there may be one now, or not."""
    year = time.gmtime().tm_year + 1
    born = _born(student.pesel)
    body: dict[str, Any] = {
        "document_type": "student_id",
        "client_reference": reference,
        "institution": {"code": "AIK", "name": "Akademia Ignatianum w Krakowie"},
        "holder": {
            "pesel": student.pesel, "first_names": "Ula", "last_name": "Usterka", "birth_date": born,
            "photo": photo,
        },
        "student_number": student.album_number,
        "card_number": None,
        "valid_until": f"{year}-03-31",
    }  # fmt: skip
    headers = {"Idempotency-Key": reference, "X-Request-Id": reference}
    with suppress(httpx.HTTPError):
        http.post(f"{sandbox}/v1/orders", json=body, headers=headers)


def _born(pesel: str) -> str:
    return f"20{pesel[:2]}-{int(pesel[2:4]) - 20:02}-{pesel[4:6]}"


def _first(pattern: "re.Pattern[str]", text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
