"""nginx with the site of deploy/, on ports of its own and as whoever runs the tests."""

import shutil
import subprocess
from pathlib import Path

from script.lib.authority import Authority
from script.lib.nginx import PROGRAM as NGINX
from script.lib.nginx import configure


class Nginx:
    """The site as it stands in deploy/, but for names, ports and paths."""

    def __init__(self, folder: Path, *, http: int, https: int, portal: int) -> None:
        self.folder, self.https = folder, https
        authority = Authority.new(folder / "authority")
        self.ca = authority.ca
        certificate, key = authority.issue("legitymacja")
        shutil.copy(certificate, folder / "fullchain.pem")
        shutil.copy(key, folder / "privkey.pem")
        self._configuration = configure(folder, http=http, https=https, portal=f"127.0.0.1:{portal}")
        self.process: subprocess.Popen[bytes] | None = None

    def check(self) -> str:
        """Return what nginx says of the configuration; nothing where it is right."""
        said = subprocess.run(
            [NGINX or "", "-t", "-q", "-c", self._configuration],
            capture_output=True,
            text=True,
            check=False,
        )
        return said.stderr

    def start(self) -> None:
        """Start it in the foreground."""
        self.process = subprocess.Popen([NGINX or "", "-c", self._configuration])

    def stop(self) -> None:
        """End it."""
        if self.process:
            self.process.terminate()
            self.process.wait(10)
