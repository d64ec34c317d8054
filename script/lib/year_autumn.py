"""Scenes of how an academic year begins: the import of September, 1 October, and the wave of orders."""

from typing import TYPE_CHECKING

from script.lib import year_checks as checks
from script.lib.year_looks import page_of
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

NEWCOMERS = ["nowa1", "nowa2"]
CROWD = [f"fala{number}" for number in range(100)]
ALSO_COLLECT = CROWD[:5]
CARDS_UNTIL = "2027-03-31"
SAID = {"pl": "Twoje studia zaczynają się 1 października 2026", "en": "Your studies begin on 1 October 2026"}


def september(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Import first-years and others with their photos, twice; who begins in October reads when to order."""
    portal.mdokumenty_is("well")
    folder = portal.folder / "usos"
    begin = dict.fromkeys(CROWD, "2025-10-01") | dict.fromkeys(NEWCOMERS, "2026-10-01")
    portal.ask("write_usos_file", str(folder), begin, CARDS_UNTIL)
    for expected in (f"nowe: {len(begin)}", f"bez zmian: {len(begin)}"):
        done = portal.manage("import_students", str(folder / "usos.csv"), "--photos", str(folder / "photos"))
        taken = done.returncode == 0 and expected in done.stdout
        verdicts.check(f"the import of September says: {expected}", taken, done.stdout + done.stderr)
    refused = portal.ask("order", *NEWCOMERS)
    verdicts.check("nobody orders before the first day of studies", refused == NEWCOMERS, refused)
    for language, words in SAID.items():
        said = page_of(portal, NEWCOMERS[0], language).words
        verdicts.check(f"and the page says when they can ({language})", words in said, said)
    checks.agree(portal, verdicts)


def first_of_october(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order from the first second of the academic year on, everybody at once in its first morning."""
    portal.clock.move_to("2026-09-30 23:59:57")
    portal.clock.wait_until("2026-10-01 00:00:01")
    refused = portal.ask("order", *NEWCOMERS)
    verdicts.check("first-years order from midnight on", not refused, refused)
    verdicts.check("and get their codes", checks.await_ready(portal, *NEWCOMERS))
    portal.clock.move_to("2026-10-01 08:00:00")
    refused = portal.ask("order", *CROWD)
    verdicts.check("a hundred order at once", not refused, refused)
    ready = portal.wait_for(lambda: portal.ask("all_ready", *CROWD), 60)
    verdicts.check("and have their codes within a minute", ready)
    expected = "2027-03-31"
    seen = {portal.ask("state", login)["valid_until"] for login in (*NEWCOMERS, *CROWD[:3])}
    verdicts.check(f"what is ordered on 1 October is valid until {expected}", seen == {expected}, seen)
    for login in (*NEWCOMERS, *ALSO_COLLECT):
        checks.collect(portal, login)
    portal.clock.move_to("2026-10-01 12:00:00")  # by then the portal has asked what is on phones
    checks.agree(portal, verdicts)
