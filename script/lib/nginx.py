"""nginx with the site of deploy/, on ports of its own and as whoever runs it."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "deploy/nginx/mlegitymacja.conf"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
# As Debian has it around a site.
AROUND = """{user} daemon off; error_log {folder}/error.log; pid {folder}/nginx.pid; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  {types}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""
TYPES = Path("/etc/nginx/mime.types")


def configure(folder: Path, *, http: int, https: int, portal: str) -> Path:
    """Write the site into a folder with fullchain.pem and privkey.pem; return the configuration to start nginx with.

    `portal` is the address of the web: host:port, or unix:path.
    """
    site = SITE.read_text()
    for written, here in {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "    listen [::]:80;\n": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{https} ssl http2;",
        "    listen [::]:443 ssl http2;\n": "",
        "/etc/mlegitymacja/tls": str(folder),
        "/var/log/nginx": str(folder),
        "/opt/mlegitymacja/current": str(ROOT),
        "server 127.0.0.1:8000": f"server {portal}",
    }.items():
        if written not in site:
            raise ValueError(f"{SITE.name} has no {written!r} any more")
        site = site.replace(written, here)
    (folder / "site.conf").write_text(site)
    # Else its processes give up the rights that they need in a folder of ours.
    user = "user root;" if os.geteuid() == 0 else ""
    types = f"include {TYPES};" if TYPES.exists() else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND.format(folder=folder, user=user, types=types))
    return configuration
