"""Looks at a moment of the year as people have them: a student's page in both languages, the office's dashboard and
list, an inspector's phone; and what they say differently from each other and from the database."""

import csv
import re
from calendar import month_name
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, partial
from io import StringIO
from typing import Any, NamedTuple

from script.lib.year_portal import Portal

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
DASHBOARD, LIST = "/admin/", "/admin/mdocs/order/entitlement/"
OFFICE = "admin"
TRIES = 5  # to look at what does not change meanwhile
FINAL = frozenset({"rejected", "expired", "cancelled", "revoked", "lapsed"})
WARNED_AHEAD = timedelta(days=15)  # the page speaks of an end two weeks before the last day
_STATUS = re.compile(r'class="status status-(\w+)"')
_UNTIL = re.compile(r'<time datetime="(\d{4}-\d\d-\d\d)">')
_ENDS = re.compile(r"(?:jest ważna tylko do|is valid only until) (\d{1,2} \w+ \d{4})")
_TOTAL = re.compile(r": (\d+)\.")  # of the dry run
_TAGS = re.compile(r"<[^>]*>")
_POLISH = re.compile(r"\S*[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]\S*")
_QUOTED = re.compile("“[^”]*”")
_ENDING_TILE = re.compile(r"<strong>([^<]*)</strong> <span>Stracą uprawnienia")
_MONTHS = (
    [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ],
    list(month_name)[1:],
)


class SeenPage(NamedTuple):
    """What a student's page says: the order's status and last day, the last day before which it warns, all words."""

    status: str
    valid_until: str
    ends: str
    words: str


def page_of(portal: Portal, login: str, language: str = "pl") -> SeenPage:
    """Read a student's page."""
    region = portal.read(PAGE, login, language).partition('<div id="status"')[2].partition("</main>")[0]
    words = " ".join(_TAGS.sub(" ", region).split())
    facts = region.partition('class="facts"')[2]
    return SeenPage(_first(_STATUS, facts), _first(_UNTIL, facts), _in_figures(_first(_ENDS, words)), words)


def _first(pattern: "re.Pattern[str]", text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _in_figures(day: str) -> str:
    """Return a day that is written in words, as "31 marca 2027" or "31 March 2027", as 2027-03-31."""
    if not day:
        return ""
    number, name, year = day.split()
    month = next(names.index(name) for names in _MONTHS if name in names) + 1
    return f"{year}-{month:02}-{int(number):02}"


def polish_words(text: str) -> list[str]:
    """Return the words of an English text that nobody has translated, as far as their letters give them away.

    In quotes are the buttons of mObywatel, which have Polish names.
    """
    return _POLISH.findall(_QUOTED.sub("", text))


def valid_there(portal: Portal) -> set[str]:
    """Return the numbers of the documents that inspectors see to be valid."""
    return {
        it["order_id"] for it in portal.documents() if it["status"] == "collected" and portal.is_valid(it)
    }


def losing(portal: Portal, day: str) -> dict[str, str]:
    """Return the album numbers that the office's list has for a day, with the last days of their documents."""
    table = portal.read(f"{LIST}?day={day}&format=csv", OFFICE).lstrip("\ufeff")
    return {row[0]: row[-1] for row in list(csv.reader(StringIO(table), delimiter=";"))[1:]}


def contradictions(portal: Portal, people: Mapping[str, str]) -> list[str]:
    """Return in what the looks differ at this moment: everybody's counts, and each page of these people, whose album
    numbers are given by login."""
    return [*_of_counts(portal), *_of_pages(portal, people)]


def _of_counts(portal: Portal) -> Iterator[str]:
    """Compare database, dry run, dashboard and the office's list, of the day after this half-year."""
    day = portal.ask("after_half_year")
    counts = {
        "database": portal.ask("losing", day),
        "dry run": int(_first(_TOTAL, portal.ask("dry_run", day)) or -1),
        "dashboard": int(re.sub(r"\D", "", _first(_ENDING_TILE, portal.read(DASHBOARD, OFFICE))) or -1),
        "list": len(losing(portal, day)),
    }
    if len(set(counts.values())) > 1:
        yield f"endings until {day}: {counts}"


def _of_pages(portal: Portal, people: Mapping[str, str]) -> Iterator[str]:
    """Compare each page with the database, with an inspector's phone, and with the office's list."""
    today = portal.clock.now().date()
    valid = valid_there(portal)
    listed = cache(partial(losing, portal))
    ending = listed(str(today + WARNED_AHEAD))
    for login, album_number in people.items():
        order, polish, english = _at_once(portal, login)
        if untranslated := polish_words(english.words):
            yield f"{login}: the English page says {untranslated}"
        if polish[:3] != english[:3]:
            yield f"{login}: {polish[:3]} in Polish, {english[:3]} in English"
        if order is not None:
            yield from (f"{login}: {it}" for it in _of_order(order, polish, valid, today))
            if _is_warned_of(order) and bool(polish.ends) != (album_number in ending):
                yield f"{login}: page says {polish.ends or 'nothing'}, list {ending.get(album_number, 'nothing')}"
        if polish.ends and album_number not in listed(_next(polish.ends)):
            yield f"{login}: the page says that it ends with {polish.ends}, the list does not"


def _at_once(portal: Portal, login: str) -> tuple[dict[str, Any] | None, SeenPage, SeenPage]:
    """Return somebody's order, and the page in Polish and in English, with nothing happening in between."""
    before = portal.ask("state", login)
    for _ in range(TRIES):
        polish, english = page_of(portal, login), page_of(portal, login, "en")
        order = portal.ask("state", login)
        if order == before:
            break
        before = order
    return before, polish, english


def _of_order(order: dict[str, Any], page: SeenPage, valid: Collection[str], today: date) -> Iterator[str]:
    is_over = order["status"] in FINAL
    if (page.status, page.valid_until) not in {
        (order["status"], order["valid_until"]),
        ("", "") if is_over else None,  # an old ending has stepped back to the history
    }:
        yield f"page {page.status} until {page.valid_until}, database {order}"
    goes_on = order["status"] == "collected" and order["valid_until"] >= str(today)
    seen_valid = order["mdokumenty_id"] in valid
    if goes_on != seen_valid and (goes_on or is_over):
        yield f"an inspector sees {'valid' if seen_valid else 'void'}, database {order}"


def _is_warned_of(order: dict[str, Any]) -> bool:
    """Say whether the page speaks of this order's end as such; of what is being extended or replaced others do."""
    return order["status"] == "collected" and not order["extend_to"] and not order["reissue_required"]


def _next(day: str) -> str:
    return str(date.fromisoformat(day) + timedelta(days=1))
