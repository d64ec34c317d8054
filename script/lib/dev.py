"""The portal while it is being worked on: what is changed is taken at once, and errors are shown in the browser."""

import sys
from collections.abc import Iterator
from pathlib import Path

import watchfiles

from mlegitymacja_portal.catalogues import compile_stale
from script.lib.console import say
from script.lib.processes import Service
from script.lib.server import ROOT, Portal, main

TAKEN_BY_PROCESSES = {".py", ".po"}  # templates and what browsers get are read anew for each request
NOT_OF_THE_PORTAL = {"tests", "script"}


class DevelopmentPortal(Portal):
    """The portal with Django's own server for the web, and workers that start again when the code has changed."""

    def __init__(self, folder: Path, given: dict[str, str]) -> None:
        super().__init__(folder, {"DEBUG": "true"} | given)
        packages = [init.parent for init in ROOT.glob("*/__init__.py")]
        self._changes: Iterator[set[watchfiles.main.FileChange]] = watchfiles.watch(
            *(package for package in packages if package.name not in NOT_OF_THE_PORTAL),
            ROOT / "locale",
            watch_filter=lambda _change, path: Path(path).suffix in TAKEN_BY_PROCESSES,
            rust_timeout=200,  # milliseconds: how long `look_after` waits
            yield_on_timeout=True,
        )

    def look_after(self) -> None:
        """Wait a little; start again what has old code in its memory. Raises StopRequested."""
        self.supervisor.pause(0)
        if changed := sorted({Path(path).name for _change, path in next(self._changes)}):
            say(f"Changed: {', '.join(changed)}; starting the workers again")
            compile_stale()
            kept_running = [each.name for each in self.supervisor.services() if not each.others_need_it]
            # Django's server sees by itself that something has changed.
            self.supervisor.restart(*(name for name in kept_running if name != "web"))

    def _load(self) -> None:
        """Load nothing: what forks from it would have the code as it was."""

    def _web_service(self) -> Service:
        return Service("web", (sys.executable, ROOT / "manage.py", "runserver", self._web.bind))


if __name__ == "__main__":
    sys.exit(main(DevelopmentPortal))
