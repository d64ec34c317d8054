"""Scenes of studies with a gap between them: a summer, a year, and somebody who comes back."""

from typing import TYPE_CHECKING

from script.lib import year_checks as checks
from script.lib.year_looks import page_of
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

# Their first cycle ends in July, and a second cycle begins in October of the same year (SUMMER) or of the next (YEAR);
# their second cycle ends in July, and other studies begin in October (MASTER); struck off, and back in October (BACK).
SUMMER, YEAR, MASTER, BACK = GAPS = ["przerwa1", "przerwa2", "przerwa3", "przerwa4"]
DIPLOMA = {"status": "graduated", "ended_on": "2027-07-06"}


def gaps_begin(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Have a diploma in July, and be admitted for October: who keeps the rights keeps the document, nobody else."""
    portal.clock.move_to("2027-07-03 09:00:00")
    portal.ask("make", [SUMMER, YEAR, BACK], {"*": "2027-10-31"}, "first_cycle")
    portal.ask("make", [MASTER], {"*": "2027-10-31"}, "second_cycle")
    documents = {login: checks.have_on_phone(portal, login) for login in GAPS}
    portal.clock.move_to("2027-07-03 12:00:00")  # by then the portal has asked what is on phones
    checks.pause(portal, 5)
    portal.ask("change_studies", BACK, status="struck_off", ended_on="2027-07-03")
    for login in (SUMMER, YEAR, MASTER):
        portal.ask("change_studies", login, **DIPLOMA)
    portal.ask("add_studies", SUMMER, "second_cycle", "2027-10-01")
    portal.ask("add_studies", MASTER, "uniform_masters", "2027-10-01")
    portal.ask("add_studies", YEAR, "second_cycle", "2028-10-01")
    portal.clock.move_to("2027-07-05 23:59:55")
    verdicts.check("a diploma of tomorrow ends nothing today", portal.is_valid(documents[MASTER]))
    portal.clock.wait_until("2027-07-06 00:00:02")
    kept = {SUMMER, YEAR}
    right = portal.wait_for(lambda: _valid(portal, documents) == kept, checks.SECONDS)
    verdicts.check(
        "a first-cycle diploma takes nothing away, a second-cycle one does", right, _valid(portal, documents)
    )
    said = page_of(portal, MASTER).words
    verdicts.check(
        "and the page says when the next studies begin", "zaczynają się 1 października 2027" in said, said
    )
    checks.agree(portal, verdicts, GAPS)


def gaps_go_on(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go on in October: the document of who had a summer's gap lasts, the others order."""
    portal.clock.move_to("2027-09-20 09:00:00")
    if rules == "els":
        came = portal.ask("extend", "2028-03-31", SUMMER)
        verdicts.check(
            "the card of studies that begin in October is extended in September", came == ["extended"], came
        )
    portal.clock.move_to("2027-10-01 00:00:02")
    portal.ask("change_studies", BACK, status="active", ended_on=None)
    if rules == "els":
        portal.ask("extend", "2028-03-31", MASTER, BACK)
    refused = portal.ask("order", MASTER, BACK)
    verdicts.check("who goes on after a gap, or comes back, orders on 1 October", not refused, refused)
    valid = [portal.is_valid(checks.have_on_phone(portal, login)) for login in (MASTER, BACK)]
    verdicts.check("and has a valid document", all(valid), valid)
    portal.clock.move_to("2027-10-01 12:00:00")
    extended = portal.wait_for(lambda: portal.ask("extended", [SUMMER], "2028-03-31"))
    verdicts.check("and a summer's gap is none", extended, portal.ask("state", SUMMER))
    checks.agree(portal, verdicts, GAPS)


def gap_of_a_year(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Have nothing for a year, and order in the October in which studies begin again."""
    seen = portal.ask("state", YEAR)["status"]
    verdicts.check("a gap of a year ends the document", seen not in checks.LIVE, seen)
    said = page_of(portal, YEAR).words
    verdicts.check(
        "and the page says when the next studies begin", "zaczynają się 1 października 2028" in said, said
    )
    portal.clock.move_to("2028-10-01 08:00:00")
    if rules == "els":
        portal.ask("give_card", YEAR, "2029-03-31")
    valid = portal.is_valid(checks.have_on_phone(portal, YEAR))
    verdicts.check("after which they have one again", valid, portal.ask("state", YEAR))
    portal.clock.move_to("2028-10-01 12:00:00")
    checks.agree(portal, verdicts, [YEAR])


def _valid(portal: Portal, documents: dict[str, dict[str, object]]) -> set[str]:
    return {login for login, document in documents.items() if portal.is_valid(document)}
