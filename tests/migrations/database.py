"""The portal's database exchanged for one that a dump is loaded into, and what can be read of any: rows and names."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

Row = dict[str, Any]

_NAMES = """
    SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'sequence', '', sequencename FROM pg_sequences WHERE schemaname = 'public'
"""


@contextmanager
def loaded(dump: Path) -> Iterator[None]:
    """Make the portal's database a new one with what `dump` (SQL) holds, while the block lasts; nobody else uses it."""
    usual = connection.settings_dict["NAME"]
    own = f"{usual}_of_a_dump"
    drop = f"DROP DATABASE IF EXISTS {connection.ops.quote_name(own)} WITH (FORCE)"
    connection.close()
    with connection._nodb_cursor() as server:
        server.execute(drop)
        server.execute(f"CREATE DATABASE {connection.ops.quote_name(own)}")
    try:
        connection.settings_dict["NAME"] = own
        with connection.cursor() as cursor:
            cursor.execute(dump.read_text())
        connection.close()  # the dump has set what names are looked up in
        ContentType.objects.clear_cache()
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        ContentType.objects.clear_cache()
        with connection._nodb_cursor() as server:
            server.execute(drop)


def all_rows() -> dict[str, list[Row]]:
    """Return what each table holds, by its name."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t")  # noqa: S608 - a name out of the catalogue
            found[table] = [json.loads(row) for (row,) in cursor.fetchall()]
        return found


def all_names() -> set[tuple[str, str, str]]:
    """Return what there is in the schema: the kind of a thing, its table, its name (of a column also the type)."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES)
        return set(cursor.fetchall())
