"""What somebody corrects while an import runs is not set back by it, where the file says nothing else about it."""

import pytest
from django.db import transaction

from students.importing.changes import PendingChanges
from students.models import User
from tests.students.factories import make_eligible_student


@pytest.mark.django_db(transaction=True)
def test_a_field_that_changes_in_another_row_only_is_not_written() -> None:
    first, second = (make_eligible_student().user for _ in range(2))
    pending = PendingChanges()
    pending.change(User.objects.get(pk=first.pk), email="nowy@student.example.edu.pl")
    pending.change(User.objects.get(pk=second.pk), last_name="Nowe")
    User.objects.filter(pk=second.pk).update(email="poprawiony@student.example.edu.pl")
    with transaction.atomic():
        pending.write(by=None)
    second.refresh_from_db()
    assert (second.last_name, second.email) == ("Nowe", "poprawiony@student.example.edu.pl")
    first.refresh_from_db()
    assert first.email == "nowy@student.example.edu.pl"
