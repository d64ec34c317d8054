"""Five half-years are lived through on a portal whose clock is moved (script/year), under both sets of rules."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from students.conditions import RULES
from tests.running.portal import clean_environment

SCRIPT = Path(__file__).resolve().parents[2] / "script" / "year"
needs_a_clock = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None,
    reason="moving the clock needs Linux and a C compiler",
)


def live_through(*arguments: str) -> None:
    done = subprocess.run(
        [SCRIPT, *arguments], env=dict(clean_environment()), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_a_clock
def test_no_rule_of_the_years_is_broken(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.option.year:
        pytest.skip("takes half an hour: script/test --year tests/scale/test_year.py")
    with ThreadPoolExecutor() as years:  # side by side: they mostly wait for a clock
        for lived in [years.submit(live_through, "--rules", rules) for rules in RULES]:
            lived.result()
