"""Row locks of cards."""

from collections.abc import Collection

from students.locking import lock_students
from students.models import StudentCard


def lock_cards(pks: Collection[int]) -> None:
    """Lock the cards until the end of the transaction.

    Their holders' rows are locked first, like in every change of what gives a student a right.
    """
    cards = StudentCard.objects.filter(pk__in=pks)
    lock_students(cards.values_list("student_id", flat=True))
    # Read to the end: a row is locked when it is fetched.
    list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
