"""Words of the checks: each status has its line in the runbook, and its places for what was found."""

import re

import pytest
from django.utils import translation

from operations import alarm_texts, registry
from operations.alarm_kinds import Kind
from tests.structure.tree import ROOT

FACTS = {"minutes": 3, "seconds": 7, "number": 2, "why": "ConnectError"}
FACTS |= {"what": "a contradiction", "cause": "an answer"}
STATUSES = [(kind, status) for kind, check in registry.CHECKS.items() for status in check.words]


def test_there_is_one_check_of_each_kind() -> None:
    assert list(registry.CHECKS) == list(dict.fromkeys(registry.CHECKS)) and set(registry.CHECKS) == set(Kind)


def test_the_runbook_has_a_line_for_each_alarm_and_no_other() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    lines = set(re.findall(r"\*\*`(\w+: [^`…]+?)(?: …)?`\*\*", runbook))
    assert lines == {alarm_texts.section(kind, status) for kind, status in STATUSES}


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(("kind", "status"), STATUSES)
def test_each_is_said_in_both_languages(kind: Kind, status: str, language: str) -> None:
    with translation.override(language):
        said = alarm_texts.wrong(kind, status, "SUBJECT", FACTS)
        advice = alarm_texts.mend(kind, status, "SUBJECT", FACTS)
    assert said.endswith((".", "contradiction")) and advice.endswith(".")
    assert "%" not in said + advice
    words = registry.CHECKS[kind].words[status]
    assert ("SUBJECT" in said) == ("%(subject)s" in str(words.wrong))
