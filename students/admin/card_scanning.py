"""Barcode page: each scan extends a card and answers at once; the last extension can be undone.

The session keeps the scans by key, without names. Numbers are sent by POST only, so that no address holds a name or a
number. Without JavaScript the page reloads after each scan; with it (static/admin-scan.js) scans are queued and sent
one by one, and a repeated one is recognised by its token.
"""

from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from students.admin.card_forms import ScanForm
from students.admin.card_pages import Office, clerk_of, needs, show
from students.cards import EXTENDED, UNDO_WITHIN, extension_blockers, finding, undo_extension
from students.cards.number_lists import like_pesels
from students.cards.reader_input import codes_in, readings
from students.cards.scanning import scan
from students.half_years import extension_target
from students.models import CardExtension, StudentCard
from students.pesel import mask_pesel

SESSION_KEY = "card_scans"
KEPT = 50  # scans in the list
UNDONE = "undone"
_TONES = {EXTENDED: "success", extension_blockers.NOT_LATER: "warning", UNDONE: "warning"}
_TEXTS = {**extension_blockers.TEXTS, **finding.TEXTS}


@dataclass(frozen=True)
class ScanRow:
    """One scan as shown: colour, text, and the card's holder."""

    at: datetime
    number: str
    tone: str
    words: StrOrPromise
    card: StudentCard | None
    is_unknown: bool


@needs("students.extend_studentcard")
def page(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the field and the scans; handle a scan."""
    quick = request.headers.get("X-Requested-With") == "fetch"
    form = ScanForm(request.POST or None, initial={"until": _date(request), "scan": token_urlsafe(12)})
    if request.method == "POST" and form.is_valid():
        _take(request, form)
        return (
            _show(office, request, "_scans", form) if quick else redirect("admin:students_studentcard_scan")
        )
    if quick:
        return _show(office, request, "_scans", form, status=400)
    return _show(office, request, "scan", form)


@needs("students.extend_studentcard")
def undo(office: Office, request: HttpRequest) -> HttpResponse:
    """Undo the extension that the button was about; a double click undoes one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    scans = _scans(request)
    last = _last_extended(scans)
    if last is None or str(last["extension"]) != request.POST.get("extension"):
        messages.warning(request, _("Nie ma czego cofnąć."))
        return redirect("admin:students_studentcard_scan")
    try:
        undo_extension(CardExtension.objects.get(pk=last["extension"]), by=clerk_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        last["outcome"] = UNDONE
        request.session.modified = True
        messages.success(
            request,
            _(
                "Cofnięto: legitymacja ma znowu poprzednią datę ważności. Przedłużenie mLegitymacji, którego "
                "mDokumenty jeszcze nie wykonały, jest wycofane; wykonane zostaje."
            ),
        )
    return redirect("admin:students_studentcard_scan")


def _take(request: HttpRequest, form: ScanForm) -> None:
    """Extend the cards and store the scans; a repeated submit is not handled again."""
    text, until, token = (form.cleaned_data[name] for name in ("number", "until", "scan"))
    scans = _scans(request)
    if token and any(entry["token"] == token for entry in scans):
        return
    for code in codes_in(text):
        done = scan(code, until, by=clerk_of(request))
        entry = {
            "token": token,
            "at": timezone.now().isoformat(),
            "number": _shown(code) if done.card is None else code,
            "until": until.isoformat(),
            "outcome": done.outcome,
            "card": done.card,
            "extension": done.extension,
        }
        scans = [entry, *scans]
    request.session[SESSION_KEY] = {"until": until.isoformat(), "scans": scans[:KEPT]}


def _shown(code: str) -> str:
    """Return a code that was not understood as it came, but for a PESEL in it."""
    pesel = next(iter(like_pesels(readings(code))), None)
    return code.replace(pesel, mask_pesel(pesel)) if pesel else code


def _scans(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the scans of this session, the newest first."""
    scans: list[dict[str, Any]] = request.session.get(SESSION_KEY, {}).get("scans", [])
    return scans


def _date(request: HttpRequest) -> date:
    """Return the date chosen in this session, or the default."""
    chosen = parse_date(request.session.get(SESSION_KEY, {}).get("until", ""))
    return chosen or extension_target(timezone.localdate())


def _last_extended(scans: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((entry for entry in scans if entry["outcome"] == EXTENDED), None)


def _show(
    office: Office, request: HttpRequest, template: str, form: ScanForm, status: int = 200
) -> HttpResponse:
    scans = _scans(request)
    keys = [entry["card"] for entry in scans if entry["card"]]
    cards = office.get_queryset(request).select_related("student").in_bulk(keys)
    last = _last_extended(scans)
    since = timezone.now() - UNDO_WITHIN
    can_undo = last is not None and (parse_datetime(last["at"]) or since) > since
    return show(
        office,
        request,
        template,
        status=status,
        title=_("Przedłużanie czytnikiem"),
        form=form,
        lines=[_line(entry, cards.get(entry["card"])) for entry in scans],
        last_extension=last["extension"] if last else None,
        undoable=_line(last, cards.get(last["card"])) if last and can_undo else None,
    )


def _line(entry: dict[str, Any], card: StudentCard | None) -> ScanRow:
    outcome = entry["outcome"]
    return ScanRow(
        at=parse_datetime(entry["at"]) or timezone.now(),
        number=entry["number"],
        tone=_TONES.get(outcome, "error"),
        words=_words(outcome, entry["until"], card),
        card=card,
        is_unknown=outcome in (finding.UNKNOWN, finding.CHANGED),
    )


def _words(outcome: str, until: str, card: StudentCard | None) -> StrOrPromise:
    day = {"until": date_format(date.fromisoformat(until))}
    if outcome == EXTENDED:
        return _("Przedłużona do %(until)s.") % day
    if outcome == UNDONE:
        return _("Cofnięto przedłużenie do %(until)s.") % day
    if outcome == extension_blockers.ENDED and card is not None and card.ended_on:
        why = {"reason": card.get_end_reason_display(), "day": date_format(card.ended_on)}
        return _("Zakończona %(day)s (%(reason)s): nie można jej przedłużyć, student potrzebuje nowej.") % why
    return _TEXTS[outcome]
