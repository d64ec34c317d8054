"""Measure the rows of some groups against running services, and write them to a file."""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils import timezone

from script.lib.console import say
from script.lib.costs import idle, lists, people, rows, workers
from script.lib.costs.requests import Requests
from script.lib.costs.rows import Row
from students.models import Student
from students.seeding import seed


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("groups", nargs="+")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--https", type=int, default=0, help="port of the portal behind nginx")
    parser.add_argument("--processes", type=json.loads, default={}, help="those of the portal, by name")
    parser.add_argument(
        "--students", type=int, help="as many as the office's lists are measured among; 0: those there are"
    )
    options = parser.parse_args()
    # One connection, so that it is one process of PostgreSQL's that is watched; and calls as many as it takes.
    connections["default"].settings_dict["CONN_MAX_AGE"] = None
    settings.RATE_LIMITS = {kind: (10**9, window) for kind, (_, window) in settings.RATE_LIMITS.items()}
    settings.API_CALLS_PER_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["localhost"]
    found = rows.read(options.file) if options.file.exists() else []
    for row in measured(options, found):
        found.append(row)
        rows.write(found, options.file)


def measured(options: argparse.Namespace, before: list[Row]) -> Iterator[Row]:
    """Yield the rows of the chosen groups."""
    short = options.short
    if not Student.objects.exists():
        for _ in seed(300 if short else 1_500, seed=1, today=timezone.localdate()):
            pass
        # As autovacuum does within a minute; until then PostgreSQL plans by guesses.
        people.analyse(
            *(model for model in apps.get_models() if not model._meta.proxy and model._meta.managed)
        )
    requests = Requests(*((2, 2) if short else (5, 8)))
    for group in options.groups:
        say(f"Measuring: {group}")
        match group:
            case "page" | "sign_in" | "refresh" | "api" | "place":
                yield from getattr(requests, group)()
            case "worker":
                yield from workers.one(*((1, 8) if short else (3, 48)))
            case "drain":
                alone = next((row for row in before if row.name == "an order in the workers"), None)
                yield from workers.at_once(20 if short else 480, alone)
            case "idle":
                yield from idle.idle(options.processes, 2 if short else 30)
            case "calm":
                yield from workers.calm(3 if short else 20)
            case "phone" if options.https:
                from script.lib.costs.phone import phone  # needs Playwright, of requirements-dev.txt

                yield from phone(options.https, 1 if short else 5)
            case "lists":
                students = (1_000 if short else 100_000) if options.students is None else options.students
                yield from lists.lists(students, 2 if short else 3)


if __name__ == "__main__":
    main()
