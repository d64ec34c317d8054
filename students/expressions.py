"""Expressions that stay cheap when other expressions are built upon them."""

from typing import Any

from django.db.models import ExpressionWrapper
from django.db.models.sql.compiler import SQLCompiler


class Once(ExpressionWrapper[Any]):
    """Expression that is resolved once, and compiled once in a statement, however often others name it.

    Django resolves what stands on the left of a comparison anew, with all beneath it, each time that the comparison is
    compiled. In conditions upon conditions that multiplies: such a query took a second to write and a few milliseconds
    to answer.
    """

    _is_resolved = False

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Return the expression as a query knows it: itself, once it does."""
        if self._is_resolved:
            return self
        resolved: Any = super().resolve_expression(*args, **kwargs)
        resolved._is_resolved = True
        return resolved

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        """Return the SQL, that of the first time where the statement has it already."""
        compiled = vars(compiler).setdefault("compiled_once", {})
        key = id(self.expression)
        if key not in compiled:
            # With the expression itself, so that no other takes its place in memory meanwhile.
            compiled[key] = self.expression, super().as_sql(compiler, connection)
        return compiled[key][1]
