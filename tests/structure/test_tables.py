"""Tables that belong to an enumeration are complete, and periodic tasks are scheduled.

A state without a text, a kind of message without words or a task that beat does not know fails nowhere until it is
needed.
"""

import importlib
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from mdocs.statuses import LIVE
from notifications.messages.notification_types import WITHOUT_ORDER, NotificationType
from tests.structure.tree import APPS, ROOT, files, name

# Tables of some members: what is not in them has a default, or is treated elsewhere.
SOME = {
    "CONTRACT_REASONS": "the other reasons are the contract's own codes",
    "ENDS_BECAUSE": "for other reasons an mLegitymacja ends at once, without a day ahead",
    "WARNINGS": "other events warn of nothing",
    "UNWELL": "mDokumenty that works needs no advice",
    "_BY_REASON": "other events are no news to the student, or tell of an end",
    "_ENDED": "the states of mDokumenty that end an order",
    "_SAME": "the states of mDokumenty that have a counterpart here",
    "_SAYS": "other events say what their label says",
}
# Tables of a group of members.
OF_A_GROUP = {"_NEXT": LIVE, "_TEXTS": frozenset(NotificationType) - WITHOUT_ORDER}
# Tasks that are queued when somebody acts, and that beat does not queue.
ON_DEMAND = {
    "mdocs.ask_due": "what 0.1.0 called mdocs.poll_due: its beat may have queued it",
    "mdocs.lapse_overdue": "was run beside mdocs.sweep_entitlement: beat may have queued it",
    "mdocs.tell": "what 0.1.0 called notifications.dispatch_events: its beat may have queued it",
    "mdocs.notify": "what 0.1.0 called notifications.send_push: its beat may have queued it",
}


def modules() -> Iterator[Any]:
    """Yield every module of the apps, without those that start something when they are imported."""
    for path in files(".py", under=APPS):
        if not {"migrations", "sandbox"} & set(path.parts) and path.stem not in {
            "__main__",
            "gunicorn",
            "wsgi",
        }:
            yield importlib.import_module(
                name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )


def tables() -> dict[str, tuple[dict[Any, Any], type[Enum]]]:
    """Return the tables of all modules whose keys are members of one enumeration, by module and name."""
    found = {}
    for module in modules():
        for table, value in vars(module).items():
            if isinstance(value, dict) and value and _defined_in(module, table):
                kinds = {type(key) for key in value}
                if len(kinds) == 1 and issubclass(kind := kinds.pop(), Enum):
                    found[f"{module.__name__}.{table}"] = value, kind
    return found


def _defined_in(module: Any, table: str) -> bool:
    return f"\n{table}" in (ROOT / module.__file__).read_text()


def test_a_table_of_an_enumeration_has_every_member() -> None:
    found = tables()
    # What students read in each state, of each kind of message, and why something ended or waits.
    assert {enumeration.__name__ for _table, enumeration in found.values()} >= {
        "Status",
        "RevocationReason",
        "Attention",
    }
    missing = {}
    for table, (rows, enumeration) in found.items():
        wanted = OF_A_GROUP.get(table.rpartition(".")[2], frozenset(enumeration))
        if table.rpartition(".")[2] not in SOME and set(rows) != wanted:
            missing[table] = sorted(member.name for member in wanted ^ set(rows))
    assert not missing, (
        "give each a row, or name the table in SOME or OF_A_GROUP of this file:\n"
        + "\n".join(f"{table}: {', '.join(members)}" for table, members in missing.items())
    )


def test_a_table_that_is_named_as_one_of_some_is_one() -> None:
    partial = {
        table.rpartition(".")[2] for table, (rows, members) in tables().items() if set(rows) != set(members)
    }
    assert not (SOME.keys() | OF_A_GROUP.keys()) - partial, "no table of that name lacks a member"


@pytest.fixture
def tasks() -> set[str]:
    """Return the names of the project's tasks."""
    current_app.loader.import_default_modules()
    own = {task for task, run in current_app.tasks.items() if type(run).__module__.partition(".")[0] in APPS}
    own |= {task for task in current_app.tasks if task.partition(".")[0] in APPS}
    assert len(own) > 5
    return own


def test_a_task_is_scheduled_or_named_as_on_demand(tasks: set[str]) -> None:
    scheduled = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - tasks == set(), "beat queues what no worker knows"
    forgotten = sorted(tasks - scheduled - set(ON_DEMAND))
    assert not forgotten, (
        f"an entry in mlegitymacja_portal/beat_schedule.py, or in ON_DEMAND here: {forgotten}"
    )
    assert set(ON_DEMAND) <= tasks - scheduled, "named as on demand, and scheduled or gone"


def test_a_route_is_of_a_task_that_exists(tasks: set[str]) -> None:
    assert set(settings.CELERY_TASK_ROUTES) - tasks == set()


def test_a_queue_has_a_worker_in_the_deployment_guide() -> None:
    workers = re.findall(r"--queues=([\w,]+)", (ROOT / "docs" / "deployment.md").read_text())
    served = {queue for queues in workers for queue in queues.split(",")}
    assert served == {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {
        current_app.conf.task_default_queue
    }
