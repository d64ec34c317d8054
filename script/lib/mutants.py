"""Mutation testing: small faults are put into the code one at a time, and those are listed that no test notices.

Services, Django and the tests are loaded once; each fault is put into a child of that process. For a fault only those
tests run that reach its statement, the fastest first, until one fails. What is measured and what came out is kept
below var/mutants: a run goes on where the last one was stopped.
"""

import argparse
import gc
import json
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from script.lib.children import in_child, run
from script.lib.mutations import Mutation, functions_of, mutations, put_in
from script.lib.reach import Reach, reaches

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("DATA_DIR") or ROOT / "var").absolute() / "mutants"
PLACES = (
    "mdocs/orders",
    "mdocs/engine",
    "mdocs/entitlement",
    "students/jobs.py",
    "students/conditions.py",
    "students/encryption.py",
    "usos_api/oauth",
    "students/importing",
)
LEFT_OUT = ("stack", "screens", "running", "scale", "structure", "migrations")
KILLED, SURVIVED, UNREACHED = "killed", "survived", "unreached"
PATIENCE = 20.0  # seconds more than five times what a test took


def main(arguments: list[str]) -> int:
    """Try the faults of the places that the arguments name; give the exit code of pytest."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})  # bootstrap.py blocked them
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # services and sandbox end with us
    parser = argparse.ArgumentParser(prog="script/mutants")
    parser.add_argument("places", nargs="*", default=PLACES)
    parser.add_argument("--tests", nargs="+", default=["tests"])
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    os.nice(19)
    FOLDER.mkdir(parents=True, exist_ok=True)
    left_out = [f"--ignore=tests/{folder}" for folder in LEFT_OUT]
    tests = [*options.tests, *left_out, "--fast", "-q", "-p", "no:cacheprovider"]
    return pytest.main(tests, plugins=[Mutants(options)])


class Mutants:
    """pytest's loop over the tests, replaced by one over faults."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.places: list[str] = list(options.places)
        self.again: bool = options.again
        self.seconds: float = options.seconds
        self.sources = sorted({file for place in [*PLACES, *self.places] for file in files(place)})
        self.results = {result["key"]: result for result in read_results()}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, try the faults, and report."""
        writer = session.config.get_terminal_writer()

        def say(line: str) -> None:
            writer.line(line, flush=True)

        self.items = {item.nodeid: item for item in session.items}
        load(session)
        functions = functions_of(self.sources)
        gc.freeze()  # looking for garbage would copy pages in each child
        self.reaches = reaches(FOLDER / "reach.jsonl", self.sources, session.items, say)
        chosen = [fault for place in self.places for file in files(place) for fault in mutations(file)]
        for count, fault in enumerate(chosen, start=1):
            known = self.results.get(fault.key, {"outcome": None, "at": 0.0, "slowest": 0.0})
            if known["outcome"] is None or (self.again and known["outcome"] != KILLED):
                result = self.attempt(fault, functions[str(Path(fault.path).resolve())], known)
                self.results[fault.key] = result
                say(f"{count}/{len(chosen)} {described(result)}")
        for line in summary([self.results[fault.key] for fault in chosen]):
            say(line)
        return True

    def attempt(
        self, fault: Mutation, functions: list[FunctionType], known: dict[str, Any]
    ) -> dict[str, Any]:
        """Put a fault into a child, run tests that reach it and are new to it; keep and return what came of it."""
        reaching = sorted(self.reaching(fault), key=lambda reach: reach.seconds)
        planned: list[Reach] = []
        for reach in reaching:
            is_new = reach.at > known["at"] or reach.seconds > known["slowest"]
            if is_new and sum(each.seconds for each in planned) < self.seconds:
                planned.append(reach)

        def answers() -> Iterator[bool]:
            put_in(fault, functions)
            yield from (run(self.items[reach.test]) for reach in planned)

        said = in_child(answers(), [PATIENCE + 5 * reach.seconds for reach in planned])
        is_killed = not said.endswith(".") and bool(planned)
        result = asdict(fault) | {
            "outcome": KILLED if is_killed else SURVIVED if reaching else UNREACHED,
            "by": f"{said[-1]} {planned[len(said) - 1].test}" if is_killed else "",
            "tests": f"{len(planned)} of {len(reaching)}",
            "slowest": max((reach.seconds for reach in planned), default=0.0),
            "at": time.time(),
        }
        with (FOLDER / "results.jsonl").open("a") as out:
            out.write(f"{json.dumps(result, ensure_ascii=False)}\n")
        return result

    def reaching(self, fault: Mutation) -> list[Reach]:
        """Return the tests that reach a fault: its statement, or for a constant the lines that name it."""
        lines = {fault.path: set(fault.lines)}
        if fault.is_constant:
            name = re.compile(rf"\b{fault.name}\b")
            lines = {
                str(file): {n for n, line in enumerate(file.read_text().splitlines(), 1) if name.search(line)}
                for file in self.sources
            }
        return [
            reach
            for reach in self.reaches.values()
            if reach.passed
            and any(lines.get(path, set()).intersection(its) for path, its in reach.lines.items())
        ]


def files(place: str) -> list[Path]:
    """Return the files of a place, which is one or a folder."""
    path = Path(place)
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def read_results() -> list[dict[str, Any]]:
    """Return what came of the faults that have been tried."""
    file = FOLDER / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def load(session: pytest.Session) -> None:
    """Have everything made that all tests share, the database and the sandbox, with the first test that has both."""
    from django.db import connections

    shared = {"sandbox", "django_db_setup"}
    run(next(item for item in session.items if shared <= set(getattr(item, "fixturenames", ()))))
    connections.close_all()


def described(result: dict[str, Any]) -> str:
    """Say in a line what a fault was and what came of it."""
    place = f"{result['path']}:{result['line']} {result['name']}"
    return f"{result['outcome']} ({result['tests']}): {place}: {result['before']} → {result['after']} {result['by']}"


def summary(results: list[dict[str, Any]]) -> Iterator[str]:
    """Give the faults that went unnoticed, and figures for each place."""
    for result in results:
        if result["outcome"] != KILLED:
            yield described(result)
    for place in sorted({result["path"].rpartition("/")[0] for result in results}):
        outcomes = Counter(r["outcome"] for r in results if r["path"].rpartition("/")[0] == place)
        counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        yield f"{place}: {outcomes.total()} faults, {counts}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
