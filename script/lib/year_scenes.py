"""Scenes of the academic year: what happens, and what must hold at each moment looked at.

The rules: docs/reference/domain.md, Two sets of rules; docs/lifecycle.md, When the right is lost.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from script.lib import year_checks as checks
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

Scene = Callable[[Portal, "Verdicts", str], None]
STUDENTS = [f"rok{number}" for number in range(1, 13)]
GO_ON = [login for login in STUDENTS if login not in {"rok2", "rok4"}]  # beyond the first summer
SHORT_CARD, ON_PHONES = "rok5", ("rok1", "rok2", "rok5")


def october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order, collect, and order in the hour that comes twice."""
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
    portal.ask("extend", "2027-03-31", "rok2", "rok3")
    checks.agree(portal, verdicts)
    if rules == "els":
        in_time = portal.wait_for(lambda: checks.has_message(portal, SHORT_CARD, "ends_in_14_days"))
        verdicts.check("a student is told two weeks before the card runs out", in_time)


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


def extension(moment: str, until: str, logins: list[str]) -> Scene:
    """Return the scene in which those who go on are extended ahead, mDokumenty being well."""

    def scene(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
        _extend_all(portal, verdicts, rules, moment, until, logins)

    scene.__name__ = f"extension to {until}"
    return scene


def orders_of_march(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order for two who had nothing."""
    for login in ("rok9", "rok10"):
        checks.have_on_phone(portal, login)


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
    checks.agree(portal, verdicts, logins)


def planned_ends(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
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
    checks.agree(portal, verdicts)


def summer(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Let the summer pass for a graduate of the first cycle."""
    portal.clock.move_to("2027-09-19 08:00:00")
    checks.await_calm(portal)
    seen = portal.ask("state", "rok2")
    is_live = seen["status"] in checks.LIVE
    verdicts.check("a first-cycle graduate keeps theirs through the summer", is_live, seen)
    checks.agree(portal, verdicts)


def graduate_is_told(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Tell a graduate two weeks before the rights end."""
    portal.clock.move_to("2027-10-20 10:10:01")
    told = portal.wait_for(lambda: checks.has_message(portal, "rok2", "ends_in_14_days"))
    verdicts.check("a graduate is told before the rights end", told, portal.ask("told", "rok2")[-2:])
    checks.agree(portal, verdicts)


def rights_are_over(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Look, in the November after, whether a graduate's right has ended, and that of who was struck off."""
    for login in ("rok2", "rok4"):
        seen = portal.ask("state", login)
        verdicts.check(f"{login}, whose right is over, has none", seen["status"] not in checks.LIVE, seen)
