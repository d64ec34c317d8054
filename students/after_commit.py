"""Work after a commit: its failure is logged and undoes nothing (waking a worker, a signal, deleting a file)."""

from collections.abc import Callable
from typing import ParamSpec

from django.db import transaction

P = ParamSpec("P")


def run_after_commit(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call `function` when the current transaction is committed; an exception is logged, and the request goes on.

    What is to be done must not depend on it: a sweep finds it later.
    """

    # A function with a name, not a partial: Django looks for the name when it logs the failure.
    def run() -> None:
        function(*args, **kwargs)

    transaction.on_commit(run, robust=True)
