"""Kinds of work for trying the runner out: they write down, in the database, what they have done."""

from collections.abc import Callable
from typing import Any

from students import jobs
from students.models import Faculty, Job

ITEMS = 5


def count_up(job: Job, before: Callable[[int], Any] = lambda item: None) -> jobs.BatchResult:
    """Do one item: make a faculty named after it. `before` is called in the middle of the batch."""
    item = job.cursor or 0
    Faculty.objects.create(code=f"{job.pk}-{item}", name="zrobione", name_en="done")
    before(item)
    end = item + 1 == job.parameters.get("items", ITEMS)
    notes = [jobs.ItemNote(f"rzecz {item}", "odd", "nieparzysta")] if item % 2 else []
    return jobs.BatchResult(1, {"odd" if item % 2 else "even": 1}, None if end else item + 1, notes)


def done_by(job: Job) -> list[int]:
    """Return what the job has really done, in the order in which it did it."""
    codes = Faculty.objects.filter(name="zrobione", code__startswith=f"{job.pk}-").order_by("pk")
    return [int(code.rpartition("-")[2]) for code in codes.values_list("code", flat=True)]


def kind(
    name: str = "test", step: Callable[[Job], jobs.BatchResult] = count_up, **changes: Any
) -> jobs.JobType:
    """Make a kind of ITEMS items."""
    values: dict[str, Any] = {
        "count": lambda job: job.parameters.get("items", ITEMS),
        "outcomes": {"odd": "nieparzyste", "even": "parzyste"},
        **changes,
    }
    return jobs.JobType(name, step=step, **values)
