"""Signal receivers: what a change of a student or of a plastic card does to the mLegitymacja issued on it.

`students` knows nothing of orders: it sends a signal after its commit, for one row or for thousands, and what follows
is done here in as many queries for one as for a thousand. What a process that dies leaves undone, the daily sweep does.
"""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from mdocs.entitlement import revocation
from mdocs.orders.bulk import BATCH
from students.models import StudentCard, User
from students.signals import cards_ended, cards_extended, students_changed


def connect() -> None:
    """Start listening; called once, when the apps are ready."""
    cards_extended.connect(extend_documents, dispatch_uid="mdocs.extend_documents")
    cards_ended.connect(end_documents_of_cards, dispatch_uid="mdocs.end_documents_of_cards")
    students_changed.connect(end_documents, dispatch_uid="mdocs.end_documents")


def extend_documents(sender: Any, ids: list[int], by: User | None = None, **kwargs: Any) -> None:
    """Extend the mLegitymacje with the cards they were issued on (rules `els`: valid as long as the ELS is).

    Codes that nobody has used, and that end in a few days, are replaced.
    """
    today = timezone.localdate()
    for cards in _batches(ids):
        revocation.extend_with_cards(cards=cards, by=by)
        holders = StudentCard.objects.filter(pk__in=cards).values_list("student_id", flat=True)
        revocation.revoke_ineligible(today, students=list(holders), by=by)


def end_documents_of_cards(sender: Any, ids: list[int], by: User | None = None, **kwargs: Any) -> None:
    """End the mLegitymacje with the cards they were issued on (rules `els`).

    The source: docs/reference/manual.md, What ends it.
    """
    holders = [
        student
        for cards in _batches(ids)
        for student in StudentCard.objects.filter(pk__in=cards).values_list("student_id", flat=True)
    ]
    end_documents(sender, holders, by)


def end_documents(sender: Any, ids: list[int], by: User | None = None, **kwargs: Any) -> None:
    """End the mLegitymacje of the students among these who have lost the right to one.

    Takes back extensions of documents whose cards are not extended any more. Under the rules `pesel`, extends the
    documents of students whose rights last longer than was known.
    """
    today = timezone.localdate()
    for students in _batches(ids):
        revocation.revoke_ineligible(today, students=students, by=by)
        revocation.withdraw_extensions(students=students, by=by)
        revocation.extend_for_students(students, by=by)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))
