"""Every line of the runbook is either tried in the operator's night, or says why not and which test covers it."""

from operations import alarm_texts, registry
from tests.night.lines import DOCTORS, LINES, NOT_CAUSED, ON_HEALTH, ROUNDS
from tests.structure.tree import ROOT

SECTIONS = {
    alarm_texts.section(kind, status) for kind, check in registry.CHECKS.items() for status in check.words
}


def test_each_line_is_tried_or_says_why_not() -> None:
    tried = {*LINES, *DOCTORS}
    assert tried | {*NOT_CAUSED} == SECTIONS
    assert not tried & {*NOT_CAUSED}
    assert sorted(LINES) == sorted([*(section for sections in ROUNDS for section in sections), *ON_HEALTH])


def test_what_is_not_tried_has_a_test_elsewhere() -> None:
    for section, (reason, test) in NOT_CAUSED.items():
        file, _, name = test.partition("::")
        assert reason and f"def {name}(" in (ROOT / file).read_text(), section
