"""Scenes of the academic year: what happens, and what must hold at each moment looked at.

The rules: docs/reference/domain.md, Two sets of rules; docs/lifecycle.md, When the right is lost.
"""

import re
from typing import TYPE_CHECKING

from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

STUDENTS = [f"rok{number}" for number in range(1, 13)]
OURS = "62"  # how their album numbers begin; the demo cast, whose cards nobody extends, have others
SHORT_CARD, ON_PHONES = "rok5", ("rok1", "rok2", "rok5")
SECONDS = 20  # after a midnight nothing takes longer, mDokumenty being well


def october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order, collect, and order in the hour that comes twice."""
    portal.outage(False)
    portal.ask("make", STUDENTS, {"*": "2026-10-31", SHORT_CARD: "2026-11-10"}, "first_cycle")
    portal.clock.move_to("2026-10-05 09:00:00")
    refused = portal.ask("order", *STUDENTS[:5])
    verdicts.check("who meets the conditions can order on 5 October", not refused, refused)
    _await_ready(portal, *STUDENTS[:5])
    for login in ON_PHONES:
        _collect(portal, login)
    expected = "2027-03-31" if rules == "pesel" else "2026-10-31"
    seen = portal.ask("state", "rok1")
    verdicts.check(f"an order of 5 October is valid until {expected}", seen["valid_until"] == expected, seen)
    portal.clock.move_to("2026-10-25 02:59:57")
    portal.clock.wait_until("2026-10-25 03:00:00") if portal.clock.now().fold else _pause(portal, 4)
    portal.ask("order", "rok7")
    verdicts.check("an order in the hour that comes twice is ready soon", _await_ready(portal, "rok7"))
    swept = portal.manage("sweep_entitlement")
    verdicts.check("the sweep ends without an error", swept.returncode == 0, swept.stderr[-200:])
    portal.clock.move_to("2026-10-27 10:00:00")
    portal.ask("extend", "2027-03-31", "rok3")
    _agree(portal, verdicts)
    if rules == "els":
        in_time = portal.wait_for(lambda: _has_message(portal, SHORT_CARD, "ends_in_14_days"))
        verdicts.check("a student is told two weeks before the card runs out", in_time)


def last_night_of_october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go from 31 October to 1 November, while mDokumenty is away from a minute before midnight."""
    foretold = _forecast(portal, "2026-11-01")
    portal.clock.move_to("2026-10-31 23:58:50")
    _pause(portal, 3)
    portal.outage(True)
    portal.ask("extend", "2027-03-31", "rok2")
    portal.clock.move_to("2026-10-31 23:59:45")
    portal.ask("order", "rok8")
    portal.clock.wait_until("2026-11-01 00:00:25")
    portal.outage(False)
    portal.clock.move_to("2026-11-01 00:04:58")
    _await_calm(portal)
    gone = portal.ask("ended_since", "2026-10-31T23:00Z", "2026-10-27T12:00Z")
    verdicts.check("the dry run foretold everybody who lost theirs", foretold >= gone, f"{foretold}, {gone}")
    _agree(portal, verdicts)
    late = [it for it in portal.documents() if it["valid_until"] < "2026-11-01" <= it["created_at"]]
    late += [it for it in late if it["created_at"] >= "2026-10-31T23:00"]
    verdicts.check("nothing is ordered with a last day of the past", not late, late)
    if rules == "els":
        seen = portal.ask("state", "rok2")
        is_well = seen["status"] in {"waiting", "processing", "ready", "collected"}
        verdicts.check("a card extended at 23:59 costs nobody the mLegitymacja", is_well, seen)
        words = " ".join(said[2] for said in portal.ask("told", "rok2")[-2:])
        untrue = "nie została przedłużona" in words or "was not extended" in words
        verdicts.check("and nobody is told that it was not extended", not untrue, words)
        _await_ready(portal, "rok3")
        document = _collect(portal, "rok3")
        verdicts.check("codes of an extended card lead to a valid document", portal.is_valid(document))


def ordinary_midnight(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Lose a right at a midnight on which nothing else happens."""
    if rules == "pesel":
        portal.ask("change_studies", "rok5", status="struck_off", ended_on="2026-11-11")
    portal.clock.move_to("2026-11-10 23:59:50")
    seen = portal.ask("state", "rok5")
    verdicts.check("a right lasts through its last day", seen["status"] == "collected", seen)
    portal.clock.wait_until("2026-11-11 00:00:00")
    ended = portal.wait_for(lambda: portal.ask("state", "rok5")["status"] == "revoked", SECONDS)
    verdicts.check("what is lost at midnight is revoked in seconds", ended, portal.ask("state", "rok5"))
    _agree(portal, verdicts)


def march(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Extend everybody in March, mDokumenty being well, and go into April."""
    portal.clock.move_to("2027-03-01 09:00:00")
    portal.ask("order", "rok9", "rok10")
    if rules == "els":
        portal.ask("extend", "2027-10-31", *STUDENTS)
        portal.ask("order", "rok9", "rok10")
    else:
        portal.manage("sweep_entitlement")
    extended = portal.wait_for(
        lambda: portal.ask("state", "rok1" if rules == "pesel" else "rok2") and _all_extended(portal)
    )
    verdicts.check("in March what is on phones is extended to 31 October", extended)
    portal.clock.move_to("2027-03-31 23:59:50")
    before = portal.ask("valid_documents", OURS)["valid"]
    portal.clock.wait_until("2027-04-01 00:00:05")
    _await_calm(portal)
    after = portal.ask("valid_documents", OURS)["valid"]
    verdicts.check("nobody who goes on loses theirs on 1 April", set(before) <= set(after), (before, after))
    _agree(portal, verdicts)


def summer(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Let planned ends pass, somebody graduate, somebody be struck off from a day to come."""
    portal.ask("change_studies", "rok1", ended_on="2027-06-30")
    portal.ask("change_studies", "rok2", status="graduated", ended_on="2027-07-02")
    portal.ask("change_studies", "rok4", status="struck_off", ended_on="2027-07-15")
    for login in ("rok1", "rok2"):
        if portal.ask("state", login)["status"] not in {"waiting", "processing", "ready", "collected"}:
            portal.ask("order", login)
    portal.clock.move_to("2027-07-01 00:04:58")
    _await_calm(portal)
    seen = portal.ask("state", "rok1")
    is_live = seen["status"] in {"waiting", "processing", "ready", "collected"}
    verdicts.check("a planned end that passes ends nothing", is_live, seen)
    portal.clock.move_to("2027-09-20 08:00:00")
    _await_calm(portal)
    seen = portal.ask("state", "rok2")
    is_live = seen["status"] in {"waiting", "processing", "ready", "collected"}
    verdicts.check("a first-cycle graduate keeps theirs through the summer", is_live, seen)
    _agree(portal, verdicts)


def next_october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go into the next year: the graduate's rights end, the others go on."""
    portal.clock.move_to("2027-10-10 09:00:00")
    if rules == "els":
        goes_on = [login for login in STUDENTS if login not in {"rok2", "rok4"}]
        portal.ask("extend", "2028-03-31", *goes_on)
    else:
        portal.manage("sweep_entitlement")
    _await_calm(portal)
    portal.clock.move_to("2027-10-20 10:10:01")
    told = portal.wait_for(lambda: _has_message(portal, "rok2", "ends_in_14_days"))
    verdicts.check("a graduate is told before the rights end", told, portal.ask("told", "rok2")[-2:])
    portal.clock.move_to("2027-10-31 23:59:50")
    portal.clock.wait_until("2027-11-01 00:00:05")
    _await_calm(portal)
    seen = portal.ask("state", "rok2")
    verdicts.check("a graduate's right ends with 31 October", seen["status"] in {"revoked", "lapsed"}, seen)
    _agree(portal, verdicts)


def _agree(portal: Portal, verdicts: "Verdicts") -> None:
    """Check that database, dry run and mDokumenty say the same at this moment."""
    now = portal.clock.now()
    portal.wait_for(lambda: not portal.ask("violations"), SECONDS)
    broken = portal.ask("violations")
    verdicts.check(f"{now:%d %B %Y, %H:%M}: the database breaks no rule", not broken, broken)
    today = now.date().isoformat()
    listed, counted = portal.ask("losing", today), _forecast(portal, today)
    verdicts.check("... the dry run counts what the list has", listed == counted, (listed, counted))
    portal.wait_for(lambda: _same_there(portal), SECONDS)
    verdicts.check("... what is valid here is valid for an inspector", _same_there(portal), today)
    missing = portal.ask("unreplaced")
    verdicts.check("... whatever the portal promised to replace it has replaced", not missing, missing)


def _same_there(portal: Portal) -> bool:
    here = set(portal.ask("valid_documents")["valid"])
    there = {
        it["order_id"] for it in portal.documents() if it["status"] == "collected" and portal.is_valid(it)
    }
    return here == there


def _forecast(portal: Portal, day: str) -> int:
    said = portal.manage("sweep_entitlement", "--dry-run", "--date", day).stdout
    found = re.search(r": (\d+)\.", said)
    return int(found[1]) if found else -1


def _has_message(portal: Portal, login: str, kind: str) -> bool:
    return any(message[1] == kind for message in portal.ask("told", login))


def _all_extended(portal: Portal) -> bool:
    ours = [it for it in portal.documents() if it["student_number"].startswith(OURS)]
    phones = [it for it in ours if it["status"] == "collected" and portal.is_valid(it)]
    return bool(phones) and all(it["valid_until"] == "2027-10-31" for it in phones)


def _await_ready(portal: Portal, *logins: str) -> bool:
    return portal.wait_for(lambda: all(portal.ask("state", login)["status"] == "ready" for login in logins))


def _await_calm(portal: Portal) -> None:
    """Wait until nothing is on its way any more."""
    portal.wait_for(lambda: not portal.ask("violations") and not portal.ask("unreplaced"), 60)
    _pause(portal, 3)


def _collect(portal: Portal, login: str) -> dict[str, object]:
    """Bring somebody's newest document onto a phone, and return it; the portal learns of it by itself."""
    number = portal.ask("state", login)["mdokumenty_id"]
    (document,) = (it for it in portal.documents() if it["order_id"] == number)
    portal.collect(document)
    portal.wait_for(lambda: portal.ask("state", login)["status"] == "collected", 5)
    return document


def _pause(portal: Portal, seconds: float) -> None:
    portal.wait_for(lambda: False, seconds)
