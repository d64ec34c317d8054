"""The test database, which every test that commits leaves as it was, and which outlives a run with --keep."""

import pytest

from students.models import User
from tests.database import keep_initial_rows


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_run_has_left_in_a_kept_database_is_gone_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(User.objects.values_list("username", flat=True))
    User.objects.create(username="left-behind")
    keep_initial_rows(monkeypatch)
    assert set(User.objects.values_list("username", flat=True)) == before
    User.objects.create(username="of-this-run")
