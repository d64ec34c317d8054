"""What each test reaches: the lines that it runs in the files that are asked for, and how long it takes."""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from script.lib.children import in_child, run

LONGEST_TEST = 300.0  # seconds


@dataclass(frozen=True)
class Reach:
    """What is known of a test, as long as none of the files has changed whose digests it has."""

    test: str
    passed: bool
    seconds: float
    at: float
    lines: dict[str, list[int]]
    digests: dict[str, str]

    def is_at(self, lines: dict[str, set[int]]) -> bool:
        """Say whether the test runs any of these lines of files."""
        return any(lines[path].intersection(its) for path, its in self.lines.items() if path in lines)


def reaches(
    file: Path, watched: list[Path], items: list[pytest.Item], say: Callable[[str], None]
) -> dict[str, Reach]:
    """Return what each test reaches of the watched files; what is kept in a file is not measured again."""
    tests = {Path(item.nodeid.split("::")[0]) for item in items}
    digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in [*watched, *tests]}
    known = _read(file, digests)
    by_file = defaultdict(list)
    for item in items:
        if item.nodeid not in known:
            by_file[item.nodeid.split("::")[0]].append(item)
    for test, its_items in by_file.items():
        say(f"Measuring {test} ({len(its_items)})")
        in_child(_measure(file, watched, its_items, digests), [LONGEST_TEST] * len(its_items))
    return _read(file, digests)


def _read(file: Path, digests: dict[str, str]) -> dict[str, Reach]:
    lines = file.read_text().splitlines() if file.exists() else []
    known = [Reach(**json.loads(line)) for line in lines]
    return {reach.test: reach for reach in known if reach.digests.items() <= digests.items()}


def _measure(
    file: Path, watched: list[Path], items: list[pytest.Item], digests: dict[str, str]
) -> Iterator[bool]:
    import coverage

    watch = coverage.Coverage(data_file=None, config_file=False, include=[str(path) for path in watched])
    watch.set_option("run:disable_warnings", ["no-data-collected"])
    watch.start()
    for item in items:
        watch.switch_context(item.nodeid)
        begun = time.monotonic()
        passed = run(item)
        seconds = time.monotonic() - begun
        watch.switch_context("none")
        data = watch.get_data()
        data.set_query_context(item.nodeid)
        lines = {str(path): sorted(data.lines(str(path.resolve())) or []) for path in watched}
        lines = {path: numbers for path, numbers in lines.items() if numbers}
        its_digests = {path: digests[path] for path in [*lines, item.nodeid.split("::")[0]]}
        reach = Reach(item.nodeid, passed, seconds, time.time(), lines, its_digests)
        with file.open("a") as out:
            out.write(f"{json.dumps(asdict(reach))}\n")
        yield True
