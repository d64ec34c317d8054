"""The checks of script/faults see each kind of violation, and none where all is well; its plans can be repeated."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from script.lib.fault_backlog import Backlog, Waiting
from script.lib.fault_checks import out_of_order, violations
from script.lib.fault_people import CodesView, View, forms_of
from script.lib.fault_plan import CALM_AT_END, WEIGHTS, Fault, plan
from script.lib.fault_report import COLOURS, Outcome, Reading, summary, timeline

BEGIN = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ORDER, LOGIN = "0f7f2f04-0000-4000-8000-000000000000", "usterka1"


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def event(old: str, new: str, reason: str) -> dict[str, str]:
    return {"order_id": ORDER, "old": old, "new": new, "reason": reason, "detail": "", "at": str(at(0))}


class Run:
    """A run in which one student orders, collects and revokes: nothing is wrong in it."""

    def __init__(self) -> None:
        self.order = {
            "id": ORDER, "status": "revoked", "mdokumenty_id": "mD-1", "created_at": str(at(0)), "ready_at": "",
            "attention": "", "valid_until": "2027-03-31", "student__user__username": LOGIN,
        }  # fmt: skip
        self.events = [
            event("", "waiting", "ordered"),
            event("waiting", "processing", "accepted"),
            event("processing", "ready", "codes_ready"),
            event("ready", "collected", "collected"),
            event("collected", "revoking", "revoke_asked"),
            event("revoking", "revoked", "confirmed"),
        ]
        there = (("pending", 1), ("ready", 2), ("collected", 4), ("revoked", 8))
        self.document: dict[str, Any] = {
            "order_id": "mD-1", "client_reference": ORDER, "status": "revoked", "holder": {"pesel": "1"},
            "valid_until": "2027-03-31", "dates": [["2027-03-31", at(1).isoformat()]],
            "qr_token": "a-token", "activation_code": "BCDF2345",
            "history": [[status, at(seconds).isoformat()] for status, seconds in there],
        }  # fmt: skip
        self.ledger = [self.document]
        self.views = [
            self.view("waiting", 0),
            self.view("ready", 3),
            self.view("collected", 5),
            self.view("revoked", 9),
        ]
        self.codes = [CodesView(ORDER, at(3), "a-token", "BCDF2345")]
        self.messages = [["1", "ready", "1"], ["2", "ended", "1"]]
        self.mailed, self.pushed = ["17"], {LOGIN: 2}
        self.mails = {("Message-ID: <message.17.1764500000@example.edu>", "a"): 1}

    def view(self, status: str, seconds: float) -> View:
        return View(LOGIN, at(seconds), at(seconds + 0.2), status, at(0), "2027-03-31")

    def is_extended(self, seconds: float) -> None:
        """Have the document be extended there."""
        self.document["dates"].append(["2027-10-31", at(seconds).isoformat()])

    def shows(self, place: int, day: str) -> None:
        """Have one of the pages show another date."""
        self.views[place] = replace(self.views[place], valid_until=day)

    def found(self) -> list[str]:
        said = {
            "orders": [self.order], "events": self.events, "messages": self.messages, "mailed": self.mailed,
            "pushed": self.pushed,
        }  # fmt: skip
        return violations(
            said, self.ledger, self.views, [], self.mails, 0, {f"/{LOGIN}": 2}, codes=self.codes
        )


def second_document(run: Run) -> None:
    other = deepcopy(run.document) | {"client_reference": "other", "order_id": "mD-2"}
    run.ledger.append(other)


def lives_on(run: Run) -> None:
    run.document["history"].pop()
    run.document["status"] = "collected"
    run.views.pop()


def not_extended_there(run: Run) -> None:
    lives_on(run)
    run.order.update(status="collected", valid_until="2027-10-31")
    del run.events[-2:]


def codes_before_they_were_there(run: Run) -> None:
    run.codes[0] = replace(run.codes[0], answered=at(1.5))


def date_goes_back(run: Run) -> None:
    run.is_extended(4.5)
    run.shows(2, "2027-10-31")


WRONG: dict[str, Callable[[Run], object]] = {
    "has not ended": lambda run: run.order.update(status="processing"),
    "goes on from": lambda run: run.events.pop(2),
    "a step outside of the table": lambda run: run.events.insert(1, event("waiting", "lapsed", "x")),
    "its last event says": lambda run: run.events.pop(),
    "happened 2 times": lambda run: run.events.insert(2, run.events[1]),
    "belongs to no order": second_document,
    "two documents at once": second_document,
    "and alive there": lives_on,
    "is valid until 2027-10-31, there 2027-03-31": not_extended_there,
    "dead there": lambda run: run.order.update(status="collected"),
    "was told twice": lambda run: run.messages.append(run.messages[0]),
    "e-mails were sent twice": lambda run: run.mails.update(dict.fromkeys(run.mails, 2)),
    "of 3 messages to the phone of usterka1 2 arrived": lambda run: run.pushed.update({LOGIN: 3}),
    "the e-mail of message 18 never arrived": lambda run: run.mailed.append("18"),
    "before mDokumenty was so far": lambda run: run.views.insert(0, run.view("ready", 1)),
    "while it lived there": lambda run: run.views.insert(3, run.view("revoked", 6)),
    "was shown ready after collected": lambda run: run.views.append(run.view("ready", 7)),
    "are not its own": lambda run: run.document.update(activation_code="BCDF2346"),
    "were shown before mDokumenty had them": codes_before_they_were_there,
    "valid until 2027-10-31, which it was not there": lambda run: run.shows(2, "2027-10-31"),
    "was shown 2027-03-31 after 2027-10-31": date_goes_back,
    "that is nowhere": lambda run: run.views.append(View(LOGIN, at(9), at(9), "waiting", at(7))),
}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert Run().found() == []


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_found(words: str) -> None:
    run = Run()
    WRONG[words](run)
    assert [line for line in run.found() if words in line]


# What waited while mDokumenty was away: c1 to c6 were ordered at once for a cohort, s1 to s4 after them one by one. Two
# are under way at once; c5 and c6 look at their page, and s1 was what found out that mDokumenty is away.
COHORT, BY_THEMSELVES = ("c1", "c2", "c3", "c4", "c5", "c6"), ("s1", "s2", "s3", "s4")
IN_ORDER = ("c5", "s2", "c6", "s3", "c1", "s4", "c2", "s1", "c4", "c3")


def sent(order: tuple[str, ...], lookers: tuple[str, ...] = ("c5", "c6")) -> list[str]:
    """Return what is found where they are sent in this order, and these have looked."""
    waiting = [Waiting(who, who, at(0), for_many=True, tried=False) for who in COHORT]
    waiting += [
        Waiting(who, who, at(number), for_many=False, tried=who == "s1")
        for number, who in enumerate(BY_THEMSELVES, 1)
    ]
    ledger = [
        {"client_reference": who, "history": [["pending", at(30 + number).isoformat()]]}
        for number, who in enumerate(order)
    ]
    views = [View(who, at(10), at(11), "waiting", at(0)) for who in lookers]
    return list(out_of_order(Backlog(waiting, at(20), under_way=2), ledger, views))


def test_a_backlog_in_its_order_is_well() -> None:
    assert sent(IN_ORDER) == []


@pytest.mark.parametrize(
    ("order", "passed"),
    [
        (("s4", "c5", "s2", "c6", "s3", "c1", "c2", "s1", "c4", "c3"), "order s4 was sent before 4"),
        (("c5", "c1", "c6", "s2", "s3", "s4", "c2", "s1", "c4", "c3"), "order c1 was sent before 4"),
        (("c1", "c2", "s2", "s3", "s4", "c5", "c6", "s1", "c4", "c3"), "order c2 was sent before 5"),
        (tuple(who for who in IN_ORDER if who not in {"s3", "s4"}), "order c2 was sent before 2"),
    ],
)
def test_a_backlog_out_of_its_order_is_found(order: tuple[str, ...], passed: str) -> None:
    assert any(line.startswith(passed) for line in sent(order))


def test_who_has_not_looked_has_no_claim_to_go_first() -> None:
    assert sent(("s2", "s3", "s4", "c5", "c1", "c6", "c2", "s1", "c4", "c3"), lookers=()) == []
    assert sent(IN_ORDER, lookers=())


def test_a_seed_makes_the_same_plan_again_and_another_one_another() -> None:
    assert plan(3, 120) == plan(3, 120) != plan(4, 120)
    faults = plan(3, 1200)
    assert {fault.kind for fault in faults} == {
        *(
            "kill",
            "stop",
            "mood",
            "wire",
            "redis",
            "postgres",
            "beat",
            "deploy",
            "mail",
            "push",
            "clock",
            "foreign",
        )
    }
    assert all(fault.at + fault.seconds <= 1200 - CALM_AT_END + 0.1 for fault in faults)
    moods = [fault for fault in faults if fault.kind == "mood"]
    assert all(one.at + one.seconds <= two.at + 0.1 for one, two in pairwise(moods))


def test_the_report_names_what_was_violated_and_draws_it() -> None:
    faults = [Fault(1, "kill", "worker-send"), Fault(2, "mood", "all <at> once", 3)]
    readings = [Reading(0, 1, 0, 0), Reading(5, 2, 3, 4)]
    outcome = Outcome(7, 10, 3.0, faults, readings, {"orders": 9}, {"502": 1}, ["order 1 is lost"])
    words = " ".join(ElementTree.fromstring(timeline(outcome)).itertext())  # noqa: S314 -- our own
    assert "kill" in words
    assert "all <at> once" in words
    assert "- order 1 is lost" in summary(outcome, "seed-7.svg")


def test_a_form_is_read_with_its_hidden_fields_and_its_button() -> None:
    page = '<form method="post" action="/x/"><input type="hidden" name="a" value="b">'
    (form,) = forms_of(f'{page}<button id="z">Tak <i>1</i></button></form>')
    assert (form.method, form.address, form.button, form.fields) == ("post", "/x/", "Tak 1", {"a": "b"})


def test_the_report_draws_each_kind_of_fault() -> None:
    assert set(COLOURS) == set(WEIGHTS)
