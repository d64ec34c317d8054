"""What holds whatever the rules is tried under both."""

from typing import Any

import pytest

from students.conditions import RULES


@pytest.fixture(params=sorted(RULES))
def either_rules(request: pytest.FixtureRequest, settings: Any) -> str:
    """Have the test run under each set of rules."""
    settings.ELIGIBILITY_RULES = request.param
    return str(request.param)
