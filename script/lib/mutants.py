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
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import _lru_cache_wrapper
from pathlib import Path
from random import Random
from textwrap import shorten
from types import FunctionType
from typing import Any

import pytest

from script.lib.children import in_child, run
from script.lib.mutations import Mutation, functions_of, mutations, put_in
from script.lib.reach import Reach, reaches
from script.lib.signals import end_on_signals

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
# Left out by --fast, but worth their time here: they alone ask some of the code as others do.
ALSO = (
    "mlegitymacja_portal/test_access.py",
    "mlegitymacja_portal/test_hostile_values.py",
    "usos_api/test_clients.py",
)
KILLED, SURVIVED, UNREACHED, EQUIVALENT = "killed", "survived", "unreached", "equivalent"
PATIENCE = 20.0  # seconds more than twice what a test took


def main(arguments: list[str]) -> int:
    """Try the faults of the places that the arguments name; give the exit code of pytest."""
    end_on_signals()
    parser = argparse.ArgumentParser(prog="script/mutants")
    parser.add_argument("places", nargs="*", default=PLACES)
    parser.add_argument("--tests", nargs="+", default=["tests"])
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--sample", type=int)
    options = parser.parse_args(arguments)
    os.nice(19)
    FOLDER.mkdir(parents=True, exist_ok=True)
    left_out = [f"--ignore=tests/{folder}" for folder in LEFT_OUT]
    also = [f"tests/{file}" for file in ALSO if options.tests == ["tests"]]
    tests = [*options.tests, *also, *left_out, "--fast", "-q", "-p", "no:cacheprovider"]
    return pytest.main(tests, plugins=[Mutants(options)])


class Mutants:
    """pytest's loop over the tests, replaced by one over faults."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.places: list[str] = list(options.places)
        self.again: bool = options.again
        self.seconds: float = options.seconds
        self.sample: int | None = options.sample
        self.sources = sorted({file for place in [*PLACES, *self.places] for file in files(place)})
        self.results = {result["key"]: result for result in read_results()}
        self.equivalent = listed_as_equivalent()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, try the faults, and report."""
        writer = session.config.get_terminal_writer()

        def say(line: str) -> None:
            writer.line(line, flush=True)

        self.items = {item.nodeid: item for item in session.items}
        gc.unfreeze()  # what tests/plugin.py has put aside has to be found
        load(session)
        functions = functions_of(self.sources)
        gc.freeze()  # looking for garbage would copy pages in each child
        self.reaches = reaches(FOLDER / "reach.jsonl", self.sources, session.items, say)
        chosen = [fault for place in self.places for file in files(place) for fault in mutations(file)]
        if self.sample is not None:  # the same ones each time, so that it goes on, too
            chosen = Random(1).sample(chosen, min(self.sample, len(chosen)))  # noqa: S311 -- no secret
        for count, fault in enumerate(chosen, start=1):
            known = self.results.get(fault.key, {"outcome": None, "at": 0.0, "tried": []})
            is_left = known["outcome"] != KILLED and listed(asdict(fault)) not in self.equivalent
            if known["outcome"] is None or (self.again and is_left):
                result = self.attempt(fault, functions[str(Path(fault.path).resolve())], known)
                self.results[fault.key] = result
                say(f"{count}/{len(chosen)} {described(result)}")
        for line in summary([self.results[fault.key] for fault in chosen], self.equivalent):
            say(line)
        return True

    def attempt(
        self, fault: Mutation, functions: list[FunctionType], known: dict[str, Any]
    ) -> dict[str, Any]:
        """Put a fault into a child, run tests that reach it and are new to it; keep and return what came of it."""
        notices = [result["by"] for result in self.results.values() if result["path"] == fault.path]
        noticed = Counter(by.removeprefix("F ") for by in notices if by.startswith("F"))
        reaching = in_turn(self.reaching(fault), {test for test, _ in noticed.most_common(15)})
        planned: list[Reach] = []
        for reach in reaching:
            is_new = reach.at > known["at"] or reach.test not in known["tried"]
            if is_new and sum(each.seconds for each in planned) < self.seconds:
                planned.append(reach)

        def answers() -> Iterator[bool]:
            put_in(fault, functions)
            yield from (run(self.items[reach.test]) for reach in planned)

        said = in_child(answers(), [PATIENCE + 2 * reach.seconds for reach in planned])
        is_killed = not said.endswith(".") and bool(planned)
        result = asdict(fault) | {
            "outcome": KILLED if is_killed else SURVIVED if reaching else UNREACHED,
            "by": f"{said[-1]} {planned[len(said) - 1].test}" if is_killed else "",
            "tests": f"{len(planned)} of {len(reaching)}",
            "tried": [] if is_killed else sorted({*known["tried"], *(reach.test for reach in planned)}),
            "at": time.time(),
        }
        with (FOLDER / "results.jsonl").open("a") as out:
            out.write(f"{json.dumps(result, ensure_ascii=False)}\n")
        return result

    def reaching(self, fault: Mutation) -> list[Reach]:
        """Return the tests that reach a fault: its statement; for a constant also what names it, or else its file."""
        lines = {fault.path: set(fault.lines)}
        if fault.is_constant:
            name = re.compile(rf"\b{fault.name}\b")
            for file in self.sources:
                numbered = enumerate(file.read_text().splitlines(), 1)
                lines.setdefault(str(file), set()).update(n for n, line in numbered if name.search(line))
        passed = [reach for reach in self.reaches.values() if reach.passed and reach.test in self.items]
        reaching = [reach for reach in passed if reach.is_at(lines)]
        return reaching or [reach for reach in passed if fault.is_constant and fault.path in reach.lines]


def in_turn(reaches: list[Reach], best: set[str]) -> list[Reach]:
    """Return the best tests, then the fastest, but those of one file not all together: they are much alike."""
    places: Counter[str] = Counter()
    cost = {}
    for reach in sorted(reaches, key=lambda reach: reach.seconds):
        file = reach.test.split("::")[0]
        places[file] += 1
        cost[reach.test] = reach.seconds * places[file]
    return sorted(reaches, key=lambda reach: (reach.test not in best, cost[reach.test]))


def files(place: str) -> list[Path]:
    """Return the files of a place, which is one or a folder."""
    path = Path(place)
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def read_results() -> list[dict[str, Any]]:
    """Return what came of the faults that have been tried."""
    file = FOLDER / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def load(session: pytest.Session) -> None:
    """Have everything made that all tests share: the database and, if there is a test that uses it, the sandbox."""
    from django.db import connections

    shared = {"sandbox", "django_db_setup"}
    run(max(session.items, key=lambda item: len(shared.intersection(getattr(item, "fixturenames", ())))))
    connections.close_all()
    forget_results()


def forget_results() -> None:
    """Empty the caches of the project's functions: a fault would not change what the shared test has put there."""
    for cached in [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]:
        if (ROOT / str(cached.__module__).partition(".")[0]).is_dir():
            cached.cache_clear()


def described(result: dict[str, Any]) -> str:
    """Say in a line what a fault was and what came of it."""
    return (
        f"{result['outcome']} ({result['tests']}) {result['by']}\n  line {result['line']}: {listed(result)}"
    )


def listed(result: dict[str, Any]) -> str:
    """Return a fault as docs/mutants.md lists it."""
    before, after = (shorten(result[which], 80, placeholder=" …") for which in ("before", "after"))
    return f"- `{result['path']}` `{result['name']}`: `{before}` → `{after}`"


def listed_as_equivalent() -> set[str]:
    """Return the lines of docs/mutants.md."""
    return set((ROOT / "docs" / "mutants.md").read_text().splitlines())


def summary(results: list[dict[str, Any]], equivalent: set[str]) -> Iterator[str]:
    """Give the faults that went unnoticed and are not listed as equivalent, and figures for each place."""
    figures: dict[str, Counter[str]] = {}
    for result in results:
        outcome = result["outcome"]
        if outcome != KILLED and listed(result) in equivalent:
            outcome = EQUIVALENT
        figures.setdefault(result["path"].rpartition("/")[0], Counter())[outcome] += 1
        if outcome in {SURVIVED, UNREACHED}:
            yield described(result)
    for place, outcomes in sorted(figures.items()):
        counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
        yield f"{place}: {outcomes.total()} faults, {counts}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
