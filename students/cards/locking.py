"""The locks under which cards are changed."""

from collections.abc import Collection

from students.models import Student, StudentCard


def lock_cards(pks: Collection[int]) -> None:
    """Lock the cards until the end of the transaction.

    The students' rows come first, as in all that changes what a student has a right to: an order is placed under
    that lock, so it sees the card before the change or after it, and the change finds every order placed before.
    Everybody locks in the order of the keys, so that two who lock many cards wait for each other and never both.
    """
    holders = StudentCard.objects.filter(pk__in=pks).values("student_id")
    for rows in (Student.objects.filter(pk__in=holders), StudentCard.objects.filter(pk__in=pks)):
        # Read to the end: a row is locked when it is fetched.
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
