"""Forms of the dean's office. A PESEL is typed into them and never comes back out of them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from students.cards import check_dates
from students.models import Student, StudentCard
from students.photos import MAX_BYTES, normalise_photo


class WriteOnlyInput(forms.TextInput):
    """A text input that never shows a value, neither the stored one nor, after an error, the typed one."""

    def format_value(self, value: Any) -> None:
        """Show nothing."""
        return


class StudentForm(forms.ModelForm[Student]):
    """A student's data, with a new PESEL and a new photo where they change."""

    pesel = forms.CharField(
        label=_("nowy PESEL"),
        required=False,
        max_length=20,
        widget=WriteOnlyInput(attrs={"autocomplete": "off"}),
        help_text=_("Puste pole zostawia numer bez zmian."),
    )
    remove_pesel = forms.BooleanField(label=_("usuń PESEL"), required=False)
    new_photo = forms.FileField(
        label=_("nowe zdjęcie"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg"}),
        help_text=_("JPEG, co najmniej 354×496 pikseli, najwyżej 5 MB."),
    )

    class Meta:
        model = Student
        fields = ("user", "first_names", "last_name", "album_number", "birth_date", "sex", "pesel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("pesel", None)

    def clean_pesel(self) -> str | None:
        """Keep the present number where nothing was typed."""
        return self.cleaned_data["pesel"] or self.instance.pesel

    def clean_new_photo(self) -> bytes | None:
        """Normalise the upload; a ValidationError about it lands on this field."""
        upload: UploadedFile | None = self.cleaned_data["new_photo"]
        return normalise_photo(upload.read(MAX_BYTES + 1)) if upload else None

    def clean(self) -> dict[str, Any]:
        """Apply the wish to remove the number."""
        data = super().clean() or self.cleaned_data
        if data.get("remove_pesel"):
            if "pesel" in self.changed_data:
                self.add_error("remove_pesel", _("Podaj nowy numer PESEL albo usuń obecny, nie oba naraz."))
            data["pesel"] = None
        return data

    def changed_columns(self) -> list[str]:
        """List the fields of the student that this form changes."""
        columns = {field.name for field in Student._meta.concrete_fields}
        changed = [name for name in self.changed_data if name in columns]
        if "remove_pesel" in self.changed_data:
            changed.append("pesel")
        return [*changed, "sex"] if "pesel" in changed else changed  # a new number may tell the sex


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
