"""The migrations are those that the models ask for; what else tools say of the whole tree is for script/lint."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run")
