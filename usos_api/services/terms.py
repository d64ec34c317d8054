"""services/terms: academic years and their semesters, worked out from the calendar.

An academic year lasts from 1 October to 30 September and has two semesters (art. 66 of the Act on higher education).
The portal knows no other dates, so the summer semester begins when cards are extended for it, on 1 March
(docs/reference/usos-api.md, Methods).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from usos_api.errors import ObjectNotFound, ParamInvalid
from usos_api.fields import ById, Found
from usos_api.lang_dicts import LangDict, lang_dict
from usos_api.methods import Argument, Call, Field, Need, declare_module, method
from usos_api.services.many import MOST_IDS, SEARCH, flag, ids

declare_module("services/terms", "Terms", "Academic years and semesters.")

_ANYBODY: dict[str, Any] = {"consumer": Need.IGNORED, "token": Need.IGNORED, "ssl": False}
_YEARS_BACK, _YEARS_AHEAD = 10, 1
_YEAR, _WINTER, _SUMMER = "", "Z", "L"
_TYPES = {"year": (_YEAR,), "semester": (_WINTER, _SUMMER)}
_FIELDS = (
    Field("id", "Its id: 2026/2027, 2026/2027-Z or 2026/2027-L."),
    Field("name", "Its name (LangDict)."),
    Field("start_date", "Its first day."),
    Field("end_date", "Its last day."),
    Field("order_key", "A number that sorts terms by their time."),
    Field("finish_date", "The last day on which anything of it is done: its last day."),
    Field("is_active", "Whether it is not over yet."),
)


@dataclass(frozen=True)
class Term:
    """An academic year, or one of its semesters: `half` is `Z`, `L` or empty."""

    year: int
    half: str

    @property
    def id(self) -> str:
        """Return its id."""
        return f"{self.year}/{self.year + 1}" + (f"-{self.half}" if self.half else "")

    @property
    def name(self) -> LangDict:
        """Return its name."""
        years = f"{self.year}/{self.year + 1}"
        return {
            _YEAR: lang_dict(f"Rok akademicki {years}", f"Academic year {years}"),
            _WINTER: lang_dict(f"Semestr zimowy {years}", f"Winter semester {years}"),
            _SUMMER: lang_dict(f"Semestr letni {years}", f"Summer semester {years}"),
        }[self.half]

    @property
    def days(self) -> tuple[date, date]:
        """Return its first and its last day."""
        summer = date(self.year + 1, 3, 1)
        first = summer if self.half == _SUMMER else date(self.year, 10, 1)
        last = summer - timedelta(days=1) if self.half == _WINTER else date(self.year + 1, 9, 30)
        return first, last


def _serialized(term: Term, today: date) -> dict[str, Any]:
    first, last = term.days
    return {
        "id": term.id,
        "name": term.name,
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "order_key": term.year * 10 + (_YEAR, _WINTER, _SUMMER).index(term.half),
        "finish_date": last.isoformat(),
        "is_active": last >= today,
    }


@method(
    "services/terms/term",
    "One term.",
    **_ANYBODY,
    arguments=(Argument("term_id", "Id of a term.", required=True),),
    fields=_FIELDS,
)
def term(call: Call) -> dict[str, Any]:
    """Return one term."""
    today = timezone.localdate(call.now)
    found = _known(today).get(call.arguments["term_id"])
    if found is None:
        raise ObjectNotFound("term_id", call.method.name)
    return _serialized(found, today)


@method(
    "services/terms/terms",
    "Several terms.",
    description="An object with a member for each id: null for one that there is not.",
    **_ANYBODY,
    arguments=(Argument("term_ids", f"Pipe-separated ids of terms, {MOST_IDS} at most.", required=True),),
    fields=_FIELDS,
)
def terms(call: Call) -> ById:
    """Return several terms by their ids."""
    today = timezone.localdate(call.now)
    known = _known(today)
    wanted = ids(call, "term_ids")
    return ById({each: _serialized(known[each], today) if each in known else None for each in wanted})


@method(
    "services/terms/terms_index",
    "All terms, the newest first.",
    **_ANYBODY,
    arguments=(
        Argument("active_only", "Whether those that are over are left out: true or false.", default="true"),
        Argument("term_type", "year or semester; both without it."),
    ),
    fields=_FIELDS,
)
def terms_index(call: Call) -> list[dict[str, Any]]:
    """Return all terms."""
    today = timezone.localdate(call.now)
    kind = call.arguments.get("term_type")
    if kind is not None and kind not in _TYPES:
        raise ParamInvalid("term_type", "term_type is year or semester.")
    active_only = flag(call, "active_only")
    return [
        _serialized(each, today)
        for each in _known(today).values()
        if (kind is None or each.half in _TYPES[kind]) and (not active_only or each.days[1] >= today)
    ]


@method(
    "services/terms/search",
    "Terms by a part of their name.",
    description="`fields` selects fields of the `items`; `next_page` says whether there are more.",
    **_ANYBODY,
    arguments=(SEARCH[0], SEARCH[1]),
    fields=_FIELDS,
)
def search_terms(call: Call) -> Found:
    """Return the terms that a query finds, the newest first."""
    today, language = timezone.localdate(call.now), call.arguments["lang"]
    if language not in ("pl", "en"):
        raise ParamInvalid("lang", "lang is pl or en.")
    query = call.arguments["query"].casefold()
    found = [each for each in _known(today).values() if query in each.name[language].casefold()]
    return Found(items=[_serialized(each, today) for each in found], next_page=False)


def _known(today: date) -> dict[str, Term]:
    """Return the terms by their ids, the newest first."""
    year = today.year if today.month >= 10 else today.year - 1
    years = range(year + _YEARS_AHEAD, year - _YEARS_BACK - 1, -1)
    found = [Term(each, half) for each in years for half in (_SUMMER, _WINTER, _YEAR)]
    return {each.id: each for each in found}
