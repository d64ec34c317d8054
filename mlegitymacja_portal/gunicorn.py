"""Configuration of gunicorn: `gunicorn --config python:mlegitymacja_portal.gunicorn mlegitymacja_portal.wsgi`.

gunicorn itself reads WEB_CONCURRENCY (worker processes) and FORWARDED_ALLOW_IPS (the proxies it believes).
"""

import os
from typing import Any

from mlegitymacja_portal.gunicorn_log import ACCESS, ServerLog

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 8
preload_app = True  # what is wrong with the settings stops the start, before anything is served
timeout = 30  # seconds after which a worker that is stuck is replaced
graceful_timeout = 15  # seconds that requests have to finish when we end; systemd and compose wait for 20
keepalive = 5
logger_class = ServerLog
accesslog = "-"
access_log_format = ACCESS
control_socket_disable = True
# No header of a request says below which path the portal is: by default gunicorn believes SCRIPT_NAME and PATH_INFO
# where the peer is a proxy of ours, which passes on what a client has sent.
forwarder_headers = ""


def post_worker_init(_worker: Any) -> None:
    """Have each process of the web give signs of life."""
    from operations.signer import sign_for_the_web  # has models: the portal is loaded by now

    sign_for_the_web()
