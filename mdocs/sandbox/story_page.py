"""Pages of one call and of one order, to be read only."""

from __future__ import annotations

from aiohttp import web

from mdocs.sandbox import story_views
from mdocs.sandbox.errors import ApiError
from mdocs.sandbox.html import Html
from mdocs.sandbox.http import MINISTRY, PORTAL
from mdocs.sandbox.languages import gettext as _
from mdocs.sandbox.markup import layout
from mdocs.sandbox.ministry import clock
from mdocs.sandbox.story import story

routes = web.RouteTableDef()


def _page(request: web.Request, content: Html, title: str, status: int = 200) -> web.Response:
    text = layout(content, title, request.app[PORTAL], here=request.path)
    return web.Response(text=text, content_type="text/html", status=status)


def _not_there(request: web.Request, title: str) -> web.Response:
    return _page(request, story_views.not_there(title), title, status=404)


@routes.get(r"/wywolania/{number:\d{1,15}}")
async def show_call(request: web.Request) -> web.Response:
    """Show one call with its request and its answer."""
    ministry, number = request.app[MINISTRY], int(request.match_info["number"])
    try:
        call, exchange = await ministry.call(number)
    except ApiError:
        return _not_there(request, _("Nie ma takiego wywołania"))
    around = {_("Poprzednie"): number - 1, _("Następne"): number + 1}
    neighbours = {words: other for words, other in around.items() if ministry.calls.has(other)}
    return _page(
        request,
        story_views.call_page(call, exchange, neighbours),
        _("Wywołanie nr %(number)d") % {"number": number},
    )


@routes.get("/zamowienia/{order_id}")
async def show_order(request: web.Request) -> web.Response:
    """Show one order with its story."""
    ministry, order_id = request.app[MINISTRY], request.match_info["order_id"]
    calls = await ministry.calls_of(order_id)
    order = ministry.ledger.find(order_id, clock())
    if order is None:
        return _not_there(request, _("Nie ma takiego zamówienia"))
    title = _("Zamówienie %(order)s") % {"order": order_id}
    return _page(request, story_views.order_page(order, story(order, calls)), title)
