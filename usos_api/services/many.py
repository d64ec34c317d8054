"""Arguments of methods that answer several objects: lists of ids, pages of a search."""

from collections.abc import Callable
from typing import Any

from django.db import models

from usos_api.errors import ParamInvalid
from usos_api.fields import Found
from usos_api.methods import Argument, Call

MOST_IDS = 500
_MOST_FOUND = 20

SEARCH = (
    Argument("query", "A part of the name; without one all are found.", default=""),
    Argument("lang", "pl or en: the language of the names that are searched and sorted.", default="pl"),
    Argument("num", f"How many to find: 1 to {_MOST_FOUND}.", default=str(_MOST_FOUND)),
    Argument("start", "How many to leave out before these.", default="0"),
)


def ids(call: Call, name: str) -> list[str]:
    """Return the ids of a pipe-separated argument, each once. Raises ParamInvalid for too many."""
    found = list(dict.fromkeys(one for one in call.arguments[name].split("|") if one))
    if len(found) > MOST_IDS:
        raise ParamInvalid(name, f"{name} holds at most {MOST_IDS} ids.")
    return found


def primary_keys(texts: list[str]) -> list[int]:
    """Return those of some ids that can be a row's key."""
    return [int(text) for text in texts if is_key(text)]


def is_key(text: str) -> bool:
    """Return whether an id can be a row's key: digits that fit into the column."""
    return text.isascii() and text.isdecimal() and len(text) < len("9223372036854775807")


def flag(call: Call, name: str) -> bool:
    """Return whether an argument is `true`. Raises ParamInvalid for anything but `true` and `false`."""
    given = call.arguments[name]
    if given not in ("true", "false"):
        raise ParamInvalid(name, f"{name} is true or false.")
    return given == "true"


def search(call: Call, rows: models.QuerySet[Any], item: Callable[[Any], dict[str, Any]]) -> Found:
    """Return the page of rows whose name contains the query, in the order of their names.

    Raises ParamInvalid for an unknown language and for numbers outside their range.
    """
    language = call.arguments["lang"]
    if language not in ("pl", "en"):
        raise ParamInvalid("lang", "lang is pl or en.")
    number, start = _number(call, "num", 1, _MOST_FOUND), _number(call, "start", 0, 10**6)
    name = "name_en" if language == "en" else "name"
    query = call.arguments["query"].replace("\0", "")
    found = list(
        rows.filter(**{f"{name}__icontains": query}).order_by(name, "pk")[start : start + number + 1]
    )
    return Found(items=[item(row) for row in found[:number]], next_page=len(found) > number)


def _number(call: Call, name: str, lowest: int, highest: int) -> int:
    given = call.arguments[name]
    if not (given.isascii() and given.isdecimal() and len(given) < 8 and lowest <= int(given) <= highest):
        raise ParamInvalid(name, f"{name} is a number from {lowest} to {highest}.")
    return int(given)
