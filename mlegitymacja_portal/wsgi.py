"""WSGI application that gunicorn serves."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from mlegitymacja_portal.checks import stop_on_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")


class Request(WSGIRequest):
    """Request with an unchecked Content-Type."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Read the charset; replace one that Python knows and cannot decode text with (such as `hex`) by UTF-8.

        Django would fail before any error page could answer.
        """
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs leave it out
        except (LookupError, UnicodeError):
            self._encoding = None


class Portal(WSGIHandler):
    """WSGI application of the portal."""

    request_class = Request


django.setup(set_prefix=False)
application = Portal()
stop_on_errors()
