"""Issuing a card."""

from datetime import date

from django.db import transaction

from students.cards.dates import check_dates
from students.models import Student, StudentCard


def issue_card(
    student: Student,
    *,
    barcode_number: str,
    issued_on: date,
    valid_until: date,
    contact_chip_uid: str | None = None,
    contactless_chip_uid: str | None = None,
) -> StudentCard:
    """Issue a card with the student's present data.

    Raises ValidationError where the student still has a card, a number is taken, or a date is impossible.
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
