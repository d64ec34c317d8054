"""The test database, which every test that commits leaves as it was, and which outlives a run with --keep."""

import pytest
from django.core.management import call_command
from django.test import TransactionTestCase

from notifications.office_texts.models import MessageTemplate
from students.models import User
from tests.database import keep_initial_rows, restore


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_run_has_left_in_a_kept_database_is_gone_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(User.objects.values_list("username", flat=True))
    User.objects.create(username="left-behind")
    keep_initial_rows(monkeypatch)
    assert set(User.objects.values_list("username", flat=True)) == before
    User.objects.create(username="of-this-run")


@pytest.mark.django_db(transaction=True)
def test_after_a_flush_numbers_go_on_behind_the_rows_that_come_back() -> None:
    call_command("flush", interactive=False, verbosity=0)
    restore(TransactionTestCase())
    last = MessageTemplate.objects.latest("pk")
    last.pk = None
    last.name = "A second one"
    last.save(force_insert=True)
    assert MessageTemplate.objects.count() == 2
