"""Reopening of cards that a background job has ended by mistake."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from students import audit_log, signals
from students.cards.locking import lock_cards
from students.job_undo import CHANGED, UNDONE, Outcomes
from students.models import Student, StudentCard, User


def reopen_cards(cards: Sequence[StudentCard], *, by: User) -> Outcomes:
    """Make cards that a job has ended cards in use again, inside a transaction.

    Left as they are: those whose student has another card by now, or is not of the faculties of `by`. The
    mLegitymacje that ended with them do not come back; `signals.students_changed` is sent after commit, because their
    students may order again. A constant number of queries.
    """
    pks = [card.pk for card in cards]
    lock_cards(pks)
    another = StudentCard.objects.in_use().filter(student=OuterRef("student"))
    seen = Student.objects.in_scope(by).filter(cards__in=pks).values("pk")
    held = list(
        StudentCard.objects.filter(pk__in=pks)
        .annotate(has_another=Exists(another))
        .select_related("student")
        .defer("holder_pesel", "student__pesel")
        .order_by("pk")
    )
    visible = set(StudentCard.objects.filter(pk__in=pks, student__in=seen).values_list("pk", flat=True))
    possible = [
        card
        for card in held
        if card.pk in visible and card.ended_by_job_id is not None and not vars(card)["has_another"]
    ]
    _reopen(possible, by)
    reopened = {card.pk for card in possible}
    outcomes = Outcomes()
    for card in held:
        outcomes.add(card.student.album_number, UNDONE if card.pk in reopened else CHANGED, usual=UNDONE)
    return outcomes


def _reopen(cards: list[StudentCard], by: User) -> None:
    if not cards:
        return
    StudentCard.objects.filter(pk__in=[card.pk for card in cards]).update(
        ended_on=None, end_reason=None, ended_by=None, ended_by_job=None
    )
    audit_log.record_changes(
        (card, {"ended_on": (card.ended_on, None), "end_reason": (card.end_reason, None)}) for card in cards
    )
    signals.send_after_commit(signals.students_changed, [card.student_id for card in cards], by=by)
