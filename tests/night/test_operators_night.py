"""An operator's night: each fault of the runbook befalls a running portal, is told within a minute, goes by its line.

It takes twenty minutes, so it is asked for: `script/test --night tests/night`.
"""

from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from tests.night.lines import CONTRADICTING, DOCTORS, LATER, LINES, ON_HEALTH, ROUNDS, SUBJECTS
from tests.night.portal import Night
from tests.notifications.messages.mail_server import body
from tests.stack.stack import CALM
from tests.waiting import wait_until

WITHIN = 60.0  # seconds, in which whoever has to act is told
GONE = 240.0
WELL = 300.0


@pytest.fixture(autouse=True)
def _well(night: Night) -> None:
    """Begin with a portal that is well."""
    night.sandbox.behave(**CALM)
    wait_until(night.is_well, WELL, night.describe)


def is_told(night: Night, section: str) -> bool:
    """Say whether the alarm of a line is open, of what the test has broken."""
    kind, status = section.split(": ")
    return any(
        found == status and SUBJECTS.get(section, "") in subject for found, subject in night.alarms(kind)
    )


@pytest.mark.parametrize("sections", ROUNDS, ids=", ".join)
def test_each_fault_is_told_within_a_minute_and_goes_by_its_line(
    night: Night, sections: Sequence[str]
) -> None:
    within = WITHIN + max(LATER.get(section, 0) for section in sections)
    faults = ExitStack()
    try:
        for section in sections:
            faults.enter_context(LINES[section](night))
        missing = set(sections)

        def all_are_told() -> bool:
            missing.difference_update({each for each in missing if is_told(night, each)})
            return not missing

        wait_until(all_are_told, within, lambda: f"not told: {missing}\n{night.describe()}")
    finally:
        faults.close()  # whatever was seen: the next round begins with a portal that is well
    wait_until(
        lambda: not any(is_told(night, section) for section in sections),
        GONE,
        lambda: f"{[each for each in sections if is_told(night, each)]} stay\n{night.describe()}",
    )


@pytest.mark.parametrize("section", ON_HEALTH)
def test_what_nothing_can_be_served_with_is_told_by_health_and_by_mail(night: Night, section: str) -> None:
    kind, status = section.split(": ")
    before = len(night.mail.taken)

    def mails() -> list[str]:
        """Return what has been mailed of this line, by its beginning in the runbook; of its end, without."""
        return [body(mail) for _address, mail in night.mail.taken[before:] if section in body(mail)]

    with LINES[section](night):
        wait_until(lambda: night.component(kind).startswith(status), WITHIN, night.describe)
        wait_until(mails, WITHIN, night.describe)  # of some no row can tell, and so no alarm
    wait_until(lambda: night.component(kind) == "ok", GONE, night.describe)
    wait_until(
        lambda: any("Ustał" in subject for subject in night.mail.subjects[before:]), GONE, night.describe
    )


def test_what_only_the_doctor_asks_is_told_by_it(night: Night) -> None:
    night.mail.stop()
    night.sandbox.behave(outage=True)
    told = night.doctor(**CONTRADICTING)
    night.sandbox.behave(trouble="error_401")
    told |= night.doctor()
    night.sandbox.behave(**CALM)
    night.mail.start()
    assert told >= DOCTORS
    assert not night.doctor() & DOCTORS
