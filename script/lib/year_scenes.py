"""Scenes of the academic year: what happens, and what must hold at each moment looked at.

The rules: docs/reference/domain.md, Two sets of rules; docs/lifecycle.md, When the right is lost.
"""

from typing import TYPE_CHECKING

from script.lib import year_checks as checks
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

STUDENTS = [f"rok{number}" for number in range(1, 13)]
GO_ON = [login for login in STUDENTS if login not in {"rok2", "rok4"}]  # beyond the first summer
SHORT_CARD, ON_PHONES = "rok5", ("rok1", "rok2", "rok5")


def october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order, collect, and order in the hour that comes twice."""
    portal.outage(False)
    portal.ask("make", STUDENTS, {"*": "2026-10-31", SHORT_CARD: "2026-11-10"}, "first_cycle")
    portal.clock.move_to("2026-10-05 09:00:00")
    refused = portal.ask("order", *STUDENTS[:5])
    verdicts.check("who meets the conditions can order on 5 October", not refused, refused)
    checks.await_ready(portal, *STUDENTS[:5])
    for login in ON_PHONES:
        checks.collect(portal, login)
    expected = "2027-03-31" if rules == "pesel" else "2026-10-31"
    seen = portal.ask("state", "rok1")
    verdicts.check(f"an order of 5 October is valid until {expected}", seen["valid_until"] == expected, seen)
    portal.clock.move_to("2026-10-25 02:59:57")
    portal.clock.wait_until("2026-10-25 03:00:00") if portal.clock.now().fold else checks.pause(portal, 4)
    portal.ask("order", "rok7")
    verdicts.check("an order in the hour that comes twice is ready soon", checks.await_ready(portal, "rok7"))
    swept = portal.manage("sweep_entitlement")
    verdicts.check("the sweep ends without an error", swept.returncode == 0, swept.stderr[-200:])
    portal.clock.move_to("2026-10-27 10:00:00")
    portal.ask("extend", "2027-03-31", "rok3")
    checks.agree(portal, verdicts)
    if rules == "els":
        in_time = portal.wait_for(lambda: checks.has_message(portal, SHORT_CARD, "ends_in_14_days"))
        verdicts.check("a student is told two weeks before the card runs out", in_time)


def last_night_of_october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go from 31 October to 1 November, while mDokumenty is away from a minute before midnight."""
    foretold = checks.forecast(portal, "2026-11-01")
    portal.clock.move_to("2026-10-31 23:58:50")
    checks.pause(portal, 3)
    portal.outage(True)
    portal.ask("extend", "2027-03-31", "rok2")
    portal.clock.move_to("2026-10-31 23:59:45")
    portal.ask("order", "rok8")
    portal.clock.wait_until("2026-11-01 00:00:25")
    portal.outage(False)
    portal.clock.move_to("2026-11-01 00:04:58")
    checks.await_calm(portal)
    gone = portal.ask("ended_since", "2026-10-31T23:00Z", "2026-10-27T12:00Z")
    verdicts.check("the dry run foretold everybody who lost theirs", foretold >= gone, f"{foretold}, {gone}")
    checks.agree(portal, verdicts)
    late = [it for it in portal.documents() if it["valid_until"] < "2026-11-01" <= it["created_at"]]
    late += [it for it in late if it["created_at"] >= "2026-10-31T23:00"]
    verdicts.check("nothing is ordered with a last day of the past", not late, late)
    if rules == "els":
        seen = portal.ask("state", "rok2")
        is_well = seen["status"] in checks.LIVE
        verdicts.check("a card extended at 23:59 costs nobody the mLegitymacja", is_well, seen)
        words = " ".join(said[2] for said in portal.ask("told", "rok2")[-2:])
        untrue = "nie została przedłużona" in words or "was not extended" in words
        verdicts.check("and nobody is told that it was not extended", not untrue, words)
        checks.await_ready(portal, "rok3")
        document = checks.collect(portal, "rok3")
        verdicts.check("codes of an extended card lead to a valid document", portal.is_valid(document))


def ordinary_midnight(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Lose a right at a midnight on which nothing else happens."""
    if rules == "pesel":
        portal.ask("change_studies", "rok5", status="struck_off", ended_on="2026-11-11")
    portal.clock.move_to("2026-11-10 23:59:50")
    seen = portal.ask("state", "rok5")
    verdicts.check("a right lasts through its last day", seen["status"] == "collected", seen)
    portal.clock.wait_until("2026-11-11 00:00:00")
    ended = portal.wait_for(lambda: portal.ask("state", "rok5")["status"] == "revoked", checks.SECONDS)
    verdicts.check("what is lost at midnight is revoked in seconds", ended, portal.ask("state", "rok5"))
    checks.agree(portal, verdicts)


def spring_night(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order in the last second before the hour that does not come."""
    portal.clock.move_to("2027-03-28 01:59:58")
    portal.ask("order", "rok11")
    portal.clock.wait_until("2027-03-28 03:00:02")
    ready = checks.await_ready(portal, "rok11")
    verdicts.check("an order beside the hour that is left out is ready soon", ready)
    swept = portal.manage("sweep_entitlement")
    verdicts.check(
        "the sweep ends without an error on that night", swept.returncode == 0, swept.stderr[-200:]
    )
    checks.collect(portal, "rok11")
    portal.clock.move_to("2027-03-28 12:00:00")  # by then the portal has asked what is on phones
    checks.agree(portal, verdicts)


def march(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Extend everybody in March, mDokumenty being well, and order for two who had nothing."""
    _extend_all(portal, verdicts, rules, "2027-03-01 09:00:00", "2027-10-31", STUDENTS)
    portal.ask("order", "rok9", "rok10")
    checks.await_ready(portal, "rok9", "rok10")
    for login in ("rok9", "rok10"):
        checks.collect(portal, login)


def last_night_of_march(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go into April: nobody who has been extended notices."""
    _go_over(portal, verdicts, "2027-03-31", "2027-04-01")


def _extend_all(
    portal: Portal, verdicts: "Verdicts", rules: str, moment: str, until: str, logins: list[str]
) -> None:
    """Have those who go on extended: their cards, or by the portal's own confirmation."""
    portal.clock.move_to(moment)
    if rules == "els":
        portal.ask("extend", until, *logins)
    else:
        portal.manage("sweep_entitlement")
    extended = portal.wait_for(lambda: portal.ask("extended", logins, until))
    seen = [portal.ask("state", login) for login in logins]
    verdicts.check(f"what goes on is extended to {until} ahead", extended, seen)


def _go_over(portal: Portal, verdicts: "Verdicts", last_day: str, next_day: str) -> None:
    """Go over a midnight on which nobody who goes on loses theirs."""
    portal.clock.move_to(f"{last_day} 23:59:50")
    before = portal.ask("valid_documents", checks.OURS, next_day)["valid"]
    portal.clock.wait_until(f"{next_day} 00:00:05")
    checks.await_calm(portal)
    after = portal.ask("valid_documents", checks.OURS)["valid"]
    verdicts.check(
        f"nobody who goes on loses theirs on {next_day}",
        before and set(before) <= set(after),
        (before, after),
    )
    checks.agree(portal, verdicts)


def summer(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Let planned ends pass, somebody graduate, somebody be struck off from a day to come."""
    portal.ask("change_studies", "rok1", ended_on="2027-06-30")
    portal.ask("change_studies", "rok2", status="graduated", ended_on="2027-07-02")
    portal.ask("change_studies", "rok4", status="struck_off", ended_on="2027-07-15")
    for login in ("rok1", "rok2"):
        checks.have_on_phone(portal, login)
    portal.clock.move_to("2027-07-01 00:04:58")
    checks.await_calm(portal)
    seen = portal.ask("state", "rok1")
    is_live = seen["status"] in checks.LIVE
    verdicts.check("a planned end that passes ends nothing", is_live, seen)
    portal.clock.move_to("2027-09-20 08:00:00")
    checks.await_calm(portal)
    seen = portal.ask("state", "rok2")
    is_live = seen["status"] in checks.LIVE
    verdicts.check("a first-cycle graduate keeps theirs through the summer", is_live, seen)
    checks.agree(portal, verdicts)


def next_october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go into the next year: the graduate's rights end, the others go on."""
    _extend_all(portal, verdicts, rules, "2027-10-10 09:00:00", "2028-03-31", GO_ON)
    portal.clock.move_to("2027-10-20 10:10:01")
    told = portal.wait_for(lambda: checks.has_message(portal, "rok2", "ends_in_14_days"))
    verdicts.check("a graduate is told before the rights end", told, portal.ask("told", "rok2")[-2:])
    _go_over(portal, verdicts, "2027-10-31", "2027-11-01")
    seen = portal.ask("state", "rok2")
    verdicts.check("a graduate's right ends with 31 October", seen["status"] in {"revoked", "lapsed"}, seen)


def second_year(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Live through both ends of the second year's half-years."""
    for month, until, last_day, next_day in (
        ("2028-03-02 09:00:00", "2028-10-31", "2028-03-31", "2028-04-01"),
        ("2028-10-03 09:00:00", "2029-03-31", "2028-10-31", "2028-11-01"),
    ):
        _extend_all(portal, verdicts, rules, month, until, GO_ON)
        _go_over(portal, verdicts, last_day, next_day)
    seen = portal.ask("state", "rok4")
    verdicts.check("who was struck off has had nothing since", seen["status"] not in checks.LIVE, seen)
