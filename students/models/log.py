"""Audit log as a model: django-auditlog's table, searched by the people and objects of its entries."""

from collections.abc import Sequence
from functools import reduce
from ipaddress import ip_address
from operator import or_
from uuid import UUID

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from students.identifiers import normalised
from students.models.cards import StudentCard
from students.models.people import Student, User

MOST_STUDENTS = 100  # that a name may mean; beyond it a search says little, and costs much


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Queryset of audit log entries."""

    def concerning(self, student: Student) -> "AuditEntryQuerySet":
        """Return the entries about a student, the account, and every row of theirs, deleted ones included."""
        return self.filter(_concerning([student]))

    def parts_concerning(self, students: "Sequence[Student]") -> "list[AuditEntryQuerySet]":
        """Return what `concerning` does for many, in parts, for a change of them: an index finds each, none all."""
        return [self.filter(part) for part in _parts_concerning(students)]

    def of_account(self, account: User) -> "AuditEntryQuerySet":
        """Return the entries about an account."""
        return self.filter(_about(User, [account.pk]))

    def search(self, term: str) -> "AuditEntryQuerySet":
        """Return the entries that a term means.

        These are changes of a student (album number, names), a card (barcode) or an order (number), actions of an
        account (its name), or entries from an address or of a request (its id). The term is resolved to keys first,
        and the entries found by their indexes, since the log is too long to scan.
        """
        term = term.strip()
        if (number := _uuid(term)) is not None:
            return self.filter(Q(object_pk=str(number)) | Q(cid__in=[number.hex, str(number)]))
        if (address := _address(term)) is not None:
            return self.filter(remote_addr=address)
        accounts = User.objects.with_login(term).values_list("pk", flat=True)
        cards = StudentCard.objects.filter(barcode_number__means=normalised(term)).values_list(
            "pk", flat=True
        )
        students = Student.objects.filter(album_number__means=normalised(term)) | Student.objects.named(term)
        wanted = Q(actor__in=list(accounts)) | _about(StudentCard, list(cards))
        return self.filter(
            wanted | _concerning(list(students.order_by("pk").only("user_id")[:MOST_STUDENTS]))
        )


def _concerning(students: Sequence[Student]) -> Q:
    """Return the condition that an entry is about one of the students or their rows, deleted ones included."""
    return reduce(or_, _parts_concerning(students))


def _parts_concerning(students: Sequence[Student]) -> list[Q]:
    """Return the same as conditions each of which an index answers."""
    keys = [student.pk for student in students]
    parts = [_about(Student, keys), _about(User, [student.user_id for student in students])]
    for relation in Student._meta.related_objects:
        if keys and not relation.many_to_many and isinstance(relation.related_model, type):
            theirs = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            if found := list(theirs.values_list("pk", flat=True)):
                parts.append(_about(relation.related_model, found))
    if keys:
        parts.append(Q(action=LogEntry.Action.DELETE, changes__student__0__in=[str(key) for key in keys]))
    return parts


def _about(model: type[models.Model], keys: list[int] | list[UUID]) -> Q:
    """Return the condition that an entry is about one of these rows."""
    kind = Q(content_type=ContentType.objects.get_for_model(model))
    numbers = [key for key in keys if isinstance(key, int)]
    texts = [str(key) for key in keys if not isinstance(key, int)]
    return kind & Q(object_pk__in=texts) if texts else kind & Q(object_id__in=numbers)


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


def _address(term: str) -> str | None:
    try:
        return str(ip_address(term))
    except ValueError:
        return None


class AuditEntry(LogEntry):  # type: ignore[misc]  # the library has no types
    """An entry: user, action, object, address and time. Written by `students.audit_log`, and never changed."""

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = _("wpis dziennika zdarzeń")
        verbose_name_plural = _("dziennik zdarzeń")
        ordering = ["-timestamp", "-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.object_repr)
