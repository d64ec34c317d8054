"""Web application: all routes, and the middleware that every request goes through."""

from __future__ import annotations

from aiohttp import web

from mdocs.sandbox import contract_routes, control_routes, page, story_page
from mdocs.sandbox.faults import faults, request_id
from mdocs.sandbox.http import (
    LARGEST_BODY,
    MINISTRY,
    PORTAL,
    answer_errors,
    durable,
    in_language,
    own_site,
    private,
)
from mdocs.sandbox.ministry import Ministry


def make_app(ministry: Ministry, portal: str = "") -> web.Application:
    """Build the application in front of a ministry; its page links to the portal, if one is named."""
    # From the outside in. A fault spoils an answer that is already stored, as a broken line would.
    app = web.Application(
        client_max_size=LARGEST_BODY,
        middlewares=[private, in_language, faults, durable, answer_errors, own_site, request_id],
    )
    app[MINISTRY] = ministry
    app[PORTAL] = portal
    app.add_routes([*contract_routes.routes, *control_routes.routes, *page.routes, *story_page.routes])
    return app
