"""End of an order that comes near, for pages that ask for one student at a time."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Func, JSONField
from django.db.models.sql.compiler import SQLCompiler

from mdocs.entitlement import rules
from mdocs.models import Order
from students.models import Student


def ending_soon(order: Order, student: Student, today: date) -> Mapping[str, str] | None:
    """Return `reason` and `last_day` of how this order ends within `rules.NOTICE`, as things stand on a day.

    None where it does not. `student` is annotated `with_conditions` and with `rights_until`. PostgreSQL takes longer to
    plan the list of what ends when than for all else on a page: it is asked where one of these dates is near.
    """
    conditions = vars(student)
    dates = (order.valid_until, conditions["entitled_until"], conditions["rights_until"])
    near = today + rules.NOTICE + rules.REPLACED_AHEAD
    if all(last_day is not None and last_day > near for last_day in dates):
        return None
    ending: Mapping[str, str] | None = (
        Student.objects.filter(pk=student.pk).order_by().values_list(_EndingSoon(today), flat=True).get()
    )
    return ending


class _EndingSoon(Func):
    """Expression over Student for how their order ends: a JSON object, or NULL.

    The one list of what ends when, written into SQL once a day: Django takes much longer to write it than PostgreSQL to
    look up one student in it.
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
