"""A day is written the same way in every browser and language, and what else is typed is explained."""

import re

import pytest
from django import forms
from django.utils.translation import override

from students.day_field import DayField


class Form(forms.Form):
    day = DayField()


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("typed", ["2027-03-31", "31.03.2027", " 2027-3-31 "])
def test_a_day_is_taken_in_both_ways_and_shown_in_one(language: str, typed: str) -> None:
    with override(language):
        form = Form({"day": typed})
        assert form.is_valid() and form.cleaned_data["day"].isoformat() == "2027-03-31"
        shown = str(Form(initial={"day": form.cleaned_data["day"]})["day"])
        assert 'value="2027-03-31"' in shown and 'type="text"' in shown
        pattern = re.search('pattern="([^"]+)"', shown)
        assert pattern and re.fullmatch(pattern[1], typed)


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("typed", ["03/31/2027", "31/03/2027", "2027-02-30", "tomorrow"])
def test_what_may_mean_two_days_is_refused_with_how_to_write_it(language: str, typed: str) -> None:
    with override(language):
        form = Form({"day": typed})
        assert "2027-03-31" in str(form.errors["day"])
