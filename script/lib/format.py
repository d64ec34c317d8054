"""Formatting of the source with ruff."""

import subprocess
import sys
from pathlib import Path

from script.lib.signals import take_signals

ROOT = Path(__file__).resolve().parents[2]
RUFF = Path(sys.executable).with_name("ruff")


def main(arguments: list[str]) -> int:
    """Mend and format the files that are named, else all; give 1 while something is left to mend by hand."""
    take_signals()
    files = arguments or ["."]
    formatted = subprocess.run([RUFF, "format", *files], cwd=ROOT)
    mended = subprocess.run([RUFF, "check", "--fix", *files], cwd=ROOT)
    # What has been mended (imports, say) may have another form now.
    again = subprocess.run([RUFF, "format", "--quiet", *files], cwd=ROOT)
    return max(formatted.returncode, mended.returncode, again.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
