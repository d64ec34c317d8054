"""Become pytest; tests/plugin.py starts the services."""

import os
import sys
from typing import NoReturn

from script.lib.console import say
from script.lib.signals import take_signals

# All tests at once are run on two cores; tests/conftest.py says what stays together.
EVERYTHING = ["-n", "2", "--no-loadscope-reorder", "-q"]
OF_ALL_TESTS = {"--fast", "--keep", "--cov"}  # options that choose no tests by name
# A university of 50,000: four minutes that CI waits for, and nobody who has changed a line.
SCALE = "tests/scale"


def main(arguments: list[str]) -> NoReturn:
    """Run the tests that the arguments choose, else all."""
    take_signals()
    if set(arguments) <= OF_ALL_TESTS:
        arguments = [*everything(), *arguments]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


def everything() -> list[str]:
    """Return what runs all tests; those of SCALE where CI=true, else it is said how to run them."""
    if os.environ.get("CI") == "true":
        return EVERYTHING
    say(f"Without the tests at full size; they run in CI, and with: script/test {SCALE}")
    return [*EVERYTHING, f"--ignore={SCALE}"]


if __name__ == "__main__":
    main(sys.argv[1:])
