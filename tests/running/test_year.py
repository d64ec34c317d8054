"""September to the night after October, on a portal whose clock is moved: the short form of script/year."""

from tests.scale.test_year import live_through, needs_a_clock


@needs_a_clock
def test_no_rule_of_the_year_is_broken_by_the_night_after_october() -> None:
    live_through("--rules", "els", "--short")
