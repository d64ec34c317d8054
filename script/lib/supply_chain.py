"""What the portal is made of: pins with hashes, the list of components with licences, and known advisories.

The tools (uv, cyclonedx-bom, pip-audit) are in an environment of their own below .venv, pinned with hashes in
script/lib/tools.txt: production and the tests need none of them.
"""

import json
import os
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from script.lib.console import complain, say

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv" / "tools"
TOOL_PINS = ROOT / "script" / "lib" / "tools.txt"
TOOL_NAMES = "uv\ncyclonedx-bom\npip-audit\n"
PRODUCTION = "requirements.txt"
# Each file with its extras, after those whose pins it keeps.
COMPILED: dict[str, tuple[str, ...]] = {
    PRODUCTION: (),
    "requirements-demo.txt": ("demo",),
    "requirements-dev.txt": ("demo", "dev"),
}
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "script/pins"),
)
# What pip-audit and its libraries say when nobody answers: then there is no finding, good or bad.
UNREACHABLE = (
    "ConnectionError",
    "Max retries",
    "NameResolution",
    "Connection refused",
    "timed out",
    "ProxyError",
)


def pins(arguments: Sequence[str]) -> int:
    """Compile the requirement files from pyproject.toml; arguments such as `--upgrade-package django` go to uv."""
    uv = _tool("uv")
    before = ""
    for name, extras in COMPILED.items():
        wanted = [part for extra in extras for part in ("--extra", extra)]
        kept = ("--constraint", before) if before else ()
        _run(uv, *COMPILE, "pyproject.toml", *wanted, *kept, "--output-file", name, *arguments)
        before = name
    _run(uv, *COMPILE, "-", "--output-file", str(TOOL_PINS), *arguments, given=TOOL_NAMES)
    say(f"Compiled: {', '.join(COMPILED)}, {TOOL_PINS.relative_to(ROOT)}")
    return 0


def sbom(arguments: Sequence[str]) -> int:
    """Write var/sbom.json (CycloneDX 1.6) of what production installs, and the licences; print how many of each."""
    cyclonedx = _tool("cyclonedx-py")
    installed = ROOT / ".venv" / "production"
    _environment(installed, ROOT / PRODUCTION)
    target = ROOT / "var" / "sbom.json"
    target.parent.mkdir(exist_ok=True)
    _run(
        *(cyclonedx, "environment", "--pyproject", "pyproject.toml", "--spec-version", "1.6"),
        *("--output-reproducible", "--output-file", str(target), str(installed)),
    )
    components = json.loads(target.read_text())["components"]
    lines = sorted(f"{each['name']} {each['version']}: {licence_of(each)}" for each in components)
    (ROOT / "var" / "licences.txt").write_text("\n".join([*lines, ""]))
    for licence, number in Counter(map(licence_of, components)).most_common():
        say(f"{number:4} {licence}")
    say(f"Written: {target.relative_to(ROOT)}, var/licences.txt")
    return 0


def audit(arguments: Sequence[str]) -> int:
    """Ask for known advisories about production's pins; 1 where there are some, 0 with a note where nobody answers.

    pip-audit calls a package that the service does not know "skipped", and then reports no finding: that is told, and
    never taken for a good answer.
    """
    command = (_tool("pip-audit"), "--requirement", PRODUCTION, "--require-hashes", "--disable-pip")
    done = subprocess.run(
        [*command, "--format", "json", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    try:
        asked = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        if not any(sign in done.stderr for sign in UNREACHABLE):
            complain(done.stderr.strip())
            return done.returncode or 1
        asked = []
    answered = [each for each in asked if "vulns" in each]
    for each in answered:
        for found in each["vulns"]:
            say(
                f"{each['name']} {each['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or '–'}"
            )
    if not answered:
        say("The advisory service cannot be reached from here: known advisories were NOT looked for.")
    elif skipped := len(asked) - len(answered):
        say(
            f"The advisory service does not know {skipped} of {len(asked)} packages: about these it was NOT asked."
        )
    else:
        say(f"Asked about {len(answered)} packages.")
    return int(any(each["vulns"] for each in answered))


def licence_of(component: dict[str, Any]) -> str:
    """Return the licences of a component as its package states them; the first line of a whole text."""
    found = []
    for each in component.get("licenses", ()):
        licence = each.get("license", {})
        stated = each.get("expression") or licence.get("id") or licence.get("name") or ""
        first = stated.splitlines()[0] if stated else ""
        found.append(first.rpartition(" :: ")[2])  # a classifier of the package index, by its last part
    return " / ".join(dict.fromkeys(filter(None, found))) or "not stated"


def _tool(name: str) -> str:
    _environment(TOOLS, TOOL_PINS)
    return str(TOOLS / "bin" / name)


def _environment(folder: Path, requirements: Path) -> None:
    """Make an environment of exactly these pins, unless it is there."""
    installed = folder / "installed.txt"
    if installed.exists() and installed.read_text() == requirements.read_text():
        return
    say(f"Installing {requirements.relative_to(ROOT)} into {folder.relative_to(ROOT)}")
    venv.create(folder, with_pip=True, clear=True)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "--requirement", str(requirements))
    installed.write_text(requirements.read_text())


def _run(*command: str, given: str | None = None) -> None:
    subprocess.run(command, cwd=ROOT, check=True, text=True, input=given, env=os.environ)


def main(arguments: Sequence[str]) -> int:
    """Run the part that is named first; return the exit code."""
    try:
        return {"pins": pins, "sbom": sbom, "audit": audit}[arguments[0]](arguments[1:])
    except subprocess.CalledProcessError as failed:
        complain(f"This did not work: {' '.join(map(str, failed.cmd[:4]))} …")
        return failed.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
