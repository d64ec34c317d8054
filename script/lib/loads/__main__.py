"""One step of a load, in a process of its own: its name, and its arguments as JSON."""

import json
import os
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

from script.lib.loads import backlog, machines, memory, university

STEPS: dict[str, Callable[..., None]] = {
    "place": backlog.place,
    "drain": backlog.drain,
    "ask": backlog.ask,
    "people": machines.make_people,
    "machines": machines.work,
    "memory": memory.watch,
    "history": university.grow,
    "bulk": university.measure_bulk,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]](**json.loads(sys.argv[2]))
