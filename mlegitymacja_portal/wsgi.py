"""The WSGI entry point that gunicorn serves."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from mlegitymacja_portal.checks import stop_on_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")


class Request(WSGIRequest):
    """A request, of which nobody has believed yet what it says of itself."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Read in which letters it is written; as UTF-8 where that is `hex`, say, which Python knows and cannot read.

        Django would fail before there is anybody to answer.
        """
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs leave it out
        except (LookupError, UnicodeError):
            self._encoding = None


class Portal(WSGIHandler):
    """The portal, as a WSGI application."""

    request_class = Request


django.setup(set_prefix=False)
application = Portal()
stop_on_errors()
