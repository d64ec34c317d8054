"""Log of gunicorn itself, formatted by the same rules as the portal's."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

from mlegitymacja_portal.logs import LineFormatter

# A query may hold anything, and the proxy logs the client. What cannot be parsed is quoted as a whole.
_QUERY = re.compile(r"\?[^\s'\"]+")
_WHO = re.compile(r" from ip=[^\s:]+(:[0-9a-f:]+)?(?=:)")


class ServerFormatter(LineFormatter):
    """Format a record without query strings and client addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the whole record."""
        return _WHO.sub("", _QUERY.sub("?…", super().format(record)))


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logger class of gunicorn."""

    def setup(self, cfg: Any) -> None:
        """Set our formatter on gunicorn's handlers."""
        super().setup(cfg)
        for log, layout in ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt)):
            for handler in log.handlers:
                handler.setFormatter(ServerFormatter(layout, self.datefmt))
