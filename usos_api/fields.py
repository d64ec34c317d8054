"""Field selector: `id|user[id|first_name]`."""

import re
from collections.abc import Mapping
from typing import Any

from usos_api.errors import FieldForbidden, FieldInvalid, FieldNotFound
from usos_api.methods import Caller, Field, Method, Selection

_NAME = re.compile(r"[^|\[\]]*")


def select(text: str, method: Method, caller: Caller) -> Selection:
    """Return the selected fields; an empty text selects the primary ones.

    Raises FieldInvalid for a malformed selector, FieldNotFound for a field that the method does not have, and
    FieldForbidden for one whose scope the token lacks.
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

    def list(self, declared: tuple[Field, ...], path: str) -> dict[str, Selection]:
        selection: dict[str, Selection] = {}
        while True:
            name, parts = self._one(declared, path)
            selection[name] = None if parts is None else {**(selection.get(name) or {}), **parts}
            if self._next() != "|":
                return selection
            self.at += 1

    def _one(self, declared: tuple[Field, ...], path: str) -> tuple[str, Selection]:
        found = _NAME.match(self.text, self.at)
        name = found[0] if found else ""
        if not name:
            raise FieldInvalid(self.text, self._method.name, f"a name is missing at {self.at}")
        self.at += len(name)
        full = f"{path}{name}"
        field = next((field for field in declared if field.name == name), None)
        if field is None:
            raise FieldNotFound(full, self._method.name)
        if field.scope and field.scope not in self._caller.scopes:
            raise FieldForbidden(full, self._method.name, field.scope)
        if self._next() != "[":
            return name, primary(field.parts, self._caller)
        if not field.parts:
            raise FieldInvalid(full, self._method.name, f"{full} has no parts")
        self.at += 1
        parts = self.list(field.parts, path=f"{full}.")
        if self._next() != "]":
            raise FieldInvalid(self.text, self._method.name, f"] is missing at {self.at}")
        self.at += 1
        return name, parts

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]


def pick(value: Any, selection: Selection) -> Any:
    """Return the selected part of a result. A costly value is a function, called when it is selected."""
    if callable(value):
        return pick(value(), selection)
    if isinstance(value, list):
        return [pick(one, selection) for one in value]
    if isinstance(value, Mapping) and selection is not None:
        return {name: pick(value[name], parts) for name, parts in selection.items() if name in value}
    return value
