"""Markup of the pages of one call and of one order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mdocs.sandbox.calls import Call
from mdocs.sandbox.errors import message
from mdocs.sandbox.exchanges import EXCHANGES_KEPT, Exchange
from mdocs.sandbox.html import NOTHING, Html, fill, join
from mdocs.sandbox.languages import Text, gettext_lazy
from mdocs.sandbox.languages import gettext as _
from mdocs.sandbox.markup import answered, badge, fault_words, moment, status_badge
from mdocs.sandbox.orders import Deed, DeedKind, Order
from mdocs.sandbox.story import Event

EVENTS_SHOWN = 200

SOURCE_WORDS = {
    "call": gettext_lazy("Wywołanie"),
    "state": gettext_lazy("Stan"),
    "validity": gettext_lazy("Ważność"),
    "phone": gettext_lazy("Telefon"),
}
DEED_WORDS: Mapping[DeedKind, tuple[Text, Text]] = {
    "activation": (gettext_lazy("mObywatel dodał dokument."), gettext_lazy("mObywatel nie dodał dokumentu.")),
    "look": (
        gettext_lazy("mObywatel pokazuje ważny dokument."),
        gettext_lazy("mObywatel nie pokazuje ważnego dokumentu."),
    ),
    "inspection": (
        gettext_lazy("mWeryfikator: dokument jest ważny."),
        gettext_lazy("mWeryfikator: dokument nie jest ważny."),
    ),
}


def not_there(title: str) -> Html:
    """Return what stands at the address of something that the ledger does not know."""
    words = _("Dziennik wyczyszczono, wpis był za stary albo nigdy go nie było.")
    return fill("not_there", title=title, words=words)


def call_page(call: Call, exchange: Exchange | None, neighbours: Mapping[str, int]) -> Html:
    """Return a call with its request and its answer; `neighbours` are numbers of other calls, by their words."""
    order_ids = exchange["order_ids"] if exchange else []
    links = join(fill("order_link", order_id=order_id) for order_id in order_ids)
    return fill(
        "call",
        number=call["number"],
        method=call["method"],
        path=call["path"] + (f"?{exchange['query']}" if exchange and exchange["query"] else ""),
        at=moment(datetime.fromisoformat(call["at"])),
        status=answered(call),
        fault=fault_words(call["fault"]),
        orders=fill("call_orders", orders=links) if order_ids else NOTHING,
        neighbours=join(
            fill("neighbour", number=number, words=words) for words, number in neighbours.items()
        ),
        bodies=_bodies(call, exchange),
    )


def _bodies(call: Call, exchange: Exchange | None) -> Html:
    if exchange is None:
        words = _("Treść żądania i odpowiedzi jest przechowywana dla %(kept)d ostatnich wywołań.")
        return fill("paragraph", words=words % {"kept": EXCHANGES_KEPT})
    silent = _("Serwer nie odpowiedział.") if call["status"] is None else _("Odpowiedź nie ma treści.")
    return join(
        [
            _part(
                "zadanie", _("Żądanie"), exchange["request_headers"], exchange["request"], _("Bez treści.")
            ),
            _part("odpowiedz", _("Odpowiedź"), exchange["answer_headers"], exchange["answer"], silent),
        ]
    )


def _part(part: str, title: str, headers: Mapping[str, str], body: str | None, without: str) -> Html:
    facts = join(fill("fact", name=name, value=value) for name, value in headers.items())
    return fill(
        "call_part",
        part=part,
        title=title,
        headers=fill("headers", headers=facts) if headers else NOTHING,
        body=fill("paragraph", words=without) if body is None else fill("body", text=body),
    )


def order_page(order: Order, events: list[Event]) -> Html:
    """Return an order with its story."""
    is_cut = len(events) > EVENTS_SHOWN
    return fill(
        "order",
        order_id=order.order_id,
        name=f"{order.holder.first_names} {order.holder.last_name}",
        album_number=order.student_number,
        institution=order.institution.name,
        status=status_badge(order.status),
        valid_until=order.valid_until.isoformat(),
        more=fill("paragraph", words=_("Pokazano %(most)d ostatnich zdarzeń.") % {"most": EVENTS_SHOWN})
        if is_cut
        else NOTHING,
        events=join(_event(event) for event in events[-EVENTS_SHOWN:]),
    )


def _event(event: Event) -> Html:
    return fill(
        "event",
        kind=event.source,
        kind_words=SOURCE_WORDS[event.source],
        at=moment(event.at),
        what=_what(event),
    )


def _what(event: Event) -> Html:
    what = event.what
    if isinstance(what, Deed):
        well, badly = DEED_WORDS[what.kind]
        return fill("words", words=f"{badly} {message(what.refusal)}" if what.refusal else well)
    if isinstance(what, dict):
        return fill(
            "call_event",
            number=what["number"],
            method=what["method"],
            path=what["path"],
            status=answered(what),
            times=fill("times", times=event.times) if event.times > 1 else NOTHING,
            fault=badge(fault_words(what["fault"]), "bad") if what["fault"] else NOTHING,
        )
    if event.source == "state":
        return status_badge(what.status)
    return fill("words", words=_("przedłużono do %(day)s") % {"day": what.valid_until.isoformat()})
