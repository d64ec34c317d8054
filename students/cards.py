"""The verbs of plastic cards (ELS): issue, extend, end. Each checks under a row lock; refusals are in Polish."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import signals
from students.models import CardExtension, EndReason, Student, StudentCard, User

# A card is valid for a half-year at a time; a date further away than this many days (13 months) is a slip of the pen.
LONGEST_EXTENSION = timedelta(days=397)


def issue_card(
    student: Student,
    *,
    barcode_number: str,
    issued_on: date,
    valid_until: date,
    contact_chip_uid: str | None = None,
    contactless_chip_uid: str | None = None,
) -> StudentCard:
    """Issue a card on the student's data as they are.

    Raises ValidationError where the student still has a card, a number is taken, or a date cannot be.
    """
    check_dates(issued_on, valid_until)
    with transaction.atomic():
        holder = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
        card = StudentCard(
            student=holder,
            barcode_number=barcode_number,
            contact_chip_uid=contact_chip_uid,
            contactless_chip_uid=contactless_chip_uid,
            issued_on=issued_on,
            valid_until=valid_until,
            holder_first_names=holder.first_names,
            holder_last_name=holder.last_name,
            holder_pesel=holder.pesel,
        )
        card.full_clean()
        card.save()
    return card


def check_dates(issued_on: date, valid_until: date) -> None:
    """Check the dates of a card issued now; raise ValidationError, keyed by the field that is wrong.

    It is issued by today, and valid for at most LONGEST_EXTENSION from today.
    """
    today, errors = timezone.localdate(), {}
    if issued_on > today:
        errors["issued_on"] = _("Data wydania nie może być w przyszłości.")
    if valid_until > today + LONGEST_EXTENSION:
        errors["valid_until"] = _("Data ważności jest zbyt odległa: najwyżej 13 miesięcy od dziś.")
    if errors:
        raise ValidationError(errors)


def extend_card(card: StudentCard, until: date, *, by: User | None) -> StudentCard:
    """Move a card's valid-until date on to `until`, and tell `signals.cards_extended` after commit.

    Raises ValidationError for a card that has ended, a date that is not later than the present one, and one more
    than LONGEST_EXTENSION ahead. Returns the card as it is now.
    """
    with transaction.atomic():
        locked = _lock(card)
        if until <= locked.valid_until:
            raise ValidationError(
                _("Nowa data ważności musi być późniejsza niż dotychczasowa."), code="not_later"
            )
        if until > timezone.localdate() + LONGEST_EXTENSION:
            raise ValidationError(
                _("Nowa data ważności jest zbyt odległa: najwyżej 13 miesięcy od dziś."), code="too_far"
            )
        CardExtension.objects.create(
            card=locked, previous_valid_until=locked.valid_until, valid_until=until, by=by
        )
        locked.valid_until = until
        locked.save(update_fields=["valid_until"])
        signals.tell(signals.cards_extended, [locked.pk], by=by)
    return locked


def end_card(card: StudentCard, reason: EndReason, *, by: User | None) -> StudentCard:
    """End a card today, and tell `signals.cards_ended` after commit.

    Raises ValidationError for a card that has ended already or is not issued yet. Returns the card as it is now.
    """
    with transaction.atomic():
        locked = _lock(card)
        locked.ended_on, locked.end_reason, locked.ended_by = timezone.localdate(), EndReason(reason), by
        if locked.ended_on < locked.issued_on:
            raise ValidationError(_("Ta legitymacja nie została jeszcze wydana."), code="not_issued")
        locked.save(update_fields=["ended_on", "end_reason", "ended_by"])
        signals.tell(signals.cards_ended, [locked.pk], by=by)
    return locked


def _lock(card: StudentCard) -> StudentCard:
    """Fetch the card under a row lock; raise ValidationError if it has ended.

    The student's row comes first, as in all that changes what the student has a right to: an order is placed under
    that lock, so it sees the card before the change or after it, and the change finds every order placed before.
    """
    Student.objects.select_for_update(no_key=True).only("pk").get(pk=card.student_id)
    locked = StudentCard.objects.select_for_update(no_key=True).get(pk=card.pk)
    if locked.ended_on is not None:
        raise ValidationError(_("Ta legitymacja została już zakończona."), code="ended")
    return locked
