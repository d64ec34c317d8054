"""Checks of a moment of the year, and waiting for what has to come about before it is looked at."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from script.lib.year_looks import TRIES, contradictions, valid_there
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

OURS = "62"  # how album numbers of the year begin; the demo cast, whose cards nobody extends, have others
CROWDS = ("rocznik", "fala")  # how the logins of many alike begin
SECONDS = 20  # after a midnight nothing takes longer, mDokumenty being well
LIVE = frozenset({"waiting", "processing", "ready", "collected"})


def agree(
    portal: Portal, verdicts: "Verdicts", logins: Collection[str] = (), *, is_well: bool = True
) -> None:
    """Check that database, dry run, dashboard, pages and inspectors say the same at this moment.

    Read are the pages of `logins`, or of everybody of the year who is in no crowd. While mDokumenty is not well, what
    is being revoked may still be valid there.
    """
    now = portal.clock.now()
    portal.wait_for(lambda: not portal.ask("violations"), SECONDS)
    broken = portal.ask("violations")
    verdicts.check(f"{now:%d %B %Y, %H:%M:%S}: the database breaks no rule", not broken, broken)
    portal.wait_for(lambda: same_there(portal, is_well=is_well), SECONDS)
    seen = portal.ask("valid_documents")["valid"], sorted(valid_there(portal))
    same = same_there(portal, is_well=is_well)
    verdicts.check("... what is valid here is valid for an inspector", same, seen)
    everybody = portal.ask("people", OURS, *CROWDS)
    people = {login: everybody[login] for login in logins or everybody}
    for _ in range(TRIES):
        with portal.clock.stopped():
            differing = contradictions(portal, people)
        if not differing:
            break
        pause(portal, 2)
    verdicts.check("... pages, dry run, list, dashboard and database agree", not differing, differing)
    missing = portal.ask("unreplaced")
    verdicts.check("... whatever the portal promised to replace it has replaced", not missing, missing)


def same_there(portal: Portal, *, is_well: bool) -> bool:
    """Return whether what is valid here is what inspectors see to be valid."""
    here, there = set(portal.ask("valid_documents")["valid"]), valid_there(portal)
    return here == there or (not is_well and here < there <= here | set(portal.ask("being_revoked")))


def forecast(portal: Portal, day: str) -> int:
    """Return how many orders the dry run says will have ended by a day; -1 where it says nothing."""
    found = re.search(r": (\d+)\.", portal.ask("dry_run", day))
    return int(found[1]) if found else -1


def has_message(portal: Portal, login: str, kind: str) -> bool:
    """Return whether somebody has been sent a message of a kind."""
    return any(message[1] == kind for message in portal.ask("told", login))


def await_ready(portal: Portal, *logins: str) -> bool:
    """Wait until the newest orders of these students are ready; return whether they are in time."""
    return portal.wait_for(lambda: all(portal.ask("state", login)["status"] == "ready" for login in logins))


def await_calm(portal: Portal) -> None:
    """Wait until nothing is on its way any more."""
    portal.wait_for(lambda: not portal.ask("violations") and not portal.ask("unreplaced"), 60)
    pause(portal, 3)


def collect(portal: Portal, login: str) -> dict[str, Any]:
    """Bring somebody's newest document onto a phone, and return it; the portal learns of it by itself."""
    number = portal.ask("state", login)["mdokumenty_id"]
    (document,) = (it for it in portal.documents() if it["order_id"] == number)
    portal.collect(document)
    portal.wait_for(lambda: portal.ask("state", login)["status"] == "collected", 5)
    return document


def have_on_phone(portal: Portal, login: str) -> dict[str, Any]:
    """See to it that somebody has a document on a phone, ordering it where there is none; return it."""
    order = portal.ask("state", login)
    if order is None or order["status"] not in LIVE:
        portal.ask("order", login)
    if order is None or order["status"] != "collected":
        await_ready(portal, login)
        return collect(portal, login)
    number = portal.ask("state", login)["mdokumenty_id"]
    return next(it for it in portal.documents() if it["order_id"] == number)


def pause(portal: Portal, seconds: float) -> None:
    """Let so many seconds pass."""
    portal.wait_for(lambda: False, seconds)
