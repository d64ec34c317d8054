"""Backlog after an outage: what was ordered while mDokumenty was away, by whom, and who has looked at it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from script.lib.fault_people import Student
from script.lib.fault_rig import CONNECTIONS, SENDERS, FaultRig
from script.lib.processes import Failed

GROUP = 10  # students of each kind: more than can be under way at once
FINDERS = 5  # orders that fail until nothing is sent any more
PATIENCE = 300.0  # seconds: a machine may have much else to do


@dataclass(frozen=True)
class Waiting:
    """Order that waited when an outage ended: whose, placed when, and whether for many at once.

    One that has been `tried` meanwhile, to see how mDokumenty is, waits for its next attempt and is in nobody's way.
    """

    order: str
    login: str
    placed: datetime
    for_many: bool
    tried: bool


@dataclass(frozen=True)
class Backlog:
    """All that waited when an outage ended, and how many calls may be under way at once."""

    waiting: Sequence[Waiting]
    ended: datetime
    under_way: int = SENDERS * CONNECTIONS + 1  # and one that is tried while this is read


def backlog_of_an_outage(rig: FaultRig, seed: int) -> Backlog:
    """Have mDokumenty be away with nothing else broken, let a backlog grow, and see it off. Raises Failed.

    The university orders for two groups at once, and a third orders by itself, after them; who is in the second group
    looks at their page.
    """
    made = rig.ask("make", 3 * GROUP + FINDERS)
    people = [Student(rig.url, rig.sandbox, who, rig.notes, f"backlog {seed}") for who in made]
    first, second = people[:GROUP], people[GROUP : 2 * GROUP]
    third, finders = people[2 * GROUP : 3 * GROUP], people[3 * GROUP :]
    logins = [student.login for student in people]
    rig.behave("outage")
    _each(finders, lambda student, http: student.act(http, may_order=True))
    _wait(lambda: rig.ask("breakers")["send"] == "open")
    for group in (first, second):
        rig.ask("order_for_many", *(student.login for student in group))
    _each(third, lambda student, http: student.act(http, may_order=True))
    _each(second, lambda student, http: student.look(http))
    waiting = [
        Waiting(order, login, datetime.fromisoformat(placed), for_many, tried)
        for order, login, placed, for_many, tried in rig.ask("waiting", *logins)
    ]
    backlog = Backlog(waiting, rig.notes.now())
    rig.behave()
    _wait(lambda: not rig.ask("waiting", *logins))
    return backlog


def _each(students: Sequence[Student], act: Callable[[Student, httpx.Client], object]) -> None:
    with httpx.Client(timeout=60, trust_env=False) as http:
        for student in students:
            act(student, http)
            http.cookies.clear()


def _wait(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise Failed("The backlog of an outage neither came about nor went")
        time.sleep(0.2)
