"""Scenes of the nights in which a half-year ends, minute by minute, with mDokumenty well, away or slow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from script.lib import year_checks as checks
from script.lib.year_looks import losing, polish_words, valid_there
from script.lib.year_portal import Portal
from script.lib.year_scenes import Scene

if TYPE_CHECKING:
    from script.lib.year import Verdicts

ROLES = ("early", "late", "codes", "leaves", "leaves_codes", "orders", "orders_in_vain")
NO_ORDER = {"status": "", "valid_until": ""}
MINUTES = range(6)  # after midnight that end in a look
WELL_AGAIN = 2
TOLD_NOTHING_OF = ("nie została przedłużona", "was not extended")


class Night(NamedTuple):
    """A night between a last day and the next one; `until` is the end of the half-year that begins then.

    Its people are made on `made_on`, when what they order is still valid only to the last day.
    """

    made_on: str
    last_day: str
    next_day: str
    until: str

    def person(self, role: str) -> str:
        """Return the login of who plays a role in this night."""
        return f"noc-{self.last_day}-{role}"

    @property
    def people(self) -> list[str]:
        """Logins of all who play a role."""
        return [self.person(role) for role in ROLES]


def _autumn(year: int) -> Night:
    return Night(f"{year}-10-28 09:00:00", f"{year}-10-31", f"{year}-11-01", f"{year + 1}-03-31")


def _spring(year: int) -> Night:
    return Night(f"{year}-03-28 15:00:00", f"{year}-03-31", f"{year}-04-01", f"{year}-10-31")


def end_of_october(year: int, mood: str, minutes: Sequence[int] = MINUTES) -> Scene:
    """Return the scene of 31 October of a year, with mDokumenty in a mood; looked at after these minutes."""
    return _scene(_autumn(year), mood, minutes)


def end_of_march(year: int, mood: str) -> Scene:
    """Return the scene of 31 March of a year, with mDokumenty in a mood."""
    return _scene(_spring(year), mood, MINUTES)


def _scene(night: Night, mood: str, minutes: Sequence[int]) -> Scene:
    def scene(portal: Portal, verdicts: "Verdicts", rules: str) -> None:
        _prepare(portal, night, rules)
        _live_through(portal, verdicts, rules, night, mood, minutes)
        _look_back(portal, verdicts, rules, night, mood)

    scene.__name__ = f"night of {night.last_day}, mDokumenty {mood}"
    return scene


def _prepare(portal: Portal, night: Night, rules: str) -> None:
    """Have people with documents and codes whose last day comes: that of the card, or (`pesel`) of the studies."""
    portal.clock.advance_to(night.made_on)
    portal.mdokumenty_is("well")
    ends = {} if rules == "els" else {"status": "struck_off", "ended_on": night.next_day}
    portal.ask("make", night.people, {"*": night.last_day}, "second_cycle", **ends)
    buyers = [night.person(role) for role in ROLES if not role.startswith("orders")]
    portal.ask("order", *buyers)
    checks.await_ready(portal, *buyers)
    for role in ("early", "late", "leaves"):
        checks.collect(portal, night.person(role))


def _live_through(
    portal: Portal, verdicts: "Verdicts", rules: str, night: Night, mood: str, minutes: Sequence[int]
) -> None:
    """Go minute by minute over midnight and look each time; mDokumenty is in its mood until 00:03."""
    people, is_well = night.people, mood == "well"

    def go_on(role: str) -> None:
        _go_on(portal, rules, night, night.person(role))

    def look() -> None:
        checks.agree(portal, verdicts, people, is_well=is_well)

    portal.clock.advance_to(f"{night.last_day} 23:56:58")
    look()
    foretold = losing(portal, night.next_day)
    portal.mdokumenty_is(mood)
    go_on("early")
    portal.clock.advance_to(f"{night.last_day} 23:57:59")
    portal.clock.wait_until(f"{night.last_day} 23:58:01")
    look()
    go_on("codes")
    portal.clock.advance_to(f"{night.last_day} 23:59:40")
    before = portal.ask("valid_documents", checks.OURS, night.next_day)["valid"]
    go_on("late")
    portal.clock.wait_until(f"{night.last_day} 23:59:47")
    portal.ask("order", night.person("orders"), night.person("orders_in_vain"))
    go_on("orders")
    portal.clock.wait_until(f"{night.next_day} 00:00:04")
    look()
    for minute in minutes:
        portal.clock.advance_to(f"{night.next_day} 00:0{minute}:59")
        portal.clock.wait_until(f"{night.next_day} 00:0{minute + 1}:01")
        if minute == WELL_AGAIN:
            portal.mdokumenty_is("well")
            checks.await_calm(portal)
            is_well = True
        look()
    after = portal.ask("valid_documents", checks.OURS)["valid"]
    kept = set(before) <= set(after)
    verdicts.check(f"nobody who goes on loses theirs on {night.next_day}", kept, (before, after))
    midnight = portal.clock.utc(f"{night.next_day} 00:00:00")
    gone = set(portal.ask("ended_since", f"{midnight}Z", f"{night.last_day}T12:00Z"))
    verdicts.check(
        "the list foretold everybody who lost theirs", gone <= foretold.keys(), gone - foretold.keys()
    )


def _go_on(portal: Portal, rules: str, night: Night, login: str) -> None:
    """Extend somebody's card, or (`pesel`) take back that the studies end."""
    if rules == "els":
        portal.ask("extend", night.until, login)
    else:
        portal.ask("change_studies", login, status="active", ended_on=None)


def _look_back(portal: Portal, verdicts: "Verdicts", rules: str, night: Night, mood: str) -> None:
    """Check what has become of everybody, and what they were told."""
    checks.await_calm(portal)
    seen = {role: portal.ask("state", night.person(role)) or NO_ORDER for role in ROLES}
    for role in ("early", "late"):
        if mood == "away" and seen[role]["status"] == "ready":
            # It was too late to extend it: the portal has ordered anew.
            checks.collect(portal, night.person(role))
            seen[role] = portal.ask("state", night.person(role))
        is_kept = seen[role]["valid_until"] == night.until and seen[role]["status"] in {"collected", "ready"}
        valid = is_kept and seen[role]["mdokumenty_id"] in valid_there(portal)
        verdicts.check(
            f"who is extended {role} has a valid mLegitymacja until {night.until}", valid, seen[role]
        )
        words = " ".join(said[2] for said in portal.ask("told", night.person(role)))
        untrue = [phrase for phrase in TOLD_NOTHING_OF if phrase in words]
        verdicts.check("and is not told that it was not extended", not untrue, words)
    for role in ("codes", "orders"):
        is_well = (seen[role]["status"], seen[role]["valid_until"]) == ("ready", night.until)
        verdicts.check(f"who goes on and has {role} gets codes until {night.until}", is_well, seen[role])
        valid = is_well and portal.is_valid(checks.collect(portal, night.person(role)))
        verdicts.check("and with them a valid document", valid)
    for role in ("leaves", "leaves_codes", "orders_in_vain"):
        verdicts.check(
            f"who does not go on ({role}) has none", seen[role]["status"] not in checks.LIVE, seen[role]
        )
    told = checks.has_message(portal, night.person("leaves"), "ended")
    verdicts.check("and is told so", told, portal.ask("told", night.person("leaves")))
    late = [
        it
        for it in portal.documents()
        if it["valid_until"] < night.next_day
        and it["created_at"] >= portal.clock.utc(f"{night.next_day} 00:00:00")
    ]
    if mood != "slow":  # a call under way at midnight arrives after it; what it brought is replaced
        verdicts.check("nothing is ordered with a last day of the past", not late, late)
    english = [said[2] for login in night.people for said in portal.ask("told", login, "en")]
    untranslated = [word for said in english for word in polish_words(said)]
    verdicts.check("the messages in English are English", english and not untranslated, untranslated)
