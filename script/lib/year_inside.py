"""What the year asks for inside the portal: students, orders, extensions, and what everybody is told.

Runs in one `script/manage shell` for the whole year, which reads a function of this module and its arguments from each
line and writes what it returns.
"""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from io import StringIO
from typing import Any, cast

from django.core.management import call_command
from django.db import close_old_connections
from django.db.models import Exists, F, OuterRef, Q
from django.test import Client
from django.utils import timezone, translation

from mdocs import orders
from mdocs.entitlement import rules
from mdocs.models import Order, OrderEvent
from mdocs.statuses import CANCELLABLE, ENDABLE, ENDING, Reason, Status
from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from script.lib import year_acts
from students import signals
from students.cards import extend_cards
from students.half_years import half_year_end
from students.models import Enrolment, Faculty, Level, Programme, Student, StudentCard, User
from students.pesel import compose_pesel
from students.photos import store_photo
from students.portraits import draw_portrait

LANGUAGES = ("pl", "en")


def make(logins: list[str], card_until: dict[str, str], level: str, **studies: str) -> None:
    """Make students at a level of studies, each with a card until a day."""
    faculty, _made = Faculty.objects.get_or_create(code="ROK", defaults={"name": "Rok", "name_en": "Year"})
    programme, _made = Programme.objects.get_or_create(
        faculty=faculty, level=Level(level), name="Rok", defaults={"name_en": "Year"}
    )
    for number, login in enumerate(logins, Student.objects.count() + 1):
        born = date(2005, 1 + number % 12, 1 + number % 28)
        user = User.objects.create(username=login, email=f"{login}@student.example.edu.pl")
        student = Student(
            user=user, first_names="Ala", last_name="Rok", birth_date=born, sex="F",
            pesel=compose_pesel(born, "F", 1000 + number), album_number=f"62{number:04}",
        )  # fmt: skip
        student.save()
        store_photo(student, draw_portrait(number, "F"), by=None)
        values = {"started_on": "2025-10-01", "ended_on": "2028-09-30", **studies}
        Enrolment.objects.create(student=student, programme=programme, **values)
        until = date.fromisoformat(card_until.get(login, card_until["*"]))
        StudentCard.objects.create(
            student=student, barcode_number=f"77{number:08}", issued_on=date(2025, 10, 1), valid_until=until,
            holder_first_names="Ala", holder_last_name="Rok", holder_pesel=student.pesel,
        )  # fmt: skip


def change_studies(login: str, **values: str | None) -> None:
    """Change somebody's studies as an import would, and act on it as the portal does."""
    Enrolment.objects.filter(student__user__username=login).update(**values)
    student = Student.objects.get(user__username=login)
    signals.students_changed.send_robust(None, ids=[student.pk], by=None)


def order(*logins: str) -> list[str]:
    """Order for these students, and return those who could not."""
    refused = []
    for login in logins:
        try:
            orders.place(Student.objects.get(user__username=login), by=None)
        except (orders.NotEligible, orders.AlreadyOrdered):
            refused.append(login)
    return refused


def extend(until: str, *logins: str) -> list[str]:
    """Extend the cards of these students, and return what came of it."""
    cards = StudentCard.objects.in_use().filter(student__user__username__in=logins)
    by = User.objects.get(username="admin")
    return sorted(
        extend_cards(list(cards.values_list("pk", flat=True)), date.fromisoformat(until), by=by).values()
    )


def state(login: str) -> dict[str, Any] | None:
    """Return how somebody's newest order is."""
    newest = Order.objects.filter(student__user__username=login).order_by("-created_at").first()
    if newest is None:
        return None
    took = (newest.ready_at - newest.created_at).total_seconds() if newest.ready_at else None
    return {
        "status": newest.status,
        "valid_until": str(newest.valid_until),
        "extend_to": str(newest.extend_to or ""),
        "reason": newest.revocation_reason,
        "reissue_required": newest.reissue_required,
        "mdokumenty_id": newest.mdokumenty_id,
        "took": took,
    }


def told(login: str, *languages: str) -> list[list[str]]:
    """Return the messages to somebody: when, which, and their words in these languages, or in both."""
    messages = Message.objects.with_event_and_order().filter(student__user__username=login).order_by("pk")
    return [
        [
            timezone.localtime(message.created_at).isoformat()[:16],
            message.kind,
            " ".join(_words(message, languages or LANGUAGES)),
        ]
        for message in messages
    ]


def _words(message: Message, languages: Iterable[str]) -> list[str]:
    words = []
    for language in languages:
        with translation.override(language):
            rendered = render_message(message)
            words += [rendered.subject, *rendered.paragraphs]
    return words


def extended(logins: list[str], until: str) -> bool:
    """Return whether every document of these students that is on a phone is valid until a day."""
    phones = Order.objects.filter(status=Status.COLLECTED, student__user__username__in=logins)
    return phones.exists() and not phones.exclude(valid_until=until).exists()


def losing(day: str) -> int:
    """Return how many documents and orders will have ended by a day, as things stand."""
    return int(rules.ineligible_students(date.fromisoformat(day)).count())


def dry_run(day: str) -> str:
    """Return what the command of the sweep says would end on a day."""
    said = StringIO()
    call_command("sweep_entitlement", "--dry-run", "--date", day, stdout=said)
    return said.getvalue()


def after_half_year() -> str:
    """Return the day after the present half-year, of which the dashboard counts the endings."""
    return str(half_year_end(timezone.localdate()) + timedelta(days=1))


def sign_in(login: str) -> dict[str, str]:
    """Return the cookies of a browser in which somebody is signed in."""
    browser = Client()
    browser.force_login(User.objects.get(username=login))
    return {name: cookie.value for name, cookie in browser.cookies.items()}


def people(album_number: str, *crowds: str) -> dict[str, str]:
    """Return the album numbers that begin so, by login; without those who cannot sign in, and those whose logins begin
    like a crowd's."""
    found = Student.objects.filter(album_number__startswith=album_number, user__is_active=True).order_by("pk")
    for crowd in crowds:
        found = found.exclude(user__username__startswith=crowd)
    return {login: number or "" for login, number in found.values_list("user__username", "album_number")}


def ended_since(moment: str, placed_before: str) -> list[str]:
    """Return the present album numbers of those whose orders, placed before a moment, have begun to end since
    another."""
    ends = OrderEvent.objects.filter(
        at__gte=moment,
        old__in=ENDABLE,
        new__in=["revoking", "revoked", "lapsed"],
        order__created_at__lt=placed_before,
    )
    return [number or "" for number in ends.values_list("order__student__album_number", flat=True)]


def violations() -> list[str]:
    """Return what breaks a rule of the year at this moment, in the database."""
    today, found = timezone.localdate(), []
    stale = Order.objects.filter(status__in=CANCELLABLE | {Status.READY}, valid_until__lt=today)
    found += [f"{it.pk} is {it.status} with a last day of the past" for it in stale]
    lost = rules.ineligible_students(today).values_list("document__pk", "reason")
    found += [f"{pk} goes on without a right ({reason})" for pk, reason in lost]
    held = Student.objects.with_conditions(today).filter(Q(may_order=True), orders__status=Status.LAPSED)
    for student in held.exclude(orders__status__in=[*ENDABLE, *ENDING]).distinct():
        last = student.orders.order_by("-created_at").first()
        if last is not None and last.status == Status.LAPSED and last.extend_to:
            found.append(f"{last.pk} lapsed though it should have been extended")
    impossible = Order.objects.filter(extend_to__lte=F("valid_until"))
    found += [f"{it.pk} is to be extended to an earlier day" for it in impossible]
    return found


def valid_documents(album_number: str = "", day: str = "") -> dict[str, list[str]]:
    """Return the numbers in mDokumenty of the documents on phones that the portal believes to be valid, today or on a
    day.

    Of everybody, or of those whose album number begins so.
    """
    phones = Order.objects.filter(status=Status.COLLECTED, valid_until__gte=day or timezone.localdate())
    phones = phones.filter(album_number__startswith=album_number)
    return {"valid": [it.mdokumenty_id or "" for it in phones]}


def being_revoked() -> list[str]:
    """Return the numbers in mDokumenty of the documents and orders whose end it has not confirmed yet."""
    ending = Order.objects.filter(status__in=ENDING, mdokumenty_id__isnull=False)
    return [str(number) for number in ending.values_list("mdokumenty_id", flat=True)]


def unreplaced() -> int:
    """Return how many documents the portal has promised to replace, whose students may order and have none."""
    promised = Order.objects.filter(order_again=True, status__in=["revoked", "cancelled"])
    eligible = Student.objects.with_conditions(timezone.localdate()).filter(Q(may_order=True))
    newer = Order.objects.filter(student=OuterRef("student"), created_at__gt=OuterRef("created_at"))
    left = promised.exclude(Exists(newer))
    return (
        left.filter(student__in=eligible.values("pk")).exclude(events__reason=Reason.AGAIN_IMPOSSIBLE).count()
    )


def _named(name: str) -> Callable[..., Any]:
    """Return what a line asks for: a function of this module, or of what happens to people."""
    found = globals().get(name) or getattr(year_acts, name)
    return cast(Callable[..., Any], found)


def serve() -> None:
    """Do what each line of standard input asks for, and write what comes of it."""
    for line in sys.stdin:
        close_old_connections()
        name, arguments, options = json.loads(line)
        sys.stdout.write(f"{json.dumps(_named(name)(*arguments, **options))}\n")
        sys.stdout.flush()
