"""Page for people: plain forms that work without JavaScript; sandbox.js only saves the reloading."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from mdocs.sandbox import phone, views
from mdocs.sandbox.behaviour import FAULTS, Behaviour
from mdocs.sandbox.errors import ApiError, bad_request
from mdocs.sandbox.http import MINISTRY, PORTAL
from mdocs.sandbox.languages import LANGUAGES, remember
from mdocs.sandbox.languages import gettext as _
from mdocs.sandbox.ledger import Ledger
from mdocs.sandbox.presets import PRESETS
from mdocs.sandbox.validation import read_activation, read_qr_token

STATIC = Path(__file__).parent / "static"

routes = web.RouteTableDef()
routes.static("/static", STATIC)


def _page(
    request: web.Request, sections: views.Sections | None = None, *, title: str = "", status: int = 200
) -> web.Response:
    text = views.page(request.app[MINISTRY], sections, title, request.app[PORTAL])
    return web.Response(text=text, content_type="text/html", status=status)


@routes.get("/")
async def show(request: web.Request) -> web.Response:
    """Show everything."""
    return _page(request)


@routes.post("/jezyk")
async def choose_language(request: web.Request) -> web.Response:
    """Speak another language from now on, and go back to the page on which it was chosen."""
    form = await request.post()
    language, here = str(form.get("language", "")), str(form.get("next", ""))
    if language not in LANGUAGES:
        raise ApiError(404, "not_found")
    is_ours = here.startswith("/") and not here.startswith(("//", "/\\"))
    response = web.Response(status=303, headers={"Location": here if is_ours else "/"})
    remember(response, language)
    return response


@routes.get("/jezyk")
@routes.get("/telefon")
@routes.get("/telefon/dokument")
@routes.get("/kontrola")
@routes.get("/zachowanie")
@routes.get("/zachowanie/domyslne")
@routes.get("/zachowanie/gotowe/{preset}")
@routes.get("/zamowienia/{order_id}/odmowa")
@routes.get("/zamowienia/{order_id}/bez-odmowy")
async def start_again(request: web.Request) -> web.Response:
    """Lead back somebody who comes to the address of an answer without the question."""
    return web.Response(status=303, headers={"Location": "/"})


@routes.post("/telefon")
async def add_document(request: web.Request) -> web.Response:
    """Bring a document onto the phone and show it there."""
    form = await request.post()
    qr_token = str(form.get("qr_token", "")).strip()
    ministry = request.app[MINISTRY]
    try:
        qr_token = await _qr_token(form)
        body = {"qr_token": qr_token, "activation_code": form.get("activation_code")}
        await phone.activate(ministry, *read_activation(body))
    except ApiError as error:
        section = views.phone_form(qr_token, views.error(error.message))
        return _page(request, views.Sections(phone=section), title=_("Błąd"), status=error.status)
    section = views.phone_document(qr_token, await phone.verify(ministry, qr_token, "look"))
    return _page(request, views.Sections(phone=section), title=_("Dokument dodany"))


@routes.post("/telefon/dokument")
async def show_document(request: web.Request) -> web.Response:
    """Show a document that is on the phone as it is now."""
    form = await request.post()
    try:
        qr_token = await _qr_token(form)
        document = await phone.verify(request.app[MINISTRY], qr_token, "look")
        if "photo" not in document:
            raise ApiError(404, "document_unknown")
    except ApiError as error:
        section = views.phone_form(message=views.error(error.message))
        return _page(request, views.Sections(phone=section), title=_("Błąd"), status=error.status)
    return _page(request, views.Sections(phone=views.phone_document(qr_token, document)), title=_("Dokument"))


@routes.post("/kontrola")
async def inspect(request: web.Request) -> web.Response:
    """Show what an inspector sees."""
    form = await request.post()
    try:
        qr_token = await _qr_token(form)
        seen = await phone.verify(request.app[MINISTRY], qr_token)
    except ApiError as error:
        section = views.inspector(verdict=views.error(error.message))
        return _page(request, views.Sections(inspector=section), title=_("Błąd"), status=error.status)
    section = views.inspector(qr_token, views.verdict(seen))
    return _page(request, views.Sections(inspector=section), title=_("Wynik kontroli"))


async def _qr_token(form: Mapping[str, Any]) -> str:
    """Return the text that was pasted, or else the one in the picture."""
    pasted, picture = str(form.get("qr_token", "")), form.get("picture")
    if pasted.strip():
        return read_qr_token({"qr_token": pasted})
    if isinstance(picture, web.FileField) and picture.filename:
        return await asyncio.to_thread(phone.scan, picture.file.read())
    raise bad_request(_("Wybierz obraz z kodem QR albo wklej jego tekst."))


@routes.post("/dziennik/czyszczenie")
async def empty_ledger(request: web.Request) -> web.Response:
    """Forget every order and call."""
    request.app[MINISTRY].clear()
    return web.Response(status=303, headers={"Location": "/#dziennik"})


@routes.post("/zachowanie")
async def set_behaviour(request: web.Request) -> web.Response:
    """Set the switches."""
    form = await request.post()
    try:
        behaviour = Behaviour.from_json(_behaviour(form, request.app[MINISTRY].ledger))
    except ApiError as error:
        section = views.behaviour_form(form, views.error(error.message))
        return _page(request, views.Sections(behaviour=section), title=_("Błąd"), status=error.status)
    return _behave(request, behaviour, _("Zapisano zachowanie."))


@routes.post("/zachowanie/domyslne")
async def reset_behaviour(request: web.Request) -> web.Response:
    """Set every switch back."""
    return _behave(request, Behaviour(), _("Przywrócono domyślne zachowanie."))


@routes.post("/zachowanie/gotowe/{preset}")
async def apply_preset(request: web.Request) -> web.Response:
    """Behave as a preset says; who is refused stays."""
    preset = PRESETS.get(request.match_info["preset"])
    if preset is None:
        raise ApiError(404, "not_found")
    behaviour = preset.of(request.app[MINISTRY].ledger.behaviour)
    return _behave(request, behaviour, f"{preset.words}: {preset.explained}.")


@routes.post("/zamowienia/{order_id}/odmowa")
async def refuse_person(request: web.Request) -> web.Response:
    """Refuse, from now on, every order of the person of an order, for the photo."""
    return _refuse(request, "photo_rejected")


@routes.post("/zamowienia/{order_id}/bez-odmowy")
async def accept_person(request: web.Request) -> web.Response:
    """Refuse the person of an order no longer."""
    return _refuse(request, None)


def _refuse(request: web.Request, code: str | None) -> web.Response:
    ministry = request.app[MINISTRY]
    pesel = ministry.ledger.pesel_of(request.match_info["order_id"])
    if pesel == request.match_info["order_id"]:
        raise ApiError(404, "order_unknown")
    behaviour = ministry.ledger.behaviour
    refused = {person: why for person, why in behaviour.reject.items() if person != pesel}
    ministry.behave(replace(behaviour, reject=refused | ({pesel: code} if code else {})))
    return web.Response(status=303, headers={"Location": "/#zamowienia"})


def _behave(request: web.Request, behaviour: Behaviour, message: str) -> web.Response:
    ministry = request.app[MINISTRY]
    ministry.behave(behaviour)
    values = views.behaviour_values(behaviour, ministry.ledger.order_ids())
    section = views.behaviour_form(values, views.notice(message))
    return _page(request, views.Sections(behaviour=section), title=_("Zapisano"))


def _behaviour(form: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    """Turn the form into what `PUT /sandbox/behaviour` takes, which checks it."""
    return {
        "outage": "outage" in form,
        "processing_seconds": [_number(form, "processing_low"), _number(form, "processing_high")],
        "latency_seconds": [_number(form, "latency_low"), _number(form, "latency_high")],
        "codes_valid_seconds": _number(form, "codes_valid_seconds"),
        "hang_seconds": _number(form, "hang_seconds"),
        "faults": {fault: _number(form, fault) / 100 for fault in FAULTS},
        "reject": _refusals(form, "reject", ledger),
        "reject_later": _refusals(form, "reject_later", ledger),
        "reissue_required": "reissue_required" in form,
        "seed": _whole_number(form, "seed"),
    }


def _number(form: Mapping[str, Any], name: str) -> float:
    text = str(form.get(name, "")).strip().replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise bad_request(_("%(name)s: oczekiwano liczby.") % {"name": name}) from None


def _whole_number(form: Mapping[str, Any], name: str) -> int:
    try:
        return int(str(form.get(name, "")))
    except ValueError:
        raise bad_request(_("%(name)s: oczekiwano liczby całkowitej.") % {"name": name}) from None


def _refusals(form: Mapping[str, Any], name: str, ledger: Ledger) -> dict[str, str]:
    refusals = {}
    for line in str(form.get(name, "")).splitlines():
        match line.split():
            case []:
                pass
            case [person, code]:
                refusals[ledger.pesel_of(person)] = code
            case _:
                words = _("%(name)s: w wierszu oczekiwano numeru PESEL albo zamówienia i kodu odmowy.")
                raise bad_request(words % {"name": name})
    return refusals
