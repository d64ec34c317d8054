"""Markup of the page for people: orders, documents and switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mdocs.sandbox.behaviour import FAULTS, Behaviour
from mdocs.sandbox.calls import Call
from mdocs.sandbox.html import NOTHING, Html, fill, join
from mdocs.sandbox.languages import gettext as _
from mdocs.sandbox.languages import gettext_lazy
from mdocs.sandbox.markup import answered, badge, fault_words, layout, moment, status_badge, status_words
from mdocs.sandbox.ministry import Ministry, clock
from mdocs.sandbox.orders import Order, Status
from mdocs.sandbox.presets import PRESETS

ORDERS_SHOWN = 20
CALLS_SHOWN = 30

TIMES = (
    ("processing_low", "processing_seconds", gettext_lazy("Przygotowanie dokumentu, od")),
    ("processing_high", "processing_seconds", gettext_lazy("Przygotowanie dokumentu, do")),
    ("latency_low", "latency_seconds", gettext_lazy("Opóźnienie odpowiedzi, od")),
    ("latency_high", "latency_seconds", gettext_lazy("Opóźnienie odpowiedzi, do")),
    ("codes_valid_seconds", "codes_valid_seconds", gettext_lazy("Ważność kodów")),
    ("hang_seconds", "hang_seconds", gettext_lazy("Bardzo późna odpowiedź po")),
)
CHECKED = Html("checked")


@dataclass
class Sections:
    """The parts of the page that an action may have changed; the rest is always as it is now."""

    phone: Html = field(default_factory=lambda: phone_form())
    inspector: Html = field(default_factory=lambda: inspector())
    behaviour: Html | None = None


def page(ministry: Ministry, sections: Sections | None = None, title: str = "", portal: str = "") -> str:
    """Return the whole page; `portal` is the address of the portal in front, if it is known."""
    sections, ledger = sections or Sections(), ministry.ledger
    content = fill(
        "page",
        phone=sections.phone,
        inspector=sections.inspector,
        ledger=_ledger(ministry),
        behaviour=sections.behaviour
        or behaviour_form(behaviour_values(ledger.behaviour, ledger.order_ids())),
    )
    return layout(content, title, portal)


def error(message: str) -> Html:
    """Return a message that something went wrong."""
    return fill("error", message=message)


def notice(message: str) -> Html:
    """Return a message that something went well."""
    return fill("notice", message=message)


# The phones


def phone_form(qr_token: str = "", message: Html = NOTHING) -> Html:
    """Return the phone before it has a document."""
    return fill("phone_form", qr_token=qr_token, error=message)


def phone_document(qr_token: str, document: Mapping[str, Any]) -> Html:
    """Return the phone with a document, be it valid or not."""
    status = badge(_("ważna"), "good") if document["valid"] else status_badge(Status(document["status"]))
    if document["reason"] == "document_lapsed":
        status = badge(_("wygasła"), "over")
    return fill("phone_document", qr_token=qr_token, document=_document(document, "dokument", status))


def inspector(qr_token: str = "", verdict: Html = NOTHING) -> Html:
    """Return the inspector's phone."""
    return fill("inspector", qr_token=qr_token, verdict=verdict)


def verdict(seen: Mapping[str, Any]) -> Html:
    """Return what the inspector is told about a document."""
    valid = bool(seen["valid"])
    status = Status(seen["status"]) if "status" in seen else None
    return fill(
        "verdict",
        kind="good" if valid else "bad",
        words=_("Dokument jest ważny") if valid else _("Dokument nie jest ważny"),
        why=NOTHING if valid else fill("paragraph", words=seen["message"]),
        document=_document(seen, "kontrola", status_badge(status)) if status else NOTHING,
    )


def _document(document: Mapping[str, Any], part: str, status: Html) -> Html:
    shown = {
        name: document[name] for name in ("photo", "first_names", "last_name", "album_number", "valid_until")
    }
    return fill("document", part=part, status=status, institution=document["institution"]["name"], **shown)


# The ledger


def _ledger(ministry: Ministry) -> Html:
    now = clock()
    refused = ministry.ledger.behaviour.reject
    newest = ministry.ledger.newest(ORDERS_SHOWN, now)
    orders = [_order_row(order, is_refused=order.holder.pesel in refused) for order in newest]
    calls = [_call_row(call, times) for call, times in ministry.calls.newest_folded(CALLS_SHOWN)]
    return fill(
        "ledger",
        summary=_("Zamówień: %(orders)d. Zapamiętanych wywołań: %(calls)d.")
        % {"orders": len(ministry.ledger), "calls": len(ministry.calls)},
        orders_caption=_("Najnowsze zamówienia, najwyżej %(most)d") % {"most": ORDERS_SHOWN},
        orders=join(orders)
        if orders
        else fill("empty_row", columns=5, words=_("Nie ma jeszcze żadnych zamówień.")),
        calls_caption=_("Najnowsze wywołania, najwyżej %(most)d") % {"most": CALLS_SHOWN},
        calls=join(calls)
        if calls
        else fill("empty_row", columns=4, words=_("Nikt jeszcze nie wywołał serwera.")),
    )


def _order_row(order: Order, *, is_refused: bool) -> Html:
    return fill(
        "order_row",
        refusal=fill("refused" if is_refused else "refuse", order_id=order.order_id),
        order_id=order.order_id,
        name=f"{order.holder.first_names} {order.holder.last_name}",
        album_number=order.student_number,
        status=status_badge(order.status),
        valid_until=order.valid_until.isoformat(),
        history=join(
            fill("history_item", status=status_words(status), at=moment(at)) for status, at in order.history()
        ),
    )


def _call_row(call: Call, times: int) -> Html:
    return fill(
        "call_row",
        number=call["number"],
        at=moment(datetime.fromisoformat(call["at"])),
        method=call["method"],
        path=call["path"],
        status=answered(call),
        fault=fault_words(call["fault"]),
        times=fill("times", times=times) if times > 1 else NOTHING,
    )


# The switches


def behaviour_values(behaviour: Behaviour, order_ids: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that stand in the form while a behaviour is set; a switch that is off is not there.

    Who is refused stands there by an order's id, if there is one, instead of the PESEL.
    """
    numbers = {
        "processing_low": behaviour.processing_seconds.low,
        "processing_high": behaviour.processing_seconds.high,
        "latency_low": behaviour.latency_seconds.low,
        "latency_high": behaviour.latency_seconds.high,
        "codes_valid_seconds": behaviour.codes_valid_seconds,
        "hang_seconds": behaviour.hang_seconds,
        **{fault: chance * 100 for fault, chance in behaviour.faults.items()},
    }
    switches = {"outage": behaviour.outage, "reissue_required": behaviour.reissue_required}
    return {
        **{name: f"{value:.10g}" for name, value in numbers.items()},
        **{name: "1" for name, is_on in switches.items() if is_on},
        "reject": _refusals(behaviour.reject, order_ids),
        "reject_later": _refusals(behaviour.reject_later, order_ids),
        "seed": str(behaviour.seed),
    }


def behaviour_form(values: Mapping[str, Any], message: Html = NOTHING) -> Html:
    """Return the switches with these values in them."""
    times = [
        fill("number_field", name=name, label=label, member=member, most="", value=values.get(name, ""))
        for name, member, label in TIMES
    ]
    faults = [
        fill("number_field", name=name, label=label, member=name, most=100, value=values.get(name, ""))
        for name, label in ((fault, fault_words(fault).capitalize()) for fault in FAULTS)
    ]
    return fill(
        "behaviour",
        notice=message,
        presets=join(
            fill("preset", name=name, words=preset.words, explained=preset.explained)
            for name, preset in PRESETS.items()
        ),
        times=join(times),
        faults=join(faults),
        **{name: CHECKED if name in values else NOTHING for name in ("outage", "reissue_required")},
        **{name: values.get(name, "") for name in ("reject", "reject_later", "seed")},
    )


def _refusals(refusals: Mapping[str, str], order_ids: Mapping[str, str]) -> str:
    return "\n".join(f"{order_ids.get(pesel, pesel)} {code}" for pesel, code in refusals.items())
