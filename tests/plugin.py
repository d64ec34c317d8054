"""pytest's part of `script/test`, for plain `pytest` too: services of its own, `--keep` and `--fast`."""

import fcntl
import gc
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO

import pytest

from script.lib.kept import Kept

ROOT = Path(__file__).resolve().parent.parent
KEPT = Kept(Path(os.environ.get("DATA_DIR") or ROOT / "var").absolute() / "tests")
# What --fast leaves out, and why. tests/structure/test_fast.py looks whether something is missing here.
LEFT_OUT = {
    "tests/running": "programs of their own",
    "tests/stack": "whole portals",
    "tests/night": "a whole portal",
    "tests/scale": "a university of 50,000",
    "tests/engines": "browsers",
    "tests/screens": "a browser",
    "tests/mdocs/sandbox/test_browser.py": "a browser",
    "tests/mdocs/sandbox/test_camera_browser.py": "a browser",
    "tests/mdocs/sandbox/test_looks_browser.py": "a browser",
    "tests/students/admin/test_photo_cropping_browser.py": "a browser",
    "tests/students/admin/test_quick_search_browser.py": "a browser",
    "tests/students/cards/test_camera_browser.py": "a browser",
    "tests/students/cards/test_scanning_browser.py": "a browser",
    "tests/api/test_openapi.py": "every case there is",
    "tests/mdocs/engine/test_random_lives.py": "every case there is",
    "tests/mdocs/entitlement/test_random_years.py": "every case there is",
    "tests/mdocs/page/test_live_versions.py": "every case there is",
    "tests/mlegitymacja_portal/test_access.py": "every case there is",
    "tests/mlegitymacja_portal/test_hostile_values.py": "every case there is",
    "tests/api/test_generated_clients.py": "programs of their own",
    "tests/api/test_linters.py": "programs of their own",
    "tests/api/test_webhook_receivers.py": "programs of their own",
    "tests/deploy/test_backup.py": "programs of their own",
    "tests/deploy/test_guide.py": "programs of their own",
    "tests/deploy/test_monitoring_guide.py": "programs of their own",
    "tests/deploy/test_nginx.py": "programs of their own",
    "tests/deploy/test_pooler_guide.py": "programs of their own",
    "tests/deploy/test_recovery.py": "programs of their own",
    "tests/mdocs/sandbox/test_process.py": "programs of their own",
    "tests/mlegitymacja_portal/test_checks.py": "programs of their own",
    "tests/mlegitymacja_portal/test_journal.py": "programs of their own",
    "tests/mlegitymacja_portal/test_start_without_database.py": "programs of their own",
    "tests/notifications/test_slow_mail_server.py": "programs of their own",
    "tests/operations/test_pgbouncer.py": "programs of their own",
    "tests/usos_api/test_clients.py": "programs of their own",
    "tests/usos_api/test_other_languages.py": "programs of their own",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of script/test."""
    group = parser.getgroup("portal")
    group.addoption("--keep", action="store_true", help="keep the services and the database for the next run")
    group.addoption("--year", action="store_true", help="live through the academic years too: half an hour")
    group.addoption(
        "--night", action="store_true", help="try each line of the runbook on a portal, too: twenty minutes"
    )
    group.addoption(
        "--fast",
        action="store_true",
        help="leave out what needs a browser or a whole portal, or tries every case",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the services before anything of Django is imported: its settings name them."""
    options = early_config.known_args_namespace
    runs_tests = not (options.help or options.version or options.collectonly)
    if (
        runs_tests and "PYTEST_XDIST_WORKER" not in os.environ
    ):  # who shares tests out has started them for all
        are_given = bool(os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"))
        os.environ |= keep(early_config) if options.keep and not are_given else serve_this_run(early_config)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-django keep the database too, as long as it is one of today's migrations."""
    if config.option.keep:
        config.option.reuse_db = True
        made_by = made_by_file()
        if not made_by.exists() or made_by.read_text() != migrations():
            config.option.create_db = True


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run, and let it look less often.

    It would go through all of Django and all tests again and again: a twentieth of the run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember for the next run with --keep which migrations have made the database."""
    if session.config.option.keep and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        made_by_file().write_text(migrations())


def made_by_file() -> Path:
    """Name the file that says which migrations have made the database of this process."""
    KEPT.folder.mkdir(parents=True, exist_ok=True)
    return KEPT.folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'one-process')}.migrations"


def migrations() -> str:
    """Return a digest of all migrations."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    return hashlib.sha256(b"".join(bytes(file) + file.read_bytes() for file in files)).hexdigest()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out with --fast what takes long."""
    takes_long = any(collection_path == ROOT / place for place in LEFT_OUT)
    return True if takes_long and any(collection_path == ROOT / place for place in left_out(config)) else None


def left_out(config: pytest.Config) -> dict[str, str]:
    """Return the places that --fast leaves out of this run, and why: not those that are named."""
    if not config.option.fast:
        return {}
    named = [config.invocation_params.dir / name.partition("::")[0] for name in config.args]
    return {
        place: why
        for place, why in LEFT_OUT.items()
        if not any(path.is_relative_to(ROOT / place) for path in named)
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what --fast has left out."""
    if places := left_out(config):
        reasons = {reason: [p for p, why in places.items() if why == reason] for reason in places.values()}
        said = "; ".join(f"{', '.join(places)} ({reason})" for reason, places in reasons.items())
        terminalreporter.write_line(f"Left out by --fast: {said}")


def serve_this_run(config: pytest.Config) -> dict[str, str]:
    """Start services that end with this run, however it ends: they notice that their standard input is closed."""
    process, variables = start()

    def end() -> None:
        assert process.stdin
        process.stdin.close()
        process.wait()

    config.add_cleanup(end)
    return variables


def keep(config: pytest.Config) -> dict[str, str]:
    """Use the services that are kept; start them if there are none."""
    KEPT.folder.mkdir(parents=True, exist_ok=True)
    lock = KEPT.run_lock.open("a")
    config.add_cleanup(lock.close)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise pytest.UsageError(
            "Another run with --keep is at work here; run without it beside that one"
        ) from None
    if variables := KEPT.variables():
        return variables
    with (KEPT.folder / "services.log").open("ab") as log:
        return start("--keep", str(KEPT.folder), output=log)[1]


def start(*options: str, output: IO[bytes] | None = None) -> tuple["subprocess.Popen[bytes]", dict[str, str]]:
    """Start the process that looks after the services; return it and the variables that it tells."""
    listen, announce = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "script.lib.serve_tests", f"--announce={announce}", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL if options else subprocess.PIPE,
        stdout=output,
        stderr=output,
        pass_fds=[announce],
        start_new_session=True,  # Ctrl-C is for the tests; the services end after them
    )
    os.close(announce)
    with os.fdopen(listen) as said:
        answer = said.readline()
    told = (
        json.loads(answer) if answer else {"failed": "The services of the tests ended before they were ready"}
    )
    if "failed" in told:
        raise pytest.UsageError(told["failed"])
    return process, told["variables"]
