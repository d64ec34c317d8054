"""Scenes of what happens to single people, and to a whole cohort, in the middle of a half-year."""

from typing import TYPE_CHECKING

from script.lib import year_checks as checks
from script.lib.year_looks import page_of
from script.lib.year_portal import Portal

if TYPE_CHECKING:
    from script.lib.year import Verdicts

LEAVE, LATE, STRUCK_OFF, RENAMED, LOST_CARD, FOREIGNER, DEAD, NEW_ALBUM = PEOPLE = [
    f"osoba{number}" for number in range(1, 9)
]
COHORT = 300


def people(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Go on leave, have a late diploma, be struck off and come back, marry, lose a card, get a PESEL, die."""
    portal.clock.move_to("2026-11-16 09:00:00")
    portal.ask("make", PEOPLE, {"*": "2027-03-31"}, "second_cycle")
    portal.ask("change_person", FOREIGNER, pesel=None)
    refused = portal.ask("order", *PEOPLE)
    verdicts.check("only a foreigner without a PESEL is refused", refused == [FOREIGNER], refused)
    documents = {login: checks.have_on_phone(portal, login) for login in PEOPLE if login != FOREIGNER}
    portal.ask("change_studies", LEAVE, status="leave")
    portal.ask("change_studies", LATE, ended_on="2026-11-15")
    portal.ask("change_studies", STRUCK_OFF, status="struck_off", ended_on="2026-11-16")
    portal.ask("change_person", RENAMED, last_name="Rok-Nowa")
    portal.ask("change_person", NEW_ALBUM, album_number="629999")
    portal.ask("end_card", LOST_CARD, "lost")
    lost = {STRUCK_OFF, RENAMED} | ({LOST_CARD} if rules == "els" else set())
    gone = portal.wait_for(lambda: not any(portal.is_valid(documents[it]) for it in lost), checks.SECONDS)
    verdicts.check("who loses the right loses the document in seconds", gone, sorted(lost))
    kept = [login for login, document in documents.items() if portal.is_valid(document)]
    verdicts.check("and nobody else does", set(kept) == set(documents) - lost, kept)
    said = page_of(portal, NEW_ALBUM).words
    verdicts.check("who has a new album number is offered a new document", "numer albumu" in said, said)
    _come_back(portal, verdicts, rules)
    _die(portal, verdicts, documents[DEAD])
    portal.clock.move_to("2026-11-16 12:00:00")  # by then the portal has asked what is on phones
    checks.agree(portal, verdicts)


def _come_back(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Get back what was lost: a place, a card for the new name, a card for the lost one, and a PESEL."""
    portal.ask("change_studies", STRUCK_OFF, status="active", ended_on=None)
    portal.ask("change_person", FOREIGNER, pesel="new")
    back = [STRUCK_OFF, RENAMED, FOREIGNER]
    if rules == "els":
        refused = portal.ask("order", RENAMED, LOST_CARD, FOREIGNER)
        needs_card = refused == [RENAMED, LOST_CARD, FOREIGNER]
        verdicts.check("without a card for the present data nobody can order", needs_card, refused)
        back.append(LOST_CARD)
        for login in back[1:]:
            portal.ask("give_card", login, "2027-03-31")
    refused = portal.ask("order", *back)
    verdicts.check("who has the right again can order", not refused, refused)
    valid = [portal.is_valid(checks.have_on_phone(portal, login)) for login in back]
    verdicts.check("and has a valid document", all(valid), valid)


def _die(portal: Portal, verdicts: "Verdicts", document: dict[str, object]) -> None:
    """End an account: the office is asked, and says why; nobody writes to the dead."""
    portal.ask("switch_off", DEAD)
    verdicts.check("an account that is switched off keeps its document for now", portal.is_valid(document))
    verdicts.check("and stands in Needs attention", portal.ask("needs_attention", DEAD))
    portal.ask("revoke", DEAD, "holder_deceased")
    gone = portal.wait_for(lambda: not portal.is_valid(document), checks.SECONDS)
    verdicts.check("the office ends it", gone)
    checks.pause(portal, 3)
    written = checks.has_message(portal, DEAD, "ended")
    verdicts.check("nobody writes to the dead", not written, portal.ask("told", DEAD)[-1:])


def cohort(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
    """Order for a cohort of 300, or extend its cards, with a stop and a resumption."""
    portal.clock.move_to("2026-11-20 09:00:00")
    portal.ask("make_cohort", COHORT, "2026-11-30")
    job = portal.ask("start_and_stop_job")
    portal.wait_for(lambda: not portal.ask("job", job)["open"])
    stopped = portal.ask("job", job)
    verdicts.check("a job that is stopped stops", stopped["state"] == "stopped", stopped)
    portal.ask("resume_job", job)
    portal.wait_for(lambda: not portal.ask("job", job)["open"], 60)
    done = portal.ask("job", job)
    verdicts.check(
        "and resumed does all the rest, once", (done["state"], done["done"]) == ("done", COHORT), done
    )
    if rules == "pesel":
        ready = portal.wait_for(lambda: portal.ask("cohort_ready") == COHORT, 120)
        verdicts.check("the whole cohort has its codes", ready, portal.ask("cohort_ready"))
    else:
        dates = portal.ask("cohort_cards")
        verdicts.check("all cards of the cohort are extended", dates == {"2027-03-31": COHORT}, dates)
    checks.agree(portal, verdicts)
