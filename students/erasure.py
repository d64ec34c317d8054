"""Erasure of a person (RODO, art. 17): what says who it was goes, what the law makes a university keep is nobody's.

Studies, dates and numbers of cards and the history of orders stay without a name: they are records of a public task
(art. 17 ust. 3 lit. b and d). Who still studies, has a card in use or an mLegitymacja is not erased.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, Model, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students import audit_log
from students.locking import lock_students
from students.models import (
    AuditEntry,
    Enrolment,
    EnrolmentStatus,
    ImportedChange,
    JobNote,
    Look,
    Student,
    StudentCard,
    User,
)
from students.models.log import AuditEntryQuerySet

LOGIN = "erased-"  # with the key of the account: the login is nobody's, and unique
NAMELESS = ("-", "-")  # as whoever lacks a name has it
NO_BIRTH_DATE = date(1900, 1, 1)  # the column has to hold one
ERASED = "erased"

GOES: list[StrOrPromise] = [
    _("imiona, nazwisko, PESEL, data urodzenia, płeć, numer albumu i zdjęcie"),
    _("login, hasło i adres e-mail konta; nikt się już na nie nie zaloguje"),
    _("imiona, nazwisko, PESEL i numery układów na legitymacjach (ELS)"),
    _("treść wpisów dziennika zdarzeń o tej osobie, zapis tego, kto oglądał jej dane, notatki z importów"),
]
STAYS: list[StrOrPromise] = [
    _("studia: kierunek, status i daty, bez nazwiska (dokumentacja przebiegu studiów jest w USOS)"),
    _("numery i daty wydanych legitymacji, bez nazwiska (ewidencja wydanych dokumentów)"),
    _("kiedy i czego dotyczyły wpisy dziennika zdarzeń, bez treści (rozliczalność, art. 5 ust. 2 RODO)"),
]


@dataclass(frozen=True)
class ReasonToKeep:
    """Condition under which a student is not erased, and how it is told."""

    condition: Q
    text: StrOrPromise


GOES_OF_ACCOUNT: list[StrOrPromise] = [
    _("imiona, nazwisko, login, hasło, adres e-mail, role, tokeny i zgody"),
    _("adresy, z których to konto działało"),
]
STAYS_OF_ACCOUNT: list[StrOrPromise] = [
    _("wpisy dziennika zdarzeń o tym, co zmieniono, bez nazwiska (rozliczalność, art. 5 ust. 2 RODO)"),
]

_reasons: list[Callable[[], ReasonToKeep]] = []
_of_accounts: list[type[Model]] = []
_erasers: list[Callable[[Sequence[int]], None]] = []


def register(
    *,
    keeps: Callable[[], ReasonToKeep] | None = None,
    erase: Callable[[Sequence[int]], None] | None = None,
    goes: Sequence[StrOrPromise] = (),
    stays: Sequence[StrOrPromise] = (),
) -> None:
    """Register what another app holds of a person: why to keep them, how to erase it, and how both are told.

    `erase` is called with the keys of students, in the transaction of the erasure, with the students locked.
    """
    if keeps is not None:
        _reasons.append(keeps)
    if erase is not None:
        _erasers.append(erase)
    GOES.extend(goes)
    STAYS.extend(stays)


def register_rows_of_account(*models: type[Model]) -> None:
    """Register models whose rows go with the account that their `user` names."""
    _of_accounts.extend(models)


def reasons_to_keep() -> list[ReasonToKeep]:
    """Return the reasons of all apps."""
    studies = Enrolment.objects.filter(
        student=OuterRef("pk"), status__in=[EnrolmentStatus.ACTIVE, EnrolmentStatus.LEAVE]
    )
    cards = StudentCard.objects.in_use().filter(student=OuterRef("pk"))
    return [
        ReasonToKeep(Q(Exists(studies)), _("Ta osoba studiuje: uczelnia musi mieć jej dane.")),
        ReasonToKeep(Q(Exists(cards)), _("Ta osoba ma legitymację (ELS), która nie jest zakończona.")),
        *(reason() for reason in _reasons),
    ]


def obstacles(student: Student) -> list[StrOrPromise]:
    """Return why a student cannot be erased now, in words; empty where nothing stands in the way."""
    same = Student.objects.filter(pk=student.pk)
    return [reason.text for reason in reasons_to_keep() if same.filter(reason.condition).exists()]


@transaction.atomic
def erase_student(student: Student, *, by: User | None) -> None:
    """Erase a student with the account. Raises ValidationError where `obstacles` has any."""
    lock_students([student.pk])
    if found := obstacles(student):
        raise ValidationError([str(text) for text in found])
    erase_students([student.pk], by=by)


def erase_students(keys: Sequence[int], *, by: User | None) -> None:
    """Erase students with their accounts, in as many statements as for one.

    The caller has locked them, and found under the lock that nobody has a reason to keep them.
    """
    students = list(Student.objects.filter(pk__in=keys).only("pk", "user_id", "album_number"))
    accounts = _lock_accounts(students)
    # While what belongs to the students can still be found.
    for entries in AuditEntry.objects.parts_concerning(students):
        _scrub(entries)
    first_names, last_name = NAMELESS
    StudentCard.objects.filter(student__in=keys).update(
        holder_first_names=first_names,
        holder_last_name=last_name,
        holder_pesel=None,
        holder_pesel_index=None,
        contact_chip_uid=None,
        contactless_chip_uid=None,
    )
    for erase in _erasers:  # after the cards: orders are locked last
        erase(keys)
    JobNote.objects.filter(album_number__in=[it.album_number for it in students if it.album_number]).delete()
    ImportedChange.objects.filter(student__in=keys).delete()
    Look.objects.filter(student__in=keys).delete()
    Student.objects.filter(pk__in=keys).update(
        first_names=first_names,
        last_name=last_name,
        pesel=None,
        pesel_index=None,
        pesel_confirmed=False,
        album_number=None,
        birth_date=NO_BIRTH_DATE,
        sex=None,
        photo=None,
    )
    _erase_accounts(accounts)
    erased = Student.objects.filter(pk__in=keys).defer("pesel").order_by("pk")
    if by is not None:
        audit_log.record_actions(audit_log.AuditedAction(row, str(row), ERASED, by, {}) for row in erased)
    else:
        audit_log.record_changes((row, {"last_name": (audit_log.HIDDEN, last_name)}) for row in erased)


def _lock_accounts(students: Sequence[Student]) -> list[int]:
    accounts = User.objects.filter(pk__in=[student.user_id for student in students]).order_by("pk")
    return list(accounts.select_for_update(no_key=True).values_list("pk", flat=True))


def _erase_accounts(keys: Sequence[int]) -> None:
    """Take from accounts what says whose they were, and shut them; their roles go too."""
    for model in _of_accounts:
        model._base_manager.filter(user__in=keys).delete()
    accounts = User.objects.filter(pk__in=keys)
    accounts.update(
        username=Concat(Value(LOGIN), Cast("pk", CharField())),
        email="",
        first_name="",
        last_name="",
        password="!",  # noqa: S106  # no password: what Django calls unusable
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
    )
    # One by one, as few have any: the audit log notes each, under the new name.
    with_roles = accounts.filter(
        Q(groups__isnull=False) | Q(faculties__isnull=False) | Q(user_permissions__isnull=False)
    )
    for account in with_roles.distinct():
        for roles in (account.groups, account.faculties, account.user_permissions):
            # Not clear(): of that the audit log notes all roles that there are, as if the account had had them.
            if held := list(roles.values_list("pk", flat=True)):
                roles.remove(*held)
    AuditEntry.objects.filter(actor__in=keys).update(actor_email=None, remote_addr=None)
    Look.objects.filter(actor__in=keys).update(remote_addr=None)


@transaction.atomic
def erase_account_alone(account: User, *, by: User) -> None:
    """Erase an account that no student has; what it did stays in the audit log, as nobody's."""
    _scrub(AuditEntry.objects.of_account(account))
    _erase_accounts([account.pk])
    account.refresh_from_db()
    audit_log.record_actions([audit_log.AuditedAction(account, account.username, ERASED, by, {})])


def _scrub(entries: AuditEntryQuerySet) -> None:
    entries.update(object_repr=" ".join(NAMELESS), changes=None, changes_text="", serialized_data=None)
