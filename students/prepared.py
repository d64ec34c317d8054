"""Prepared queries: what is asked for one person again and again is written once, and planned once a connection.

To write a long query out as SQL takes Django as long as the rest of a page, and PostgreSQL longer to plan than to
answer. So a queryset is compiled with `Given` values in it, and run with each person's.
"""

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]  # unknown to the stubs

M = TypeVar("M", bound=Model)

_GIVEN = re.compile(r"\$\{(\w+)\}")


class Given(Expression):
    """A value that is given when a prepared query is run, by its name. Anywhere else it is no SQL."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the mark that stands for the value."""
        return f"${{{self.name}}}", []


def written_out(compiler: Any) -> str:
    """Return the SQL of a query, each Given value a named parameter of it.

    Constants stand in the text, so that a plan knows them.
    """
    sql, values = compiler.as_sql()
    written = str(compiler.connection.ops.compose_sql(sql, values))
    return _GIVEN.sub(r"%(\1)s", written.replace("%", "%%"))


def prepared_rows(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement with named values (`%(name)s`), which is planned once a connection."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close_if_health_check_failed()  # as Django's own cursor does
    connection.ensure_connection()
    bare: Any = _Cursor(connection.connection)
    # Counted and logged as any other query is.
    logged = connection.queries_logged
    with connection.make_debug_cursor(bare) if logged else connection.make_cursor(bare) as cursor:
        cursor.execute(sql, given)
        if logged:
            connection.queries_log[-1]["sql"] = sql  # psycopg keeps no text of what is prepared
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class PreparedQuery(Generic[M]):
    """A queryset that is compiled once, and gives the first `limit` of its rows.

    Where the setting PREPARED_STATEMENTS is off, PostgreSQL plans it each time.
    """

    def __init__(self, rows: QuerySet[M], limit: int = 1) -> None:
        self._model = rows.model
        self._compiler = rows[:limit].query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql = written_out(self._compiler)
        self._related = get_related_populators(
            self._compiler.klass_info, self._compiler.select, DEFAULT_DB_ALIAS
        )
        self._converters = self._compiler.get_converters([column for column, _, _ in self._compiler.select])

    def all(self, **given: Any) -> list[M]:
        """Run the query with these values, and return its rows."""
        return [self._instance(row) for row in prepared_rows(self._sql, given)]

    def first(self, **given: Any) -> M | None:
        """Run the query with these values, and return the first row; None without one."""
        return next(iter(self.all(**given)), None)

    def get(self, **given: Any) -> M:
        """Return the first row. Raises DoesNotExist without one."""
        found = self.first(**given)
        if found is None:
            raise self._model.DoesNotExist  # type: ignore[attr-defined]  # every model has it
        return found

    def _instance(self, row: tuple[Any, ...]) -> M:
        """Return the row as an object of the model, as a queryset makes it."""
        compiler = self._compiler
        (values,) = compiler.apply_converters([list(row)], self._converters)
        columns = compiler.klass_info["select_fields"]
        names = [compiler.select[column][0].target.attname for column in columns]
        found = self._model.from_db(DEFAULT_DB_ALIAS, names, [values[column] for column in columns])
        for name, column in compiler.annotation_col_map.items():
            setattr(found, name, values[column])
        for related in self._related:  # of select_related
            related.populate(values, found)
        return found


class _Cursor(psycopg.Cursor[Any]):
    """Cursor whose statements PostgreSQL keeps planned, as long as the connection lasts."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute it, prepared."""
        return super().execute(query, params, prepare=True, **options)
