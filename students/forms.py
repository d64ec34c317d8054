"""Forms of the dean's office. A PESEL is typed into them and never shown by them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from students.models import Student, User
from students.pesel import MISTAKES, clean_pesel_form
from students.uploaded_photos import READ_BYTES, normalise_or_cut, photo_requirements
from students.versioned_forms import VersionedModelForm

CONFIRMABLE = _(
    "Jeśli taki numer jest w dokumencie tożsamości albo w rejestrze PESEL, potwierdzić go może administrator."
)


class WriteOnlyInput(forms.TextInput):
    """Text input that never shows a value: neither the stored one nor, after an error, the typed one."""

    def format_value(self, value: Any) -> None:
        """Return no value."""
        return


class StudentForm(VersionedModelForm[Student]):
    """Form with a student's data, a new PESEL and a new photo; `asked_by` is the user who fills it in."""

    asked_by: User
    stands_for = {"pesel": "pesel", "remove_pesel": "pesel", "new_photo": "photo"}
    pesel = forms.CharField(
        label=_("Nowy PESEL"),
        required=False,
        max_length=20,
        widget=WriteOnlyInput(attrs={"autocomplete": "off"}),
        help_text=_("Puste pole zostawia numer bez zmian."),
    )
    remove_pesel = forms.BooleanField(label=_("Usuń PESEL"), required=False)
    new_photo = forms.FileField(
        label=_("Nowe zdjęcie"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg"}),
    )
    cut_photo = forms.BooleanField(
        label=_("Przytnij zdjęcie szersze niż wyższe"),
        required=False,
        help_text=_(
            "Bez tego takie zdjęcie jest odrzucane. Zostaje środek, w proporcjach zdjęcia do legitymacji."
        ),
    )

    class Meta:
        model = Student
        fields = (
            "first_names",
            "last_name",
            "album_number",
            "birth_date",
            "sex",
            "pesel",
            "pesel_confirmed",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("pesel", None)
        self.fields["new_photo"].help_text = photo_requirements()

    def clean_pesel(self) -> str | None:
        """Return the typed number, or the present one where nothing was typed."""
        typed: str = self.cleaned_data["pesel"]
        return clean_pesel_form(typed) if typed else self.instance.pesel

    def clean_new_photo(self) -> bytes | None:
        """Normalise the upload; a ValidationError about it lands on this field."""
        upload: UploadedFile | None = self.cleaned_data["new_photo"]
        if not upload:
            return None
        upload.seek(0)  # it may have been read before, when the form was checked for the first time
        data = upload.read(READ_BYTES + 1)
        # Read as it was sent: it is cleaned after this field.
        return normalise_or_cut(data, cut=bool(self["cut_photo"].data))[0]

    def clean(self) -> dict[str, Any]:
        """Apply the option to remove the number."""
        data = super().clean() or self.cleaned_data
        if data.get("remove_pesel"):
            if "pesel" in self.changed_data:
                self.add_error("remove_pesel", _("Podaj nowy numer PESEL albo usuń obecny, nie oba naraz."))
            data["pesel"] = None
        if "pesel_confirmed" not in self.fields and data.get("pesel") != self.instance.pesel:
            self.instance.pesel_confirmed = False  # it was about the number of before
        return data

    def _post_clean(self) -> None:
        """Say beside a mistake in the number who can confirm it, if it is the official one all the same."""
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        if self.instance.pesel_confirmed or not self.data.get("pesel"):
            return
        for field in ("pesel", "birth_date", "sex"):
            if any(error.code in MISTAKES for error in self.errors.as_data().get(field, ())):
                self.add_error("pesel", CONFIRMABLE)
                return

    def changed_columns(self) -> list[str]:
        """Return the columns that this form changes; a photo is stored by itself."""
        changed = [name for name in super().changed_columns() if name != "photo"]
        if "pesel" in changed:
            changed.append("sex")  # a new number may encode it
        if {"pesel", "birth_date", "sex", "pesel_confirmed"} & set(changed):
            changed.append("pesel_confirmed")  # it is dropped when nothing is wrong any more
        return list(dict.fromkeys(changed))


class NewStudentForm(StudentForm):
    """Form with a new student's data and account, which is an unused one or a new one."""

    login = forms.CharField(
        label=_("Login"),
        max_length=User._meta.get_field("username").max_length,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Taki jak w USOS. Jeśli nie ma jeszcze konta o tym loginie, powstanie nowe, bez hasła."),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Potrzebny, jeśli konto ma dopiero powstać.")
    )
    remove_pesel = None  # type: ignore[assignment]  # how Django drops a field: there is no number yet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pesel"].label = "PESEL"
        self.fields["pesel"].help_text = _("Puste pole, jeśli student nie ma numeru.")
        self.fields["new_photo"].label = _("Zdjęcie")

    def clean_login(self) -> str:
        """Find the account; raise ValidationError for one that is in use or not within the clerk's rights."""
        login: str = User.normalize_username(self.cleaned_data["login"])
        account = User.objects.with_login(login).select_related("student").first()
        if account is not None:
            if hasattr(account, "student"):
                raise ValidationError(_("To konto ma już inny student."), code="taken")
            if (account.is_staff or account.is_superuser) and not self.asked_by.has_perm(
                "students.change_user"
            ):
                raise ValidationError(
                    _("To konto pracownika. Połączyć je ze studentem może administrator."), code="staff"
                )
        self.instance.user = account or User(username=login)
        return login

    def clean(self) -> dict[str, Any]:
        """Require the e-mail address of a new account."""
        data = super().clean()
        is_new = "login" in data and self.instance.user._state.adding
        if is_new and not data.get("email", "wrong"):
            self.add_error("email", _("Podaj adres e-mail: konta o tym loginie jeszcze nie ma."))
        return data

    def save_account(self) -> User:
        """Return the account, created without a usable password where it is new."""
        account = self.instance.user
        if account._state.adding:
            account.email = self.cleaned_data["email"]
            account.first_name = self.instance.first_names
            account.last_name = self.instance.last_name
            account.set_unusable_password()
            account.save()
        return account
