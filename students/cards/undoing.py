"""Undoing of mistaken extensions: one of one's own within minutes, or all of a job's."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import audit_log, signals
from students.cards import documents
from students.cards.locking import lock_cards
from students.job_undo import CHANGED, EXTENDED_THERE, UNDONE, Outcomes
from students.models import CardExtension, Student, StudentCard, User

UNDO_WITHIN = timedelta(minutes=15)


def undo_extension(extension: CardExtension, *, by: User) -> StudentCard:
    """Undo an extension that the same clerk made within UNDO_WITHIN; return the updated card.

    What becomes of it and of the mLegitymacja: `undo_extensions`. Raises ValidationError for another clerk's extension,
    an old one, or a card that has changed since.
    """
    with transaction.atomic():
        lock_cards([extension.card_id])
        extension = CardExtension.objects.select_related("card").get(pk=extension.pk)
        if extension.by_id != by.pk:
            raise ValidationError(_("To przedłużenie zrobił ktoś inny i tylko ta osoba może je cofnąć."))
        if extension.undone_at is not None:
            raise ValidationError(_("To przedłużenie zostało już cofnięte."))
        if timezone.now() - extension.extended_at > UNDO_WITHIN:
            raise ValidationError(
                _("Od tego przedłużenia minęło za dużo czasu: można je cofnąć przez 15 minut.")
            )
        if not _is_unchanged(extension):
            raise ValidationError(
                _("Od tego czasu legitymacja została zmieniona, więc nie można już tego cofnąć.")
            )
        _undo([extension], by=by)
    return extension.card


def undo_extensions(extensions: Sequence[CardExtension], *, by: User) -> Outcomes:
    """Undo extensions, inside a transaction, of which each card has seen no change since.

    A card gets its former date back; the extension stays in its history, marked as undone. `signals.students_changed`
    is sent after commit, because a card whose former date has passed gives no right any more. What mDokumenty has
    extended by now keeps its later date there, since its contract has no way back; it ends with the card like any
    other. A constant number of queries.
    """
    lock_cards([extension.card_id for extension in extensions])
    held = list(
        CardExtension.objects.filter(pk__in=[extension.pk for extension in extensions])
        .select_related("card__student")
        # Not to be decrypted a thousand times for nothing.
        .defer("card__holder_pesel", "card__student__pesel")
        .order_by("pk")
    )
    students = {extension.card.student_id for extension in held}
    seen = set(Student.objects.in_scope(by).filter(pk__in=students).values_list("pk", flat=True))
    possible = [
        it for it in held if it.card.student_id in seen and it.undone_at is None and _is_unchanged(it)
    ]
    outlasting = documents.outlasting({it.card_id: it.previous_valid_until for it in possible})
    undone = {it.pk: EXTENDED_THERE if it.card_id in outlasting else UNDONE for it in possible}
    _undo(possible, by=by)
    outcomes = Outcomes()
    for it in held:
        outcomes.add(it.card.student.album_number, undone.get(it.pk, CHANGED), usual=UNDONE)
    return outcomes


def _is_unchanged(extension: CardExtension) -> bool:
    return extension.card.ended_on is None and extension.card.valid_until == extension.valid_until


def _undo(extensions: Sequence[CardExtension], *, by: User) -> None:
    """Undo extensions of locked cards."""
    if not extensions:
        return
    now = timezone.now()
    for extension in extensions:
        extension.undone_at, extension.card.valid_until = now, extension.previous_valid_until
    StudentCard.objects.bulk_update([extension.card for extension in extensions], ["valid_until"])
    CardExtension.objects.filter(pk__in=[extension.pk for extension in extensions]).update(undone_at=now)
    audit_log.record_changes(
        (it.card, {"valid_until": (it.valid_until, it.previous_valid_until)}) for it in extensions
    )
    students = [extension.card.student_id for extension in extensions]
    signals.send_after_commit(signals.students_changed, students, by=by)
