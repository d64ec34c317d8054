"""The night in which a half-year ends, on a running portal whose clock is moved: the short form of script/year."""

from tests.scale.test_year import live_through, needs_a_clock


@needs_a_clock
def test_no_rule_of_the_year_is_broken_in_the_last_night_of_october() -> None:
    live_through("--rules", "els", "--short")
