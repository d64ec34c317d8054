"""Languages of the pages for people: Polish, in which the texts are written, and English out of the portal's catalogue.

Only its file is read, and where it is missing the page is Polish. The contract's answers (`/v1/…`) stay Polish in any
language of their reader, as a server of the government's would.
"""

from __future__ import annotations

import gettext as catalogues
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

LANGUAGES: Final = {"pl": "polski", "en": "English"}
WRITTEN_IN: Final = "pl"
COOKIE: Final = "sandbox_language"
_A_YEAR = 365 * 24 * 60 * 60
_CATALOGUES = Path(__file__).parents[2] / "locale"
_IN_POLISH_ONLY = "/v1/"

_active: ContextVar[str] = ContextVar("language", default=WRITTEN_IN)


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("django", _CATALOGUES, [language], fallback=True)


def gettext(text: str) -> str:
    """Return a text in the active language."""
    return text if active() == WRITTEN_IN else _catalogue(active()).gettext(text)


class Text:
    """Text that is put into words when it is shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return gettext(self._text)


def gettext_lazy(text: str) -> Text:
    """Return a text that is in the active language whenever it is shown."""
    return Text(text)


def active() -> str:
    """Return the language of the request that is answered."""
    return _active.get()


def use(request: web.Request) -> None:
    """Answer this request in the language that was chosen, else in the one its browser prefers."""
    _active.set(WRITTEN_IN if request.path.startswith(_IN_POLISH_ONLY) else _language_of(request))


def remember(response: web.Response, language: str) -> None:
    """Have the browser name this language from now on."""
    response.set_cookie(COOKIE, language, max_age=_A_YEAR, httponly=True, samesite="Lax")


def _language_of(request: web.Request) -> str:
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    preferred = request.headers.get("Accept-Language", "").split(",")
    codes = (each.strip().partition(";")[0].partition("-")[0].lower() for each in preferred)
    return next((code for code in codes if code in LANGUAGES), WRITTEN_IN)
