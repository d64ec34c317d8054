"""Import of persons: compares a table's persons with the database."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from students.identifiers import identifier_key
from students.importing.changes import Differences, PendingChanges
from students.importing.existing import ExistingRecords, StudentRecord
from students.importing.results import RowEffects, RowOutcome
from students.importing.rows import PersonData, RowRejected
from students.importing.wording import differences_in_words
from students.models import Student, User
from students.models.people import login_key
from students.names import same_name

CONFIRMABLE = gettext_lazy("Jeśli to numer urzędowy, potwierdzić go może administrator na stronie studenta.")
NAMES = ("first_names", "last_name")


def find(person: PersonData, stored: ExistingRecords) -> StudentRecord | None:
    """Return the student of a row; None for a new one.

    It is the student with this album number, give or take leading zeros, if the login or the PESEL agrees too. A
    student with another album number is identified by login and PESEL together. Raises RowRejected where a number or
    a login belongs to somebody else, and for a PESEL with a mistake that nobody has confirmed.
    """
    found = _find(person, stored)
    confirmed = found and found.student.pesel_confirmed and found.student.pesel == person.pesel
    if person.pesel_mistake and not confirmed:
        raise RowRejected(f"{person.pesel_mistake} {CONFIRMABLE}")
    if found:
        _check_change(person, found.student, stored)
    return found


def _find(person: PersonData, stored: ExistingRecords) -> StudentRecord | None:
    by_login = stored.by_login.get(login_key(person.login))
    by_pesel = stored.by_pesel.get(person.pesel) if person.pesel else None
    with_album = stored.with_album(person.album_number)
    by_album = next((record for record in with_album if record in (by_login, by_pesel)), None)
    if with_album and not by_album:
        if any(record.student.album_number == person.album_number for record in with_album):
            raise RowRejected(
                _("numer albumu należy w bazie do kogoś innego (o innym loginie i innym numerze PESEL)")
            )
        raise RowRejected(_("numer albumu różni się tylko zerami na początku od numeru kogoś innego w bazie"))
    found = by_album or by_login
    if by_login and by_login is not found:
        raise RowRejected(_("login należy w bazie do studenta o innym numerze albumu"))
    if by_pesel and by_pesel is not found:
        raise RowRejected(_("numer PESEL ma w bazie student o innym numerze albumu"))
    if found and not by_album and found.student.album_number and found is not by_pesel:
        raise RowRejected(_("login należy w bazie do studenta o innym numerze albumu"))
    return found


def _check_change(person: PersonData, student: Student, stored: ExistingRecords) -> None:
    if login_key(person.login) != login_key(student.user.username):
        if student.user.is_staff:
            raise RowRejected(_("login pracownika zmienia się w panelu, nie importem"))
        if login_key(person.login) in stored.users:
            raise RowRejected(_("login należy w bazie do innego konta"))
    if student.pesel and person.birth_date != student.birth_date:
        if not person.pesel:
            raise RowRejected(
                _("data urodzenia jest inna niż w bazie, a bez numeru PESEL nie da się jej sprawdzić")
            )
        if person.pesel_mistake:
            raise RowRejected(
                _("data urodzenia jest inna niż w bazie, a numer PESEL z błędem jej nie potwierdza")
            )


def apply(
    person: PersonData,
    record: StudentRecord | None,
    stored: ExistingRecords,
    changes: PendingChanges,
    effects: RowEffects,
) -> StudentRecord:
    """Create the person, or change what differs.

    An empty PESEL or e-mail keeps the stored one; so does a sex that no PESEL encodes. The account of a member of
    staff stays unchanged. An album number and a login that are the stored ones written otherwise stay as stored.
    """
    values: dict[str, Any] = {
        "first_names": person.first_names,
        "last_name": person.last_name,
        "album_number": person.album_number,
        "birth_date": person.birth_date,
    }
    if person.pesel and not person.pesel_mistake:
        values |= {"pesel": person.pesel, "sex": person.sex, "pesel_confirmed": False}
    has_stored_account = True
    if record is None:
        record = _create(person, values, stored, changes, effects)
        has_stored_account = not record.student.user._state.adding
    else:
        _change(record.student, person, values, changes, effects)
    if has_stored_account and not record.student.user.is_staff:
        _change_account(record.student.user, person, changes, effects)
    return record


def _create(
    person: PersonData,
    values: dict[str, Any],
    stored: ExistingRecords,
    changes: PendingChanges,
    effects: RowEffects,
) -> StudentRecord:
    effects.add(RowOutcome.NEW, _("nowy student"))
    effects.new_student = True
    user = stored.users.get(login_key(person.login)) or changes.create(_account(person))
    return StudentRecord(changes.create(Student(user=user, **values)))


def _change(
    student: Student,
    person: PersonData,
    values: dict[str, Any],
    changes: PendingChanges,
    effects: RowEffects,
) -> None:
    if student.album_number and identifier_key(student.album_number) == identifier_key(person.album_number):
        values = values | {"album_number": student.album_number}
    before = student.first_names, student.last_name
    differing = changes.change(student, **values)
    if same_name(before[0], person.first_names) and same_name(before[1], person.last_name):
        respelled = {name: differing.pop(name) for name in NAMES if name in differing}
        _add_effect(respelled, student, effects, RowOutcome.RESPELLED)
    _add_effect(differing, student, effects)


def _change_account(user: User, person: PersonData, changes: PendingChanges, effects: RowEffects) -> None:
    account = {
        **({"username": person.login} if login_key(person.login) != login_key(user.username) else {}),
        "first_name": person.first_names,
        "last_name": person.last_name,
        **({"email": person.email} if person.email else {}),
    }
    changed = changes.change(user, **account)
    told = {name: both for name, both in changed.items() if name in ("username", "email")}
    _add_effect(told, user, effects)


def _account(person: PersonData) -> User:
    """Return a new account without a password: students sign in where the university lets them."""
    return User(
        username=person.login,
        first_name=person.first_names,
        last_name=person.last_name,
        email=person.email,
        password=make_password(None),
    )


def _add_effect(
    differing: Differences,
    row: Student | User,
    effects: RowEffects,
    outcome: RowOutcome = RowOutcome.CHANGED,
) -> None:
    if differing:
        words = (
            _("inna pisownia: %(fields)s")
            if outcome == RowOutcome.RESPELLED
            else _("zmiana danych: %(fields)s")
        )
        effects.add(outcome, words % {"fields": differences_in_words(row, differing)})
