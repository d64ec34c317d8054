"""Checks of a moment of the year, and waiting for what has to come about before it is looked at."""

import re
from typing import TYPE_CHECKING, Any

from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

OURS = "62"  # how album numbers of the year begin; the demo cast, whose cards nobody extends, have others
SECONDS = 20  # after a midnight nothing takes longer, mDokumenty being well
LIVE = frozenset({"waiting", "processing", "ready", "collected"})


def agree(portal: Portal, verdicts: "Verdicts") -> None:
    """Check that database, dry run and mDokumenty say the same at this moment."""
    now = portal.clock.now()
    portal.wait_for(lambda: not portal.ask("violations"), SECONDS)
    broken = portal.ask("violations")
    verdicts.check(f"{now:%d %B %Y, %H:%M}: the database breaks no rule", not broken, broken)
    today = now.date().isoformat()
    listed, counted = portal.ask("losing", today), forecast(portal, today)
    verdicts.check("... the dry run counts what the list has", listed == counted, (listed, counted))
    portal.wait_for(lambda: same_there(portal), SECONDS)
    verdicts.check("... what is valid here is valid for an inspector", same_there(portal), today)
    missing = portal.ask("unreplaced")
    verdicts.check("... whatever the portal promised to replace it has replaced", not missing, missing)


def same_there(portal: Portal) -> bool:
    """Return whether what is valid here is what inspectors see to be valid."""
    here = set(portal.ask("valid_documents")["valid"])
    there = {
        it["order_id"] for it in portal.documents() if it["status"] == "collected" and portal.is_valid(it)
    }
    return here == there


def forecast(portal: Portal, day: str) -> int:
    """Return how many orders the dry run says will have ended by a day; -1 where it says nothing."""
    said = portal.manage("sweep_entitlement", "--dry-run", "--date", day).stdout
    found = re.search(r": (\d+)\.", said)
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
    if portal.ask("state", login)["status"] not in LIVE:
        portal.ask("order", login)
    if portal.ask("state", login)["status"] != "collected":
        await_ready(portal, login)
        return collect(portal, login)
    number = portal.ask("state", login)["mdokumenty_id"]
    return next(it for it in portal.documents() if it["order_id"] == number)


def pause(portal: Portal, seconds: float) -> None:
    """Let so many seconds pass."""
    portal.wait_for(lambda: False, seconds)
