"""Accounts and students."""

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.contrib.auth.models import UserManager as AuthUserManager
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import conditions, scope  # as modules: they and this one import each other
from students.encryption import (
    BlindIndexedModel,
    BlindIndexedQuerySet,
    BlindIndexField,
    EncryptedTextField,
    blind_index,
    pair_is_whole,
)
from students.fields import CodeField, Key, check_key, is_code, one_spaced
from students.names import name_key, tidy, validate_name, validate_visible
from students.pesel import check_identity, clean_pesel_form, mask_pesel, sex_of
from students.text_folding import begins_words, fold, folded, words_of

if TYPE_CHECKING:
    from students.models.studies import Faculty

EARLIEST_BIRTH = date(1900, 1, 1)
NAMELESS = _("Student ma przynajmniej jedno: imię albo nazwisko.")


class UserManager(AuthUserManager["User"]):
    """Manager of accounts, which are found by their login however it is written."""

    use_in_migrations = False

    def with_login(self, login: str) -> "models.QuerySet[User]":
        """Return the account with this login, as a queryset: `Anna` and `anna` are one."""
        return self.alias(login_key=Lower("username")).filter(login_key=login_key(login))

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account that signs in with this login. Raises User.DoesNotExist."""
        return self.with_login(username or "").get()


def login_key(login: str) -> str:
    """Return what is equal for all spellings of a login, as `Lower` has it in the database.

    Of İ, Python would make two letters.
    """
    return unicodedata.normalize("NFKC", login).replace("İ", "i").lower()


class User(AbstractUser):
    """An account of a student, a clerk or an administrator, with its e-mail address."""

    first_name = models.CharField(
        _("imiona"), max_length=150, blank=True, validators=[validate_visible], default="", db_default=""
    )
    last_name = models.CharField(
        _("nazwisko"), max_length=150, blank=True, validators=[validate_visible], default="", db_default=""
    )
    faculties: models.ManyToManyField["Faculty", models.Model] = models.ManyToManyField(
        "Faculty",
        blank=True,
        related_name="clerks",
        verbose_name=_("wydziały"),
        help_text=_("Pracownik widzi tylko studentów tych wydziałów, chyba że wolno mu widzieć wszystkie."),
    )
    # Messages are written in it too. Empty until the first sign-in, which keeps what the browser asks for.
    language = models.CharField(
        _("język"), max_length=2, choices=settings.LANGUAGES, blank=True, default="", db_default=""
    )
    # Keys of `students.admin.columns`; None until somebody chooses, so that new columns reach who has not.
    student_columns = models.JSONField(
        _("kolumny listy studentów"), null=True, blank=True, editable=False, default=None
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("konto")
        verbose_name_plural = _("konta")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_login_once",
                violation_error_message=_(
                    "Jest już konto o tym loginie. Wielkość liter nie ma w nim znaczenia."
                ),
            ),
            models.CheckConstraint(
                name="user_language_known",
                condition=Q(language__in=["", *(code for code, _name in settings.LANGUAGES)]),
            ),
        ]
        # Few among very many, asked for at each look at the office's front page.
        indexes = [models.Index(fields=["id"], condition=Q(is_active=False), name="user_switched_off")]


class Sex(models.TextChoices):
    """The sex that a PESEL encodes. Without a PESEL it may be unknown, since USOS does not pass it on."""

    FEMALE = "F", _("kobieta")
    MALE = "M", _("mężczyzna")


class StudentQuerySet(BlindIndexedQuerySet["Student"]):
    """Queryset of students: visibility, search by name, and eligibility."""

    def of_user(self, user: User | AnonymousUser) -> "StudentQuerySet":
        """Return the student of this account: one row, or none."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def in_scope(self, user: User | AnonymousUser) -> "StudentQuerySet":
        """Return the students of the faculties of a member of staff."""
        return self.filter(scope.in_scope(user))

    def visible_to(self, user: User | AnonymousUser) -> "StudentQuerySet":
        """Return the students that `user` may view: those in scope for staff with the permission, else their own
        row."""
        if user.is_staff and user.has_perm("students.view_student"):
            return self.in_scope(user)
        return self.of_user(user)

    def named(self, words: str) -> "StudentQuerySet":
        """Return students with each of the words at the beginning of a name, ignoring case and diacritics."""
        found = self
        if beginnings := fold(words).replace("-", " ").strip():
            found = found.filter(begins_words("search_name", beginnings))  # by the index; the rest is exact
        for word in fold(words).split():
            inside = Q(search_name__contains=f" {word}") | Q(search_name__contains=f"-{word}")
            found = found.filter(Q(search_name__startswith=word) | inside)
        return found

    def with_conditions(self, today: date, rules: str | None = None) -> "StudentQuerySet":
        """Annotate what `students.eligibility.assess` reads, for the named rules or for ELIGIBILITY_RULES.

        These are `meets_<code>` for each condition, `level_allowed`, `may_order`, `entitled_until`, `current_levels`
        and `eligibility_rules`. Raises ImproperlyConfigured for rules that do not exist.
        """
        return self.annotate(**conditions.annotations(today, rules))


class Student(BlindIndexedModel):
    """A person with an account, an album number and enrolments."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="student", verbose_name=_("konto")
    )
    first_names = models.CharField(_("imiona"), max_length=100, validators=[validate_name])
    last_name = models.CharField(_("nazwisko"), max_length=100, validators=[validate_name])
    pesel = EncryptedTextField(_("PESEL"), null=True, blank=True)
    pesel_index = BlindIndexField(source="pesel", unique=True)
    # A wrong date or check digit is held only so; then birth date and sex are what is stored here.
    pesel_confirmed = models.BooleanField(
        _("numer PESEL z błędem potwierdzony"),
        default=False,
        db_default=False,
        help_text=_(
            "Zaznacz, gdy numer w dokumencie tożsamości albo w rejestrze PESEL jest właśnie taki, choć ma błędną datę, "
            "płeć lub cyfrę kontrolną. Data urodzenia i płeć są wtedy te z tej strony, a o wydaniu mLegitymacji "
            "rozstrzyga mDokumenty. Kto i kiedy potwierdził, zapisuje dziennik."
        ),
    )
    album_number = CodeField(_("numer albumu"), max_length=20, unique=True, null=True, blank=True)
    birth_date = models.DateField(_("data urodzenia"))
    sex = models.CharField(
        _("płeć"),
        max_length=1,
        choices=Sex,
        null=True,
        blank=True,
        help_text=_("Puste pole wypełni numer PESEL, jeśli jest."),
    )
    search_name = models.GeneratedField(
        expression=folded(Concat("last_name", Value(" "), "first_names")),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("nazwisko i imiona do wyszukiwania"),
    )
    photo = models.OneToOneField(
        "Photo",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="student",
        verbose_name=_("zdjęcie"),
    )

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("studenci")
        # In the order of folded names, independent of the collation: Śliwa is among the S.
        ordering = ["search_name", "pk"]
        indexes = [
            models.Index(fields=["search_name", "id"], name="student_in_order"),
            models.Index(Key("album_number"), name="student_album_key"),
            models.Index(fields=["search_name"], opclasses=["text_pattern_ops"], name="student_search_name"),
            GinIndex(words_of("search_name"), name="student_name_words"),
        ]
        permissions = [
            ("view_full_pesel", _("Może zobaczyć cały PESEL (zapisywane w dzienniku)")),
            ("view_every_faculty", _("Widzi studentów wszystkich wydziałów")),
            ("import_student", _("Może importować dane z USOS")),
            ("export_student", _("Może eksportować listy studentów, studiów i legitymacji")),
            ("confirm_pesel", _("Może potwierdzić numer PESEL z błędem")),
            ("erase_student", _("Może usunąć dane osobowe studenta, który odszedł")),
        ]
        constraints = [
            pair_is_whole("pesel", "pesel_index", name="student_pesel_has_index"),
            one_spaced("first_names", "last_name", name="student_names_spaced"),
            is_code("album_number", name="student_album_is_code"),
            models.CheckConstraint(
                name="student_born_since_1900",
                condition=Q(birth_date__gte=EARLIEST_BIRTH),
                violation_error_message=_("Data urodzenia jest zbyt dawna."),
            ),
            models.CheckConstraint(
                name="student_sex_known",
                condition=Q(sex__isnull=False, sex__in=Sex.values)
                | Q(sex__isnull=True, pesel__isnull=True)
                | Q(sex__isnull=True, pesel_confirmed=True),
            ),
            models.CheckConstraint(
                name="student_confirmed_pesel_is_there",
                condition=Q(pesel_confirmed=False) | Q(pesel__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.album_number or '–'})"

    @property
    def full_name(self) -> str:
        """Return first names and surname."""
        return f"{self.first_names} {self.last_name}"

    @property
    def masked_pesel(self) -> str:
        """Return the PESEL with its second half hidden, as lists show it."""
        return mask_pesel(self.pesel)

    def clean_fields(self, exclude: "set[str] | frozenset[str] | None" = None) -> None:  # type: ignore[override]
        """Normalise spaces and the Unicode form (NFC) of names before they are checked."""
        self.first_names = tidy(self.first_names)
        self.last_name = tidy(self.last_name)
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Check the birth date and the PESEL; raise ValidationError in Polish, keyed by field.

        A confirmation of a number that has no mistake, or is not there, is dropped.
        """
        super().clean()
        check_key(self, "album_number")
        if name_key(self.first_names) == name_key(self.last_name) == "-":
            raise ValidationError({"last_name": NAMELESS})
        if self.birth_date and self.birth_date > timezone.localdate():
            raise ValidationError({"birth_date": _("Data urodzenia nie może być w przyszłości.")})
        if not self.pesel:
            self.pesel, self.pesel_confirmed = None, False
            return
        if not self.birth_date:
            return  # found missing before, and nothing to compare a PESEL with
        try:
            check_identity(self.pesel, self.birth_date, self.sex)
        except ValidationError:
            if not self.pesel_confirmed:
                raise
        else:
            self.pesel_confirmed = False
        try:
            self.pesel = clean_pesel_form(self.pesel)
        except ValidationError as error:
            raise ValidationError({"pesel": error}) from None
        if not self.pesel_confirmed:
            self.sex = self.sex or sex_of(self.pesel)
        others = Student.objects.exclude(pk=self.pk)
        if others.filter(pesel_index=blind_index(self.pesel)).exists():
            raise ValidationError({"pesel": _("Ten numer PESEL ma już inny student.")})
