"""The migrations are those that the models ask for, and the release before works on after each of them.

What else tools say of the whole tree is for script/lint. `tests/running/test_upgrade.py` runs the release before.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.utils import timezone

from script.lib import releases

_FILE = re.compile(r"(\w+)/migrations/(\d{4}_\w+)\.py")
_TAKEN_AWAY = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run")


@pytest.mark.django_db
def test_migrations_since_the_release_before_leave_its_code_what_it_uses() -> None:
    loader = MigrationLoader(connection)
    before = {found.groups() for name in releases.names() if (found := _FILE.fullmatch(name))}
    assert len(before) > 50
    ours = {app for app, _name in before} | {"operations"}
    later = [key for key in loader.graph.nodes if key[0] in ours and key not in before]
    for app, name in later:
        state = loader.project_state((app, name), at_end=False)
        assert list(offences(loader.disk_migrations[app, name], state)) == [], f"{app}.{name}"


def offences(migration: Migration, state: ProjectState) -> Iterator[str]:
    """Yield what a migration takes from code that does not know it; `state` is that before it."""
    state, made = state.clone(), set[str]()
    for operation in _all(migration.operations):
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        yield from _offence(operation, state, migration.app_label, made)
        operation.state_forwards(migration.app_label, state)


def _all(given: Sequence[Operation]) -> Iterator[Operation]:
    for operation in given:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _all(operation.database_operations)
        else:
            yield operation


def _offence(operation: Operation, state: ProjectState, app: str, made: set[str]) -> Iterator[str]:
    said = operation.describe()
    match operation:
        case _ if isinstance(operation, _TAKEN_AWAY):
            yield f"{said}: the release before still uses it; one release later"
        case operations.AddField(model_name_lower=model, field=field) if model not in made:
            if not _can_be_left_out(field):
                yield f"{said}: db_default or null=True, as the release before inserts rows without it"
        case operations.AlterField(model_name_lower=model, name=name, field=field) if model not in made:
            earlier = state.models[app, model].fields[name]
            if earlier.null and not _can_be_left_out(field):
                yield f"{said}: the release before still writes NULL"
        case operations.AddIndex(model_name_lower=model) if model not in made:
            if not isinstance(operation, AddIndexConcurrently):
                yield f"{said}: AddIndexConcurrently, as nobody can write meanwhile"


# What has its default in Python only: the database could not make it up.
WITHOUT_DEFAULT = {
    "usos_api.Consumer.key": "random, and nobody else's",
    "usos_api.Consumer.secret": "random, and encrypted with a key that the database does not have",
    "api.Endpoint.secret": "random, and encrypted with a key that the database does not have",
    "students.User.is_superuser": "Django's own column",
    "students.User.is_staff": "Django's own column",
    "students.User.is_active": "Django's own column",
    "students.User.email": "Django's own column",
    "students.User.date_joined": "Django's own column",
}
OURS = {"students", "mdocs", "notifications", "accounts", "api", "usos_api", "operations"}


def test_columns_with_a_default_have_it_in_the_database_too() -> None:
    """So that code of another version, which does not know them, can insert rows."""
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_concrete_fields
        if _has_default(field) and not field.primary_key and not _can_be_left_out(field)
    }
    assert found == set(WITHOUT_DEFAULT)


def _has_default(field: Any) -> bool:
    """Say whether Python fills it in, as it does an empty text or a moment, too."""
    is_moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return bool(field.has_default() or is_moment or (field.empty_strings_allowed and field.blank))


@pytest.mark.django_db
def test_the_database_fills_in_what_code_of_another_version_leaves_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mdocs_reconciliation (cause) VALUES ('weekly') RETURNING asked, differences::text, started_at"
        )
        asked, differences, started_at = cursor.fetchone()
    assert (asked, differences) == (0, "[]")
    assert abs(timezone.now() - started_at) < timedelta(minutes=1)


def _can_be_left_out(field: Any) -> bool:
    return bool(field.null or field.many_to_many or field.has_db_default() or field.generated)


_INDEX = models.Index(fields=["created_at"], name="some_index")
_TEXT: Any = models.CharField(max_length=9, default="")
_NULLABLE: Any = models.CharField(max_length=9, null=True)
_FILLED: Any = models.CharField(max_length=9, db_default="")


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (operations.AddField("order", "colour", _TEXT), "db_default or null=True"),
        (operations.RemoveField("order", "failures"), "one release later"),
        (operations.RenameField("order", "failures", "tries"), "one release later"),
        (operations.DeleteModel("order"), "one release later"),
        (operations.AlterField("order", "rejection_code", _TEXT), ""),
        (operations.AlterField("order", "mdokumenty_id", _TEXT), "still writes NULL"),
        (operations.AddIndex("order", _INDEX), "AddIndexConcurrently"),
        (AddIndexConcurrently("order", _INDEX), ""),
        (operations.AddField("order", "colour", _NULLABLE), ""),
        (operations.AddField("order", "colour", _FILLED), ""),
    ],
)
@pytest.mark.django_db
def test_what_the_release_before_could_not_live_with_is_found(operation: Operation, said: str) -> None:
    migration = type("Some", (Migration,), {"operations": [operation]})("9999_some", "mdocs")
    found = list(offences(migration, MigrationLoader(connection).project_state()))
    assert said in found[0] if said else found == [], found
