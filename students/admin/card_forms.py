"""Forms for cards: issuing, extending one or many, ending, and the field under a barcode reader."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from students.cards import check_dates, check_until
from students.cards.number_lists import MAX_BYTES, read_numbers
from students.models import EndReason, Faculty, Programme, StudentCard, User
from students.scope import sees_every_faculty


class DayInput(forms.DateInput):
    """The browser's own field for a date."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class IssueCardForm(forms.ModelForm[StudentCard]):
    """The numbers and dates of a new card; the holder's data come from the student."""

    class Meta:
        model = StudentCard
        fields = (
            "student",
            "barcode_number",
            "contact_chip_uid",
            "contactless_chip_uid",
            "issued_on",
            "valid_until",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what `issue_card` would refuse: a second card, and dates that cannot be."""
        data = super().clean() or self.cleaned_data
        if "issued_on" in data and "valid_until" in data:
            try:
                check_dates(data["issued_on"], data["valid_until"])
            except ValidationError as error:
                self.add_error(None, error)
        student = data.get("student")
        if student and student.cards.in_use().exists():
            self.add_error("student", _("Ten student ma już legitymację, która nie została zakończona."))
        return data


class EndCardForm(forms.Form):
    """Why a card ends."""

    reason = forms.ChoiceField(label=_("Powód"), choices=EndReason.choices, widget=forms.RadioSelect)


class ExtendCardForm(forms.Form):
    """Until when a card is to be valid."""

    until = forms.DateField(label=_("Ważna do"), widget=DayInput, validators=[check_until])


class ScanForm(ExtendCardForm):
    """The date, chosen once, and the number that the barcode reader types. `scan` tells a scan from its repetition."""

    number = forms.CharField(
        label=_("Numer legitymacji lub albumu"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
        error_messages={"required": _("Zeskanuj kod kreskowy albo wpisz numer.")},
    )
    scan = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class ProgrammeField(forms.ModelChoiceField[Programme]):
    """A programme, with its faculty, since two may have one of the same name."""

    def label_from_instance(self, obj: Programme) -> str:
        """Put the faculty's code first."""
        return f"{obj.faculty.code}: {obj}"


class ExtendManyForm(ExtendCardForm):
    """Whose cards are to be extended: a faculty's, a programme's, or those of a list; exactly one of the three."""

    faculty = forms.ModelChoiceField(
        label=_("Wydział"), required=False, queryset=Faculty.objects.none(), empty_label="–"
    )
    programme = ProgrammeField(
        label=_("Kierunek"), required=False, queryset=Programme.objects.none(), empty_label="–"
    )
    numbers = forms.FileField(
        label=_("Lista numerów"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=_(
            "CSV, TXT lub XLSX z jedną kolumną: numery legitymacji albo albumu, najwyżej 100 000 numerów i 5 MB."
        ),
    )

    def __init__(self, *args: Any, clerk: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = sees_every_faculty(clerk)
        faculties = Faculty.objects.all() if everything else clerk.faculties.all()
        programmes = Programme.objects.filter(faculty__in=faculties).select_related("faculty")
        self.fields["faculty"].queryset = faculties  # type: ignore[attr-defined]
        self.fields["programme"].queryset = programmes.order_by("faculty__code", "name", "level")  # type: ignore[attr-defined]

    def clean_numbers(self) -> list[str] | None:
        """Read the list; a ValidationError about it lands on this field."""
        upload: UploadedFile | None = self.cleaned_data["numbers"]
        return read_numbers(upload.read(MAX_BYTES + 1)) if upload else None

    def clean(self) -> dict[str, Any]:
        """Refuse none and more than one of the three."""
        data = super().clean() or self.cleaned_data
        given = [
            name for name in ("faculty", "programme", "numbers") if data.get(name) or name in self.errors
        ]
        if len(given) != 1:
            raise ValidationError(_("Wybierz jedno z trzech: wydział, kierunek albo listę numerów."))
        return data
