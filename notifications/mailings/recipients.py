"""Recipients of an office's message: what stands for the placeholders of each, and how, or why not, it reaches them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise

from mdocs.models import Order
from mdocs.statuses import RevocationReason
from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import PARTS, Mailing
from notifications.office_texts.placeholders import missing_label, names_in
from students.half_years import extension_target
from students.models import Faculty, Student, StudentCard, User
from students.moments import write_day
from students.offices import office_columns, office_from

LANGUAGES = ("pl", "en")
ABOUT_EXTENSION = "przedluzenie_do"  # asks for an extension: not of those whose card has it already
SAME_TEXT = timedelta(days=14)  # for so long nobody gets the same text again

BY_EMAIL = "by_email"
NOT_WANTED, NO_ADDRESS = "email_not_wanted", "no_address"
NO_ACCOUNT, DECEASED, NO_DATA, ALREADY = "no_account", "deceased", "no_data", "already"
EXTENDED, OTHER_FACULTY = "extended_before", "other_faculty"
REACHED: Mapping[str, StrOrPromise] = {
    BY_EMAIL: _("w portalu i e-mailem"),
    NOT_WANTED: _("w portalu, nie e-mailem: student nie chce takich e-maili"),
    NO_ADDRESS: _("w portalu, nie e-mailem: student nie ma adresu e-mail"),
}
NOT_REACHED: Mapping[str, StrOrPromise] = {
    NO_DATA: _("nie dostanie: brakuje danych do tej wiadomości"),
    EXTENDED: _("nie dostanie: legitymacja jest już przedłużona"),
    ALREADY: _("nie dostanie: ma już tę wiadomość z ostatnich 14 dni"),
    NO_ACCOUNT: _("nie dostanie: konto jest wyłączone"),
    DECEASED: _("nie dostanie: student nie żyje"),
    OTHER_FACULTY: _("nie dostanie: student innego wydziału"),
}
EMAIL_STATES = {
    BY_EMAIL: EmailState.WAITING,
    NOT_WANTED: EmailState.NOT_WANTED,
    NO_ADDRESS: EmailState.NO_ADDRESS,
}


@dataclass(frozen=True)
class Recipient:
    """A student of the list: `outcome` is a key of REACHED or NOT_REACHED, `why` what the latter's label leaves open.

    `values` has for each language what stands for the placeholders that the text uses.
    """

    student: int
    outcome: str
    album_number: str = ""
    holder: str = ""
    why: StrOrPromise = ""
    values: Mapping[str, Mapping[str, str]] | None = None


def recipients_of(
    students: Collection[int], text: Mapping[str, str], by: User, *, other_than: Mailing | None = None
) -> list[Recipient]:
    """Return what becomes of a message to each of these students, in a constant number of queries.

    `text` has the PARTS of an OfficeText. `other_than` is the mailing itself, whose messages are not another's.
    """
    today, names = timezone.localdate(), names_in(*(text[part] for part in PARTS))
    found = {student.pk: student for student in _students(students, text, by, today, other_than)}
    values = _values_of(found.values(), names, today)
    return [
        _recipient(found[key], values[key], names, today) if key in found else Recipient(key, OTHER_FACULTY)
        for key in students
    ]


def _students(
    keys: Collection[int], text: Mapping[str, str], by: User, today: date, other_than: Mailing | None
) -> Any:
    this = OuterRef("pk")
    cards = StudentCard.objects.in_use().filter(student=this)
    live = Order.objects.live().filter(student=this).order_by("-valid_until")
    dead = Order.objects.filter(student=this, revocation_reason=RevocationReason.HOLDER_DECEASED)
    opted_out = NotificationOptOut.objects.filter(
        student=this, kind=NotificationType.FROM_OFFICE, channel=Channel.EMAIL
    )
    same = Mailing.objects.filter(
        **{part: text[part] for part in PARTS}, created_at__gt=timezone.now() - SAME_TEXT
    )
    if other_than is not None:
        same = same.exclude(pk=other_than.pk)
    return (
        Student.objects.in_scope(by)
        .filter(pk__in=keys)
        .select_related("user")
        .defer("pesel")
        .annotate(
            card_until=Subquery(cards.values("valid_until")[:1]),
            document_until=Subquery(live.values("valid_until")[:1]),
            office=office_columns(today),
            is_dead=Exists(dead),
            is_opted_out=Exists(opted_out),
            has_it=Exists(Message.objects.filter(student=this, mailing__in=same)),
        )
    )


def _recipient(
    student: Student, values: Mapping[str, Mapping[str, str]], names: list[str], today: date
) -> Recipient:
    missing = [name for name in names if not all(values[language][name] for language in LANGUAGES)]
    return Recipient(
        student.pk,
        _outcome(student, bool(missing), ABOUT_EXTENSION in names and _is_extended(student, today)),
        album_number=student.album_number or "",
        holder=f"{student.last_name} {student.first_names}",
        why=missing_label(missing) if missing else "",
        values=values,
    )


def _is_extended(student: Student, today: date) -> bool:
    until: date | None = vars(student)["card_until"]
    return until is not None and until >= extension_target(today)


def _outcome(student: Student, lacks_data: bool, is_extended: bool) -> str:
    found = vars(student)
    reasons = (
        (DECEASED, found["is_dead"]),
        (NO_ACCOUNT, not student.user.is_active),
        (ALREADY, found["has_it"]),
        (NO_DATA, lacks_data),
        (EXTENDED, is_extended),
        (NOT_WANTED, found["is_opted_out"]),
        (NO_ADDRESS, not student.user.email),
    )
    return next((outcome for outcome, applies in reasons if applies), BY_EMAIL)


# What stands for each placeholder, in the active language; "" where there is nothing.
_VALUES: Mapping[str, Callable[[Student, date], str]] = {
    "imie": lambda student, _today: next(iter((student.first_names or student.last_name).split()), ""),
    "nazwisko": lambda student, _today: student.last_name,
    "numer_albumu": lambda student, _today: student.album_number or "",
    "legitymacja_do": lambda student, _today: _day(vars(student)["card_until"]),
    "mlegitymacja_do": lambda student, _today: _day(vars(student)["document_until"]),
    ABOUT_EXTENSION: lambda _student, today: write_day(extension_target(today)),
    "dziekanat": lambda student, _today: _contacts(office_from(vars(student)["office"])),
}


def _values_of(
    students: Iterable[Student], names: list[str], today: date
) -> dict[int, dict[str, dict[str, str]]]:
    """Return what stands for these names in each language, by student."""
    values: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for language in LANGUAGES:
        with override(language):
            for student in students:
                values[student.pk][language] = {name: _VALUES[name](student, today) for name in names}
    return values


def _day(day: date | None) -> str:
    return write_day(day) if day else ""


def _contacts(office: Faculty | None) -> str:
    """Return the faculty with the contacts that its dean's office has, in the active language."""
    if office is None:
        return ""
    phone = _("tel. %(number)s") % {"number": office.phone} if office.phone else ""
    return ", ".join(
        str(part)
        for part in (office.local_name, office.room, office.hours, phone, office.email, office.website)
        if part
    )
