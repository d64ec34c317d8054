"""Upload page for a table from USOS; the page of its job shows the result."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from students.admin.following_jobs import follow
from students.importing.columns import COLUMNS, CONTACT_COLUMNS
from students.importing.import_jobs import start_import, start_preview
from students.importing.job_kinds import IMPORT, PREVIEW, UNDO_PREVIEW
from students.importing.permissions import may_import
from students.importing.photo_sources import zip_photos
from students.importing.tables import LARGEST_FILE, read_table
from students.importing.undo.undo_jobs import start_undo, start_undo_preview
from students.models import User
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.reading import ACCEPTED
from students.spreadsheets.text_encodings import ENCODINGS

LARGEST_PHOTOS = 1024**3  # bytes; more is for the command line


class UsosForm(forms.Form):
    """Form with a table and an archive of photos."""

    table = forms.FileField(
        label=_("Tabela z USOS"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_(
            "CSV albo XLSX (XLSM), najwyżej 100 MB. Z XLSX wczytany zostanie widoczny arkusz, który jest na wierzchu."
        ),
    )
    encoding = forms.ChoiceField(
        label=_("Kodowanie pliku CSV"),
        required=False,
        choices=[("", _("rozpoznaj")), *ENCODINGS.items()],
        help_text=_("Wybierz je tylko wtedy, gdy podgląd o to prosi albo pokazuje złe litery w nazwiskach."),
    )
    photos = forms.FileField(
        label=_("Zdjęcia (nieobowiązkowe)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=_("ZIP z plikami JPEG nazwanymi numerem albumu, np. 123456.jpg, najwyżej 1 GB."),
    )

    cut_photos = forms.BooleanField(
        label=_("Przytnij zdjęcia szersze niż wyższe"),
        required=False,
        help_text=_(
            "Bez tego takie zdjęcia są odrzucane. Zostaje środek, w proporcjach zdjęcia do legitymacji; "
            "podgląd i wynik wymieniają przycięte."
        ),
    )

    def clean_table(self) -> Any:
        """Check the beginning of the file; the first step in the background reads all of it."""
        upload: Any = self.cleaned_data["table"]
        _check_size(upload, LARGEST_FILE, _("Plik jest za duży: może mieć najwyżej 100 MB."))
        try:
            chosen = self.data.get("encoding")
            read_table(upload.file, upload.name or "", encoding=chosen if chosen in ENCODINGS else None)
        except UnreadableFile as error:
            raise ValidationError(str(error)) from error
        return upload

    def clean_photos(self) -> Any:
        """Raise ValidationError for an unsafe archive."""
        upload: Any = self.cleaned_data["photos"]
        if upload:
            _check_size(upload, LARGEST_PHOTOS, _("Archiwum jest za duże: może mieć najwyżej 1 GB."))
            try:
                zip_photos(upload.file)
            except UnreadableFile as error:
                raise ValidationError(str(error)) from error
        return upload


def _check_size(upload: Any, largest: int, message: Any) -> None:
    if upload.size > largest:
        raise ValidationError(message)


def _for_importers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, **place: Any) -> HttpResponse:
        if not may_import(request.user):
            raise PermissionDenied
        return view(request, **place)

    return admin.site.admin_view(guarded)


@_for_importers
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Store a table and photos, and start a preview of the changes."""
    form = UsosForm(request.POST, request.FILES) if request.method == "POST" else UsosForm()
    if form.is_valid() and isinstance(request.user, User):
        table = form.cleaned_data["table"]
        preview = start_preview(
            table,
            PurePath(table.name or "").suffix.lower(),
            form.cleaned_data["photos"],
            by=request.user,
            encoding=form.cleaned_data["encoding"],
            cut_photos=form.cleaned_data["cut_photos"],
        )
        return redirect(preview)
    context = {
        **admin.site.each_context(request),
        "title": _("Import z USOS"),
        "form": form,
        "columns": COLUMNS,
        "contact_columns": CONTACT_COLUMNS,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/students/import/upload.html", context, status=status)


@_for_importers
@require_POST
def apply(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start the import of a previewed file."""
    accepted = request.GET.get("ending", "")
    start = partial(start_import, accepted=int(accepted) if accepted.isdecimal() else 0)
    return follow(request, job_id, start, kind=PREVIEW, level=messages.ERROR)


@_for_importers
@require_POST
def preview_undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start a preview of what undoing an import would do."""
    return follow(request, job_id, start_undo_preview, kind=IMPORT, level=messages.ERROR)


@_for_importers
@require_POST
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start to undo an import whose undo was previewed."""
    return follow(request, job_id, start_undo, kind=UNDO_PREVIEW, level=messages.ERROR)
