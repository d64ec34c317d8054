"""Log of gunicorn itself, formatted by the same rules as the portal's."""

import logging
import os
import re
from typing import Any

from gunicorn.glogging import Logger

from mlegitymacja_portal.logs import line_formatter

# A query may hold anything, and the proxy logs the client. What cannot be parsed is quoted as a whole.
_QUERY = re.compile(r"\?[^\s'\"]+")
_WHO = re.compile(r" from ip=[^\s:]+(:[0-9a-f:]+)?(?=:)")
# Neither query strings nor client addresses: the proxy logs them, should they be needed.
ACCESS = '"%(m)s %(U)s" %(s)s %(B)s bytes %(M)s ms'


class ServerFilter(logging.Filter):
    """Filter that removes query strings and client addresses, and finds the id of the request in its answer."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, after changing the record."""
        if isinstance(record.args, dict):
            record.request_id = record.args["{x-request-id}o"]
            record.fields = {
                name: record.args[atom]
                for name, atom in (("method", "m"), ("path", "U"), ("status", "s"), ("milliseconds", "M"))
            }
        record.msg, record.args = _WHO.sub("", _QUERY.sub("?…", record.getMessage())), ()
        return True


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logger class of gunicorn."""

    def setup(self, cfg: Any) -> None:
        """Set our formatter on gunicorn's handlers."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.addFilter(ServerFilter())
                handler.setFormatter(line_formatter(os.environ.get("LOG_FORMAT", "text")))
