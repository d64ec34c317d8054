"""Pieces of markup that several pages use: the frame, badges, moments, and the words for states and faults."""

from __future__ import annotations

from datetime import datetime

from mdocs.sandbox.calls import Call
from mdocs.sandbox.html import NOTHING, Html, fill, join
from mdocs.sandbox.languages import LANGUAGES, active
from mdocs.sandbox.languages import gettext_lazy as _
from mdocs.sandbox.orders import POLAND, Status

STATUS_WORDS = {
    Status.PENDING: _("oczekuje"),
    Status.PROCESSING: _("w trakcie"),
    Status.READY: _("do odbioru"),
    Status.COLLECTED: _("odebrana"),
    Status.REJECTED: _("odrzucona"),
    Status.EXPIRED: _("kod wygasł"),
    Status.CANCELLED: _("anulowana"),
    Status.REVOKED: _("unieważniona"),
}
FAULT_WORDS = {
    "refuse": _("zerwanie na początku"),
    "error_500": _("błąd 500"),
    "unavailable_503": _("niedostępny, 503"),
    "throttle_429": _("za dużo żądań, 429"),
    "drop_before": _("zerwanie przed wykonaniem"),
    "drop_after": _("zerwanie po wykonaniu"),
    "hang": _("wykonanie i bardzo późna odpowiedź"),
    "garbage": _("wykonanie i nieczytelna odpowiedź"),
    "stale": _("starszy stan w odpowiedzi"),
    "outage": _("awaria"),
    "missing": _("zamówienia jakby nieznane"),
    "unnamed_409": _("wcześniejszy dokument bez numeru"),
    "packed": _("odpowiedź spakowana, z BOM"),
}

_FAULTS_WITH_STATUS = {"proxy": _("strona pośrednika, %(status)s"), "error": _("odmowa, %(status)s")}
_NO_ANSWER = _("brak odpowiedzi")


def status_words(status: Status) -> str:
    """Return a state of an order in words."""
    return str(STATUS_WORDS[status])


def answered(call: Call) -> str:
    """Return the status of a call's answer, or that there was none."""
    return str(_NO_ANSWER if call["status"] is None else call["status"])


def fault_words(fault: str | None) -> str:
    """Return a fault in words; a dash for none."""
    if not fault:
        return "–"
    if fault in FAULT_WORDS:
        return str(FAULT_WORDS[fault])
    kind, _line, status = fault.rpartition("_")
    return str(_FAULTS_WITH_STATUS[kind]) % {"status": status}


def layout(content: Html, title: str = "", portal: str = "", *, here: str = "/") -> Html:
    """Return a whole page; `here` is its address, to which the switch of the language leads back."""
    return fill(
        "layout",
        language=active(),
        here=here,
        languages=join(
            fill("language_here" if code == active() else "language", code=code, name=name)
            for code, name in LANGUAGES.items()
        ),
        title=f"{title} – " if title else "",
        home="" if here == "/" else "/",
        portal=fill("portal", address=portal) if portal else NOTHING,
        content=content,
    )


def badge(words: str, kind: str) -> Html:
    """Return a word with a colour: good, waiting, bad or over."""
    return fill("badge", words=words, kind=kind)


def status_badge(status: Status) -> Html:
    """Return a state of an order in its colour."""
    match status:
        case Status.READY | Status.COLLECTED:
            kind = "good"
        case Status.PENDING | Status.PROCESSING:
            kind = "waiting"
        case Status.REJECTED | Status.REVOKED:
            kind = "bad"
        case _:
            kind = "over"
    return badge(status_words(status), kind)


def moment(at: datetime) -> Html:
    """Return a moment as the time in Poland."""
    shown = at.astimezone(POLAND)
    return fill("moment", iso=at.isoformat(), shown=shown.strftime("%Y-%m-%d %H:%M:%S"))
