"""Checks of the source that need no database: the same in CI and by hand."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import web_lint
from script.lib.catalogue import LANGUAGES, faults
from script.lib.console import complain, say
from script.lib.extraction import all_texts
from script.lib.signals import take_signals

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
COMMANDS = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--check", "--quiet", "."),
    "import-linter": ("lint-imports", "--no-logo"),
    "mypy": ("mypy", "."),
}


def main() -> int:
    """Run all checks side by side and give the exit code: 1 where one of them has something to say."""
    take_signals()
    compile_stale()
    failed = []
    web = {} if web_lint.is_left_out() else web_lint.COMMANDS
    if web and (said := web_lint.prepare()):
        complain(f"npm ci:\n{said}\n")
        failed, web = ["npm ci"], {}
    with ThreadPoolExecutor() as pool:
        running = {name: pool.submit(run, *command) for name, command in COMMANDS.items()}
        running |= {name: pool.submit(web_lint.run, name) for name in web}
        running["translations"] = pool.submit(untranslated)
        for name, check in running.items():
            if said := check.result():
                failed.append(name)
                complain(f"{name}:\n{said}\n")
    if web_lint.is_left_out():
        say(web_lint.LEFT_OUT)
    say(f"Something to mend: {', '.join(failed)}" if failed else f"Nothing to mend: {', '.join(running)}")
    return 1 if failed else 0


def run(program: str, *options: str) -> str:
    """Run a tool and return what it found, nothing when all is well."""
    done = subprocess.run([TOOLS / program, *options], cwd=ROOT, capture_output=True, text=True)
    return f"{done.stdout}{done.stderr}".strip() if done.returncode else ""


def untranslated() -> str:
    """Return what script/translations would ask for."""
    texts = all_texts()
    return "\n".join(fault for language in LANGUAGES for fault in faults(language, texts))


if __name__ == "__main__":
    sys.exit(main())
