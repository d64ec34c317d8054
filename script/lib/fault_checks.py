"""Checks of the faults: what the database, mDokumenty's ledger and the students' pages say of each other at the end.

A violation is a line that says which rule was broken (docs/reliability.md lists the rules).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from mdocs.statuses import FINAL, TRANSITIONS, Status
from script.lib.fault_backlog import Backlog
from script.lib.fault_people import CodesView, View

ALIVE = frozenset({"pending", "processing", "ready", "collected"})
DEAD_THERE = frozenset({"rejected", "expired", "cancelled", "revoked"})
# A page is read from the database, which hears of mDokumenty a moment after it happened there, never before.
SLACK = timedelta(milliseconds=50)  # of two processes' readings of one clock
_OF_MESSAGE = re.compile(r"<message\.(\d+)\.")  # a Message-ID (students/letters.py)

Row = Mapping[str, Any]


def violations(
    said: Mapping[str, Any],
    ledger: Sequence[Row],
    views: Sequence[View],
    foreign: Collection[str],
    mails: Mapping[tuple[str, str], int],
    mail_deaths: int,
    pushes: Mapping[str, int],
    backlog: Backlog | None = None,
    codes: Sequence[CodesView] = (),
) -> list[str]:
    """Return every violation of a run that has settled.

    `foreign` are references of documents that were ordered by another way; `mail_deaths` is how often a worker that
    sends e-mails was killed or stopped: each may send one twice, with its Message-ID. `pushes` are messages that
    arrived at a push service, by the path of the endpoint; `backlog` is what waited when an outage ended; `codes` is
    what students were shown to bring their documents onto their phones.
    """
    orders, events = said["orders"], said["events"]
    return [
        *_of_ends(orders),
        *_of_events(orders, events),
        *_of_documents(orders, ledger, foreign),
        *_of_messages(said["messages"], said["mailed"], mails, mail_deaths),
        *_of_phones(said["pushed"], pushes),
        *_of_views(orders, ledger, views),
        *_of_codes(ledger, codes),
        *(out_of_order(backlog, ledger, views) if backlog else ()),
    ]


def out_of_order(backlog: Backlog, ledger: Sequence[Row], views: Sequence[View]) -> Iterator[str]:
    """After an outage those who have ordered themselves or look at their page go first, others in their order.

    Orders are claimed in that order, but a batch at a time, and what a batch holds is sent side by side: when an order
    arrives, as many may still be under way before it as all workers hold. Those that were placed at one moment have no
    order among them; those that were tried during the outage wait for their next attempt.
    """
    looked = {view.login for view in views if view.placed and view.answered < backlog.ended}
    arrived = {document["client_reference"]: _history(document)[0][1] for document in ledger}
    rank = {
        it.order: (it.for_many and it.login not in looked, it.placed)
        for it in backlog.waiting
        if not it.tried
    }
    for order, place in rank.items():
        here = arrived.get(order, _NEVER)
        passed = sum(other < place and arrived.get(it, _NEVER) > here for it, other in rank.items())
        if passed >= backlog.under_way:
            yield f"order {order} was sent before {passed} that go before it"


def _of_ends(orders: Iterable[Row]) -> Iterator[str]:
    """Every accepted order ends in one document or one refusal, and each student has one at most."""
    live = Counter[str]()
    for order in orders:
        status = Status(order["status"])
        if status not in FINAL:
            live[order["student__user__username"]] += 1
        if status not in FINAL | {Status.READY, Status.COLLECTED}:
            yield f"order {order['id']} has not ended: {status} {order['attention']}"
    yield from (f"{login} has {number} live orders" for login, number in live.items() if number > 1)


def _of_events(orders: Iterable[Row], events: Iterable[Row]) -> Iterator[str]:
    """No step outside of the table, and an event for each."""
    steps: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        steps[event["order_id"]].append(event)
    for order in orders:
        here = ""
        for event in steps[order["id"]]:
            old, new = event["old"], event["new"]
            if old != here:
                yield f"order {order['id']}: an event goes on from {old}, where it was {here}"
            if old and new != old and Status(new) not in TRANSITIONS[Status(old)]:
                yield f"order {order['id']}: a step outside of the table, {old} to {new}"
            here = new
        if here != order["status"]:
            yield f"order {order['id']} is {order['status']}, its last event says {here}"
        reasons = Counter(event["reason"] for event in steps[order["id"]] if event["old"] != event["new"])
        yield from (
            f"order {order['id']}: {reason} happened {number} times"
            for reason, number in reasons.items()
            if number > 1
        )


def _of_documents(orders: Sequence[Row], ledger: Sequence[Row], foreign: Collection[str]) -> Iterator[str]:
    """No document without an order, no order without its document, what is over here is dead there; same dates."""
    ours = {order["id"]: order for order in orders}
    there = {document["client_reference"]: document for document in ledger}
    for reference, document in there.items():
        if reference in foreign:
            continue
        order = ours.get(reference)
        alive = document["status"] in ALIVE
        if order is None:
            yield f"document {document['order_id']} belongs to no order"
        elif alive and Status(order["status"]) in FINAL:
            yield f"order {reference} is {order['status']} here, and alive there: {document['status']}"
        elif alive and order["mdokumenty_id"] != document["order_id"]:
            yield f"order {reference} has the number {order['mdokumenty_id']}, there {document['order_id']}"
        elif alive and order["valid_until"] != document["valid_until"]:
            yield f"order {reference} is valid until {order['valid_until']}, there {document['valid_until']}"
    for reference, order in ours.items():
        if order["status"] in {"ready", "collected"} and (
            reference not in there or there[reference]["status"] not in ALIVE
        ):
            yield f"order {reference} is {order['status']} here, and dead there"
    of_person: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for document in ledger:
        of_person[document["holder"]["pesel"]].append(_life(document))
    for lives in of_person.values():
        for (_, end), (begin, _end) in pairwise(sorted(lives)):
            if begin < end:
                yield f"somebody had two documents at once, from {begin:%H:%M:%S.%f}"


def _life(document: Row) -> tuple[datetime, datetime]:
    history = _history(document)
    ends = [at for status, at in history if status in DEAD_THERE]
    return history[0][1], min(ends, default=datetime.max.replace(tzinfo=UTC))


def _history(document: Row) -> list[tuple[str, datetime]]:
    return [(status, datetime.fromisoformat(at)) for status, at in document["history"]]


def _of_messages(
    messages: Iterable[Sequence[str]],
    mailed: Iterable[str],
    mails: Mapping[tuple[str, str], int],
    deaths: int,
) -> Iterator[str]:
    """No message twice; of e-mails only what a worker was sending when it died. What counts as sent has arrived."""
    twice = [key for key, number in Counter(map(tuple, messages)).items() if number > 1]
    yield from (f"event {event}: {kind} was told twice" for event, kind, _student in twice)
    arrived = {found[1] for number, _recipient in mails if (found := _OF_MESSAGE.search(number))}
    yield from (f"the e-mail of message {key} never arrived" for key in mailed if key not in arrived)
    again = sum(number - 1 for number in mails.values())
    if again > deaths:
        yield f"{again} e-mails were sent twice, with {deaths} deaths of their worker"


def _of_phones(pushed: Mapping[str, int], pushes: Mapping[str, int]) -> Iterator[str]:
    """What counts as sent to a phone has arrived; more is no harm, as the later one takes the place of the earlier."""
    for login, number in pushed.items():
        if pushes.get(f"/{login}", 0) < number:
            yield f"of {number} messages to the phone of {login} {pushes.get(f'/{login}', 0)} arrived"


def _of_views(orders: Sequence[Row], ledger: Sequence[Row], views: Sequence[View]) -> Iterator[str]:
    """What a student was shown was true: no page told of what had not happened yet, and none went back."""
    by_moment = {
        (order["student__user__username"], datetime.fromisoformat(order["created_at"])): order
        for order in orders
    }
    there = {document["client_reference"]: document for document in ledger}
    last: dict[str, tuple[View, datetime]] = {}
    for view in sorted(views, key=lambda each: each.answered):
        if view.placed is None:
            continue
        order = by_moment.get((view.login, view.placed))
        if order is None:
            yield f"{view.login} was shown an order of {view.placed:%H:%M:%S.%f} that is nowhere"
            continue
        document = there.get(order["id"])
        if why := _untrue(view, document):
            yield f"{view.login} was shown {view.status} of {order['id']}, {why}"
        before = last.get(view.login)
        if before is not None and before[0].answered < view.asked:
            yield from _of_going_back(before[0], view, order["id"])
        last[view.login] = (view, view.answered)


def _of_codes(ledger: Iterable[Row], codes: Iterable[CodesView]) -> Iterator[str]:
    """The codes that a student was shown are those of the document, and were so when they were shown."""
    there = {document["client_reference"]: document for document in ledger}
    for view in codes:
        document = there.get(view.order, {})
        shown, issued = (view.qr_token, view.activation_code), ("", "")
        if document:
            issued = document.get("qr_token", ""), document.get("activation_code", "")
        if shown != issued:
            yield f"the codes that were shown of {view.order} are not its own"
        elif dict(_history(document)).get("ready", _NEVER) > view.answered + SLACK:
            yield f"the codes of {view.order} were shown before mDokumenty had them"


def _untrue(view: View, document: Row | None) -> str:
    """Say why what a page showed was not true when it was answered; nothing where it was."""
    seen = dict(_history(document)) if document else {}
    until = view.answered + SLACK
    if view.status in {"ready", "collected"} and seen.get(view.status, _NEVER) > until:
        return "before mDokumenty was so far"
    if view.status in {"ready", "collected"} and document:
        held = {day for day, at in document["dates"] if datetime.fromisoformat(at) <= until}
        if view.valid_until not in held:
            return f"valid until {view.valid_until}, which it was not there"
    if view.status == "processing" and (not seen or min(seen.values()) > until):
        return "before mDokumenty had it"
    is_over = Status(view.status) in FINAL if view.status else False
    if (
        is_over
        and document
        and min((at for it, at in seen.items() if it in DEAD_THERE), default=_NEVER) > until
    ):
        return f"while it lived there ({document['status']})"
    return ""


def _of_going_back(earlier: View, later: View, order: str) -> Iterator[str]:
    if earlier.placed is None or later.placed is None:
        return
    if later.placed < earlier.placed:
        yield f"{later.login} was shown an earlier order after a later one ({order})"
    elif later.placed == earlier.placed and not _leads(earlier.status, later.status):
        yield f"{later.login} was shown {later.status} after {earlier.status} ({order})"
    elif later.placed == earlier.placed and later.valid_until < earlier.valid_until:
        yield f"{later.login} was shown {later.valid_until} after {earlier.valid_until} ({order})"


def _leads(old: str, new: str) -> bool:
    """Say whether steps of the table lead from a state to another."""
    if not old or not new:
        return True
    reached, seen = {Status(old)}, set[Status]()
    while reached - seen:
        here = (reached - seen).pop()
        seen.add(here)
        reached |= TRANSITIONS[here]
    return Status(new) in seen


_NEVER = datetime.max.replace(tzinfo=UTC)
