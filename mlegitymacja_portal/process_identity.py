"""Identity of a process among all that keep their counters in one folder (METRICS_DIR)."""

import os
import secrets
import socket
from functools import cache


def process_identity() -> str:
    """Return the name of this process: the same as long as it lives, another in each child.

    Containers that share a folder have a process 1 each, and where one uses another's network the host's name as well.
    """
    return f"{socket.gethostname()}-{os.getpid()}-{_token(os.getpid())}"


@cache
def _token(_pid: int) -> str:
    return secrets.token_hex(4)
