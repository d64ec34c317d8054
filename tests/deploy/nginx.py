"""nginx with the site of deploy/, on ports of its own and as whoever runs the tests."""

import os
import shutil
import subprocess
from pathlib import Path

from script.lib.authority import Authority
from tests.structure.tree import ROOT

SITE = ROOT / "deploy/nginx/mlegitymacja.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
AROUND = """{user} daemon off; error_log {folder}/error.log; pid {folder}/nginx.pid; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""


class Nginx:
    """The site as it stands in deploy/, but for names, ports and paths."""

    def __init__(self, folder: Path, *, http: int, https: int, portal: int) -> None:
        self.folder, self.https = folder, https
        authority = Authority.new(folder / "authority")
        self.ca = authority.ca
        certificate, key = authority.issue("legitymacja")
        shutil.copy(certificate, folder / "fullchain.pem")
        shutil.copy(key, folder / "privkey.pem")
        site = SITE.read_text()
        for written, here in {
            "listen 80;": f"listen 127.0.0.1:{http};",
            "    listen [::]:80;\n": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{https} ssl http2;",
            "    listen [::]:443 ssl http2;\n": "",
            "/etc/mlegitymacja/tls": str(folder),
            "/var/log/nginx": str(folder),
            "/opt/mlegitymacja/current": str(ROOT),
            "server 127.0.0.1:8000": f"server 127.0.0.1:{portal}",
        }.items():
            assert written in site, written
            site = site.replace(written, here)
        (folder / "site.conf").write_text(site)
        # Else its processes give up the rights that they need in the folder of a test.
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        self.process: subprocess.Popen[bytes] | None = None

    def check(self) -> str:
        """Return what nginx says of the configuration; nothing where it is right."""
        said = subprocess.run(
            [NGINX or "", "-t", "-q", "-c", str(self.folder / "nginx.conf")],
            capture_output=True,
            text=True,
            check=False,
        )
        return said.stderr

    def start(self) -> None:
        """Start it in the foreground."""
        self.process = subprocess.Popen([NGINX or "", "-c", str(self.folder / "nginx.conf")])

    def stop(self) -> None:
        """End it."""
        if self.process:
            self.process.terminate()
            self.process.wait(10)
