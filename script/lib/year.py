"""Live through the academic year on a portal whose clock is moved, and say of each rule whether it held."""

import argparse
import signal
import sys
from collections.abc import Callable

from script.lib import year_people, year_scenes
from script.lib.console import complain, say
from script.lib.processes import Failed
from script.lib.year_portal import Portal, portal

Scene = Callable[[Portal, "Verdicts", str], None]
SHORT: list[Scene] = [year_scenes.october, year_scenes.last_night_of_october]
LONG: list[Scene] = [
    *SHORT,
    year_scenes.ordinary_midnight,
    year_people.people,
    year_people.cohort,
    year_scenes.march,
    year_scenes.spring_night,
    year_scenes.last_night_of_march,
    year_scenes.summer,
    year_scenes.next_october,
    year_scenes.second_year,
]


class Verdicts:
    """Rules that were looked at, and those that did not hold."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def check(self, rule: str, held: object, seen: object = "") -> None:
        """Say whether a rule held, and what was seen where it did not."""
        say(f"{'held   ' if held else 'BROKEN '} {rule}{'' if held else f' -- seen: {seen}'}")
        if not held:
            self.broken.append(rule)


def main() -> int:
    """Live through the year and give the exit code."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})  # bootstrap.py blocked them
    parser = argparse.ArgumentParser(prog="script/year", description=__doc__)
    parser.add_argument("--rules", choices=["els", "pesel"], default="els", help="which conditions hold")
    parser.add_argument("--short", action="store_true", help="only October and its last night")
    options = parser.parse_args()
    verdicts = Verdicts()
    try:
        with portal(options.rules, "2026-09-25 08:00:00") as running:
            for scene in SHORT if options.short else LONG:
                say(f"-- {scene.__name__.replace('_', ' ')}")
                scene(running, verdicts, options.rules)
    except Failed as failure:
        complain(str(failure))
        return 1
    say(f"{len(verdicts.broken)} rules were broken")
    return 1 if verdicts.broken else 0


if __name__ == "__main__":
    sys.exit(main())
