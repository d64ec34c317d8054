"""What models declare is in the database that migrations make."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db


def test_every_constraint_and_index_of_the_models_is_in_the_database() -> None:
    """Migrations can take one away that no state of theirs tells of, as AlterField does with a field's indexes."""
    declared = {
        rule.name
        for model in apps.get_models()
        if model._meta.managed
        for rule in (*model._meta.constraints, *model._meta.indexes)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert len(declared) > 100
    assert declared - found == set()
