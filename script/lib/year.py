"""Live through the academic years on a portal whose clock is moved, and say of each rule whether it held."""

import argparse
import sys

from script.lib import year_autumn, year_gaps, year_people, year_scenes
from script.lib.console import complain, say
from script.lib.processes import Failed
from script.lib.signals import end_on_signals
from script.lib.year_nights import end_of_march, end_of_october
from script.lib.year_portal import portal
from script.lib.year_scenes import GO_ON, STUDENTS, Scene, extension

BEGINNING: list[Scene] = [year_autumn.september, year_autumn.first_of_october, year_scenes.october]
SHORT: list[Scene] = [*BEGINNING, end_of_october(2026, "away", minutes=(2, 5))]
LONG: list[Scene] = [
    *BEGINNING,
    end_of_october(2026, "away"),
    year_scenes.ordinary_midnight,
    year_people.people,
    year_people.cohort,
    extension("2027-03-01 09:00:00", "2027-10-31", STUDENTS),
    year_scenes.orders_of_march,
    year_scenes.spring_night,
    end_of_march(2027, "slow"),
    year_scenes.planned_ends,
    year_gaps.gaps_begin,
    year_scenes.summer,
    year_gaps.gaps_go_on,
    extension("2027-10-10 09:00:00", "2028-03-31", GO_ON),
    year_scenes.graduate_is_told,
    end_of_october(2027, "well"),
    year_scenes.rights_are_over,
    extension("2028-03-02 09:00:00", "2028-10-31", GO_ON),
    end_of_march(2028, "away"),
    year_gaps.gap_of_a_year,
    extension("2028-10-03 09:00:00", "2029-03-31", GO_ON),
    end_of_october(2028, "slow"),
    extension("2029-03-02 09:00:00", "2029-10-31", GO_ON),
    end_of_march(2029, "well"),
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
    end_on_signals()
    parser = argparse.ArgumentParser(prog="script/year", description=__doc__)
    parser.add_argument("--rules", choices=["els", "pesel"], default="els", help="which conditions hold")
    parser.add_argument("--short", action="store_true", help="only from September to the night after October")
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
