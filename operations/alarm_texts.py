"""Words of an alarm: what is wrong and how to mend it, in the language of the reader."""

from collections.abc import Mapping

from operations import registry
from operations.models import Alarm

RUNBOOK = "docs/runbook.md"


def wrong(kind: str, status: str, subject: str, facts: Mapping[str, object]) -> str:
    """Return what is wrong; of a status that this version does not know, the status itself."""
    words = registry.words(kind, status)
    return (
        str(words.wrong) % {"subject": subject, **facts} if words else f"{kind}: {status} {subject}".strip()
    )


def mend(kind: str, status: str, subject: str, facts: Mapping[str, object]) -> str:
    """Return how to mend it; nothing of a status that this version does not know."""
    words = registry.words(kind, status)
    return str(words.mend) % {"subject": subject, **facts} if words else ""


def section(kind: str, status: str) -> str:
    """Return the beginning of its line in the runbook."""
    return f"{kind}: {status}"


def of(alarm: Alarm) -> tuple[str, str]:
    """Return what is wrong, and how to mend it."""
    parts = (alarm.kind, alarm.status, alarm.subject, alarm.facts)
    return wrong(*parts), mend(*parts)
