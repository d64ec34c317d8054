"""Take over the tables and content types of models that another app had: without copying a row."""

from collections.abc import Mapping
from typing import Any

from django.apps.registry import Apps

# What PostgreSQL and Django name after a table and its column, by pg_constraint.contype ('n' since PostgreSQL 18).
_CONSTRAINT_NAMES = {
    "p": "{table}_pkey",
    "u": "{table}_{column}_key",
    "c": "{table}_{column}_check",
    "n": "{table}_{column}_not_null",
}
_CONSTRAINTS = """
    SELECT conname, contype::text, attname, pg_class.relname
    FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    LEFT JOIN pg_class ON pg_class.oid = confrelid
    WHERE conrelid = %s::regclass AND (contype = 'f' OR starts_with(conname, %s))
"""
_INDEXES = """
    SELECT relname, attname
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = %s::regclass AND starts_with(relname, %s)
"""


def rename_tables(editor: Any, tables: Mapping[str, str]) -> None:
    """Rename tables (old name: new name) with all that is named after them: constraints, indexes, sequences.

    The names are those that a new table would be given: Django finds some of them by name later. All foreign keys have
    such names (Django shortens them, so that they need not begin with the table's).
    """
    quote = editor.quote_name
    for old, new in tables.items():
        editor.execute(f"ALTER TABLE {quote(old)} RENAME TO {quote(new)}")
    with editor.connection.cursor() as cursor:
        for old, new in tables.items():
            cursor.execute(_CONSTRAINTS, [new, f"{old}_"])
            for name, kind, column, target in cursor.fetchall():
                if kind == "f":
                    renamed = editor._create_index_name(new, [column], suffix=f"_fk_{target}_id")
                else:
                    renamed = _CONSTRAINT_NAMES[kind].format(table=new, column=column)
                cursor.execute(
                    f"ALTER TABLE {quote(new)} RENAME CONSTRAINT {quote(name)} TO {quote(renamed)}"
                )
            cursor.execute(_INDEXES, [new, f"{old}_"])  # those of constraints have been renamed with them
            for name, column in cursor.fetchall():
                suffix = "_like" if name.endswith("_like") else ""
                renamed = editor._create_index_name(new, [column], suffix=suffix)
                cursor.execute(f"ALTER INDEX {quote(name)} RENAME TO {quote(renamed)}")
            cursor.execute(f"ALTER SEQUENCE {quote(old + '_id_seq')} RENAME TO {quote(new + '_id_seq')}")


def move_content_types(apps: Apps, using: str, old_app: str, new_app: str, models: Mapping[str, str]) -> None:
    """Give content types to another app, with all that refers to them: permissions, so also what groups and users
    hold, and the entries of the admin's and the audit log."""
    manager = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for old, new in models.items():
        # A `migrate` of other apps alone may have made it already (post_migrate); then nothing refers to it yet.
        manager.filter(app_label=new_app, model=new).delete()
        manager.filter(app_label=old_app, model=old).update(app_label=new_app, model=new)
        for verb in ("add", "change", "delete", "view") if old != new else ():
            found = permissions.filter(content_type__app_label=new_app, content_type__model=new)
            found.filter(codename=f"{verb}_{old}").update(codename=f"{verb}_{new}")
    apps.get_model("contenttypes", "ContentType").objects.clear_cache()
