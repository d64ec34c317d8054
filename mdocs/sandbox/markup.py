"""Pieces of markup that several pages use: the frame, badges, moments, and the words for states and faults."""

from __future__ import annotations

from datetime import datetime

from mdocs.sandbox.html import NOTHING, Html, fill
from mdocs.sandbox.orders import POLAND, Status

STATUS_WORDS = {
    Status.PENDING: "oczekuje",
    Status.PROCESSING: "w trakcie",
    Status.READY: "do odbioru",
    Status.COLLECTED: "odebrana",
    Status.REJECTED: "odrzucona",
    Status.EXPIRED: "kod wygasł",
    Status.CANCELLED: "anulowana",
    Status.REVOKED: "unieważniona",
}
FAULT_WORDS = {
    "refuse": "zerwanie na początku",
    "error_500": "błąd 500",
    "unavailable_503": "niedostępny, 503",
    "throttle_429": "za dużo żądań, 429",
    "drop_before": "zerwanie przed wykonaniem",
    "drop_after": "zerwanie po wykonaniu",
    "hang": "wykonanie i bardzo późna odpowiedź",
    "garbage": "wykonanie i nieczytelna odpowiedź",
    "stale": "starszy stan w odpowiedzi",
    "outage": "awaria",
    **{f"proxy_{status}": f"strona pośrednika, {status}" for status in (400, 403, 404, 413, 502)},
    **{f"error_{status}": f"odmowa, {status}" for status in (400, 401, 403, 404)},
    "missing": "zamówienia jakby nieznane",
    "unnamed_409": "wcześniejszy dokument bez numeru",
    "packed": "odpowiedź spakowana, z BOM",
}


def layout(content: Html, title: str = "", portal: str = "", *, home: str = "") -> Html:
    """Return a whole page; `home` is the address of the first page as seen from this one, empty on itself."""
    return fill(
        "layout",
        title=f"{title} – " if title else "",
        home=home,
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
    return badge(STATUS_WORDS[status], kind)


def moment(at: datetime) -> Html:
    """Return a moment as the time in Poland."""
    shown = at.astimezone(POLAND)
    return fill("moment", iso=at.isoformat(), shown=shown.strftime("%Y-%m-%d %H:%M:%S"))
