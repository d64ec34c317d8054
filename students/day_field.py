"""A field for a day, written the same way in every browser: the browser's own shows 03/31/2027 to an English one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ISO, POLISH = "%Y-%m-%d", "%d.%m.%Y"
_PATTERN = r"\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})\s*"
_HOW = _("Data jako rok-miesiąc-dzień, np. 2027-03-31; można też pisać 31.03.2027.")


class DayInput(forms.DateInput):
    """Text input that shows a day as in ISO 8601, and says so when something else is typed."""

    def __init__(self) -> None:
        attrs = {
            "pattern": _PATTERN,
            "title": _HOW,
            "placeholder": _("rrrr-mm-dd"),
            "inputmode": "text",  # a keyboard of digits alone has no "-" on an iPhone
            "autocomplete": "off",
            "maxlength": "12",
        }
        super().__init__(attrs, format=ISO)


class DayField(forms.DateField):
    """Date field that takes 2027-03-31 and 31.03.2027, whatever the language of the page."""

    widget = DayInput
    input_formats = (ISO, POLISH)
    default_error_messages = {"invalid": _("Wpisz poprawną datę, np. 2027-03-31 albo 31.03.2027.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"input_formats": self.input_formats, "help_text": _HOW, **kwargs})
