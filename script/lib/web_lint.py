"""Linters of styles and scripts, on Node.js: what a browser that is served would not understand.

package.json names the browsers and pins the linters, package-lock.json everything below them.
"""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / "node_modules" / ".installed"  # the text of the lock that is installed
COMMANDS = {
    "eslint": ("eslint", "."),
    "stylelint": ("stylelint", "static/**/*.css", "mdocs/**/*.css"),
}
LEFT_OUT = "Without eslint and stylelint: they need Node.js 18.18 or later with npm (apt install nodejs npm)"


def is_left_out() -> bool:
    """Say whether this machine has no npm. Raises RuntimeError where everything has to be tried (CI=true)."""
    if shutil.which("npm"):
        return False
    if os.environ.get("CI") == "true":
        raise RuntimeError(LEFT_OUT)
    return True


def prepare() -> str:
    """Install the linters unless that is done already; return what npm complained of."""
    lock = (ROOT / "package-lock.json").read_text()
    if INSTALLED.exists() and INSTALLED.read_text() == lock:
        return ""
    said = _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    if not said:
        INSTALLED.write_text(lock)
    return said


def run(name: str) -> str:
    """Run a linter and return what it found, nothing when all is well."""
    program, *options = COMMANDS[name]
    return _run(str(ROOT / "node_modules" / ".bin" / program), *options)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return f"{done.stdout}{done.stderr}".strip() if done.returncode else ""
