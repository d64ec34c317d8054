"""Retention: what is deleted, or made nobody's, when its time is over (RODO, art. 5 ust. 1 lit. e).

Each rule names its setting in RETENTION_MONTHS: so many months after which its rows are due, 0 for ever. Other apps
register theirs. Rows go in batches, each in a transaction of its own: whatever stops it, the next night goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students import audit_log, erasure
from students.models import AuditEntry, Enrolment, EnrolmentStatus, Look, Student, StudentCard

BATCH = 500  # rows of one transaction
LONGEST_NIGHT = timedelta(minutes=8)  # less than a task may take; the next night goes on
_DAYS_OF_A_MONTH = 365 / 12


@dataclass(frozen=True)
class RetentionRule:
    """A rule: its setting, which rows are due before a moment, and what becomes of a batch of their keys."""

    setting: str
    due: Callable[[datetime], QuerySet[Any]]
    apply: Callable[[Sequence[Any]], None]
    batch: int = BATCH


_rules: list[RetentionRule] = []


def register(rule: RetentionRule) -> None:
    """Register a rule; registering the same again changes nothing."""
    if rule not in _rules:
        _rules.append(rule)


def rules() -> tuple[RetentionRule, ...]:
    """Return the rules in the order in which they are applied."""
    return tuple(_rules)


def apply_retention(
    now: datetime, *, dry_run: bool = False, batch: int = BATCH, stop_at: datetime | None = None
) -> Iterator[tuple[str, int]]:
    """Apply each rule whose setting is not 0; yield the setting and how many rows were due, or done by `stop_at`.

    A dry run counts only.
    """
    for rule in _rules:
        months = settings.RETENTION_MONTHS[rule.setting]
        if months:
            due = rule.due(now - timedelta(days=months * _DAYS_OF_A_MONTH))
            yield rule.setting, due.count() if dry_run else apply_rule(rule, due, batch, stop_at)


def apply_rule(
    rule: RetentionRule, due: QuerySet[Any], batch: int = BATCH, stop_at: datetime | None = None
) -> int:
    """Apply a rule to what is due, in batches until nothing is or the time is up; return to how many rows."""
    done, last = 0, None
    ordered = due.order_by("pk").values_list("pk", flat=True)
    while stop_at is None or timezone.now() < stop_at:
        with transaction.atomic():
            rest = ordered if last is None else ordered.filter(pk__gt=last)
            keys = list(rest.select_for_update(skip_locked=True, of=("self",))[: min(batch, rule.batch)])
            if not keys:
                return done
            # Asked again under the lock: who has been given a card meanwhile, which changes another row, stays.
            still_due = list(due.filter(pk__in=keys).values_list("pk", flat=True))
            if still_due:
                rule.apply(still_due)
        done, last = done + len(still_due), keys[-1]
    return done


def who_left(before: datetime) -> QuerySet[Student]:
    """Return the students all of whose studies ended before a moment, and who have nothing that still works."""
    studies = Enrolment.objects.filter(student=OuterRef("pk"))
    running = studies.filter(status__in=[EnrolmentStatus.ACTIVE, EnrolmentStatus.LEAVE])
    recent = studies.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=before.date()))
    left = Student.objects.filter(Exists(studies), ~Exists(running), ~Exists(recent))
    for keeps in erasure.reasons_to_keep():
        left = left.exclude(keeps.condition)
    return left


def _with_photo_or_pesel(before: datetime) -> QuerySet[Student]:
    on_card = StudentCard.objects.filter(student=OuterRef("pk"), holder_pesel__isnull=False)
    return who_left(before).filter(Q(photo__isnull=False) | Q(pesel__isnull=False) | Q(Exists(on_card)))


def _drop_photos_and_pesels(keys: Sequence[int]) -> None:
    """Let go of photos, whose files go in the next night, and of PESELs; the audit log says so."""
    students = list(Student.objects.filter(pk__in=keys).defer("pesel"))
    StudentCard.objects.filter(student__in=keys).update(holder_pesel=None, holder_pesel_index=None)
    Student.objects.filter(pk__in=keys).update(
        photo=None, pesel=None, pesel_index=None, pesel_confirmed=False
    )
    hidden = (audit_log.HIDDEN, "None")
    audit_log.record_changes((student, {"pesel": hidden, "photo": hidden}) for student in students)


def _named(before: datetime) -> QuerySet[Student]:
    return who_left(before).exclude(user__username__startswith=erasure.LOGIN)


def _erase(keys: Sequence[int]) -> None:
    erasure.erase_students(keys, by=None)


def _entries(before: datetime) -> QuerySet[Any]:
    return AuditEntry.objects.filter(timestamp__lt=before)


def _looks(before: datetime) -> QuerySet[Any]:
    return Look.objects.filter(at__lt=before)


def _delete_entries(keys: Sequence[int]) -> None:
    AuditEntry.objects.filter(pk__in=keys).delete()


def _delete_looks(keys: Sequence[int]) -> None:
    Look.objects.filter(pk__in=keys).delete()


def register_own() -> None:
    """Register the rules of this app; called once, when the apps are ready."""
    register(RetentionRule("photos", _with_photo_or_pesel, _drop_photos_and_pesels))
    register(RetentionRule("people", _named, _erase))
    register(RetentionRule("audit", _entries, _delete_entries))
    register(RetentionRule("looks", _looks, _delete_looks))


def settings_in_words() -> dict[str, StrOrPromise]:
    """Return how long each rule keeps what it is about, as the privacy notice says it."""
    return {
        name: _("%(number)s mies.") % {"number": number} if number else _("jak długo postanowi uczelnia")
        for name, number in settings.RETENTION_MONTHS.items()
    }
