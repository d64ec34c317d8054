"""Bulk writing of rows in the ways of PostgreSQL, for imports: they change and log hundreds of thousands."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from students.encryption import blind_index_fields, in_step


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """Insert rows with COPY: values of the named fields as the database takes them, JSON as text.

    Like `bulk_create`, it sends no signals. Unlike it, it fills in no defaults but those of the database, and returns
    no keys. Raises the errors of django.db.
    """
    if not rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(_column, _fields(model, names)))
    )
    with connection.wrap_database_errors, connection.cursor() as cursor:
        copying: Any = cursor.copy(statement)
        with copying as copy:
            for row in rows:
                copy.write_row(row)


def update_rows(model: type[models.Model], rows: Collection[models.Model], names: Iterable[str]) -> None:
    """Update the named fields of rows, and blind indexes with their sources, in one statement.

    Does what `bulk_update` does. That compiles an expression for each value, this joins the rows with arrays.
    """
    wanted = in_step(model, names)
    for field in blind_index_fields(model):
        if field.name in wanted:
            for row in rows:
                field.refresh(row)
    pk, *changed = _fields(model, ["pk", *wanted])
    statement = sql.SQL(
        "UPDATE {table} SET {values} FROM unnest({arrays}) AS new({columns}) WHERE {table}.{pk} = new.{pk}"
    )
    columns = sql.SQL(", ").join(map(_column, (pk, *changed)))
    values = sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(_column(field)) for field in changed)
    arrays = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(_type(field)) for field in (pk, *changed))
    table = sql.Identifier(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(table=table, values=values, arrays=arrays, columns=columns, pk=_column(pk)),
            [
                [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
                for field in (pk, *changed)
            ],
        )


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Any]:
    fields = {field.name: field for field in model._meta.concrete_fields}
    return [model._meta.pk if name == "pk" else fields[name] for name in names]


def _column(field: Any) -> sql.Identifier:
    return sql.Identifier(field.column)


def _type(field: Any) -> sql.SQL:
    """Return the type without its length: a cast to varchar(20) would cut, where the assignment refuses."""
    return sql.SQL(re.sub(r"\(.*\)", "", field.db_type(connection)))
