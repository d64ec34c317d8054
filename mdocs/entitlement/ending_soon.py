"""Expression for how a student's order ends soon, for pages that ask for one student at a time."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Func, JSONField
from django.db.models.sql.compiler import SQLCompiler

from mdocs.entitlement import rules


class EndingSoon(Func):
    """Expression over Student for how their order ends within `rules.NOTICE`, as things stand on a day.

    A JSON object with `reason` and `last_day`; NULL where it does not. The one list of what ends when, written into
    SQL once a day: Django takes much longer to write it than PostgreSQL to look up one student in it.
    """

    template = (
        "(SELECT jsonb_build_object('reason', ending.reason, 'last_day', ending.last_day) "
        "FROM (%(endings)s) AS ending (student, reason, last_day) WHERE ending.student = %(expressions)s LIMIT 1)"
    )

    def __init__(self, today: date) -> None:
        super().__init__("pk", output_field=JSONField())
        self._today = today

    def as_sql(self, compiler: SQLCompiler, connection: Any, *arguments: Any, **context: Any) -> Any:
        """Return the SQL with its parameters, those of the list first."""
        endings, before = _endings(self._today, settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION)
        sql, parameters = super().as_sql(compiler, connection, *arguments, endings=endings, **context)
        return sql, (*before, *parameters)


@lru_cache(maxsize=4)
def _endings(today: date, _rules: str, _automatic: bool) -> tuple[str, tuple[Any, ...]]:
    """Return the list as SQL with its parameters; the settings that it depends on are part of the key."""
    ending = rules.with_last_day(today, rules.NOTICE).order_by().values_list("pk", "reason", "last_day")
    return ending.query.sql_with_params()
