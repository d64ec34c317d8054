"""The locks under which cards are changed."""

from collections.abc import Collection

from students.locking import lock_students
from students.models import StudentCard


def lock_cards(pks: Collection[int]) -> None:
    """Lock the cards until the end of the transaction.

    Their holders' rows come first, as in all that changes what a student has a right to.
    """
    cards = StudentCard.objects.filter(pk__in=pks)
    lock_students(cards.values_list("student_id", flat=True))
    # Read to the end: a row is locked when it is fetched.
    list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
