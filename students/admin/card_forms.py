"""Forms for cards: issue, extend one or many, end, and scan a barcode."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from students.cards import check_dates, check_until
from students.cards.number_lists import MAX_BYTES, read_numbers
from students.day_field import DayField
from students.models import EndReason, Faculty, Programme, StudentCard, User
from students.scope import sees_every_faculty
from students.spreadsheets.reading import ACCEPTED


class IssueCardForm(forms.ModelForm[StudentCard]):
    """Form with the numbers and dates of a new card; the holder's data come from the student."""

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
        """Raise ValidationError for what `issue_card` would refuse: a second card, or impossible dates."""
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
    """Form with the reason for ending a card."""

    reason = forms.ChoiceField(label=_("Powód"), choices=EndReason.choices, widget=forms.RadioSelect)


class ExtendCardForm(forms.Form):
    """Form with the new last valid day of a card."""

    until = DayField(label=_("Ważna do"), validators=[check_until])


MOST_SCANNED = 500  # characters: some readers keep codes, and send them all at once


class ScanForm(ExtendCardForm):
    """Form with a date and one scanned number or several.

    `scan` is a token that identifies a scan, so that a repeated submit is recognised.
    """

    number = forms.CharField(
        label=_("Numer legitymacji lub albumu"),
        max_length=MOST_SCANNED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
        error_messages={"required": _("Zeskanuj kod kreskowy albo wpisz numer.")},
    )
    scan = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class ProgrammeField(forms.ModelChoiceField[Programme]):
    """Choice of a programme; its faculty's code tells apart programmes of one name."""

    def label_from_instance(self, obj: Programme) -> str:
        """Return the programme's label with the faculty's code in front."""
        return f"{obj.faculty.code}: {obj}"


class ExtendManyForm(ExtendCardForm):
    """Form that selects cards by faculty, programme or uploaded list: exactly one of the three."""

    faculty = forms.ModelChoiceField(
        label=_("Wydział"), required=False, queryset=Faculty.objects.none(), empty_label="–"
    )
    programme = ProgrammeField(
        label=_("Kierunek"), required=False, queryset=Programme.objects.none(), empty_label="–"
    )
    numbers = forms.FileField(
        label=_("Lista numerów"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
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
        """Read the uploaded list; a ValidationError about it belongs to this field."""
        upload: UploadedFile | None = self.cleaned_data["numbers"]
        return read_numbers(upload.read(MAX_BYTES + 1)) if upload else None

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError unless exactly one of the three is given."""
        data = super().clean() or self.cleaned_data
        given = [
            name for name in ("faculty", "programme", "numbers") if data.get(name) or name in self.errors
        ]
        if len(given) != 1:
            raise ValidationError(_("Wybierz jedno z trzech: wydział, kierunek albo listę numerów."))
        return data
