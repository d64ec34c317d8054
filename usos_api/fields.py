"""Field selector: `id|user[id|first_name]`."""

import re
from collections.abc import Mapping
from typing import Any

from usos_api.errors import FieldInvalid, FieldNotFound
from usos_api.methods import Caller, Field, Method, Selection, Withheld

_NAME = re.compile(r"[^|\[\]]*")


def select(text: str, method: Method, caller: Caller) -> Selection:
    """Return the selected fields; an empty text selects the primary ones.

    A field whose scope the token lacks is withheld, not refused. Raises FieldInvalid for a malformed selector, and
    FieldNotFound for a field that the method does not have.
    """
    if not text:
        return primary(method.fields, caller)
    reader = _Reader(text, method, caller)
    selection = reader.list(method.fields, path="")
    if reader.at < len(text):
        raise FieldInvalid(text, method.name, f"unexpected {text[reader.at]!r} at {reader.at}")
    return selection


def primary(fields: tuple[Field, ...], caller: Caller) -> Selection:
    """Return the primary fields, without those whose scope the token lacks."""
    if not fields:
        return None
    return {
        field.name: primary(field.parts, caller)
        for field in fields
        if field.primary and (not field.scope or field.scope in caller.scopes)
    }


class _Reader:
    """Parser of a selector along the declared fields: it goes no deeper than these."""

    def __init__(self, text: str, method: Method, caller: Caller) -> None:
        self.text, self.at = text, 0
        self._method, self._caller = method, caller

    def list(self, declared: tuple[Field, ...], path: str) -> dict[str, Selection | Withheld]:
        selection: dict[str, Selection | Withheld] = {}
        while True:
            name, parts = self._one(declared, path)
            before = selection.get(name)
            selection[name] = (
                {**before, **parts} if isinstance(before, dict) and isinstance(parts, dict) else parts
            )
            if self._next() != "|":
                return selection
            self.at += 1

    def _one(self, declared: tuple[Field, ...], path: str) -> tuple[str, Selection | Withheld]:
        found = _NAME.match(self.text, self.at)
        name = found[0] if found else ""
        if not name:
            raise FieldInvalid(self.text, self._method.name, f"a name is missing at {self.at}")
        self.at += len(name)
        full = f"{path}{name}"
        field = next((field for field in declared if field.name == name), None)
        if field is None:
            raise FieldNotFound(full, self._method.name)
        parts = self._parts(field, full)
        may_see = not field.scope or field.scope in self._caller.scopes
        return name, parts if may_see else Withheld(field.withheld)

    def _parts(self, field: Field, full: str) -> Selection:
        if self._next() != "[":
            return primary(field.parts, self._caller)
        if not field.parts:
            raise FieldInvalid(full, self._method.name, f"{full} has no parts")
        self.at += 1
        parts = self.list(field.parts, path=f"{full}.")
        if self._next() != "]":
            raise FieldInvalid(self.text, self._method.name, f"] is missing at {self.at}")
        self.at += 1
        return parts

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]


class ById(dict[str, Any]):
    """Result with an object, or null, for each id that was asked for; the selection is of these objects."""


class Found(dict[str, Any]):
    """Result of a search whose selection is of the `items` alone; `next_page` says whether there are more."""


def pick(value: Any, selection: Selection | Withheld) -> Any:
    """Return the selected part of a result. A costly value is a function, called when it is selected."""
    if isinstance(selection, Withheld):
        return selection.value
    if isinstance(value, ById):
        return {key: pick(one, selection) for key, one in value.items()}
    if isinstance(value, Found):
        return {**value, "items": pick(value["items"], selection)}
    if callable(value):
        return pick(value(), selection)
    if isinstance(value, list):
        return [pick(one, selection) for one in value]
    if isinstance(value, Mapping) and selection is not None:
        return {name: pick(value[name], parts) for name, parts in selection.items() if name in value}
    return value
