"""Pages on which a photo is cut out of a picture: upload, a frame in the photo's proportions, accept.

The picture waits as a draft (`students.photo_drafts`), so that everybody sees it as the server does, upright, and the
pages work without JavaScript: then the automatic frame is shown as it would be cut, and can be moved by its numbers.
With it, static/admin-photo-crop.js lays the frame over the picture.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from students import signals
from students.after_commit import run_after_commit
from students.locking import lock_students
from students.models import Student, User
from students.photo_drafts import PhotoDraft
from students.photo_frames import Frame, Size, automatic_frame, frame_at, least_frame_width
from students.photos import store_photo
from students.uploaded_photos import READ_BYTES, UploadedPhoto, photo_requirements

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Student]
else:
    Admin = object

SHOWN = (1200, 1200)  # pixels at most of the picture under the frame
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_GONE = gettext_lazy("Tego zdjęcia już tu nie ma. Wczytaj je jeszcze raz.")

_CHANGED = gettext_lazy(
    "W międzyczasie ktoś zmienił zdjęcie tego studenta, a tego nie przyjęto. Sprawdź tamto i przyjmij to, jeśli trzeba."
)


class PictureForm(forms.Form):
    """Form with the picture to cut a photo out of."""

    picture = forms.FileField(
        label=gettext_lazy("Plik ze zdjęciem"), widget=forms.FileInput(attrs={"accept": "image/jpeg"})
    )

    def clean_picture(self) -> bytes:
        """Read the upload, at most as much as is looked at."""
        return bytes(self.cleaned_data["picture"].read(READ_BYTES + 1))


class FrameForm(forms.Form):
    """Form with the place and the width of the frame, in pixels of the upright picture."""

    width = forms.IntegerField(label=gettext_lazy("Wielkość ramki"))
    left = forms.IntegerField(label=gettext_lazy("Od lewej"))
    top = forms.IntegerField(label=gettext_lazy("Od góry"))

    def __init__(self, data: QueryDict | None, size: Size) -> None:
        start = automatic_frame(size)
        super().__init__(data, initial={"width": start.width, "left": start.left, "top": start.top})
        self.size = size
        limits = {
            "width": (least_frame_width(), start.width),
            "left": (0, size[0] - least_frame_width()),
            "top": (0, size[1] - 1),
        }
        for name, (least, most) in limits.items():
            self.fields[name].widget = forms.NumberInput(attrs={"type": "range", "min": least, "max": most})

    def clean(self) -> dict[str, Any]:
        """Return the frame as `frame` beside its numbers."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            data["frame"] = frame_at(self.size, data["left"], data["top"], data["width"])
        return data

    @property
    def frame(self) -> Frame:
        """Return the frame that was chosen, or the automatic one."""
        chosen = self.cleaned_data.get("frame") if self.is_bound and self.is_valid() else None
        return chosen or automatic_frame(self.size)


def _of_student(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass the student of an address, whom the user may change, and the draft of its token if it has one."""

    @wraps(page)
    def guarded(office: Admin, request: HttpRequest, student_id: int, token: str = "") -> HttpResponse:
        student = get_object_or_404(office.get_queryset(request), pk=student_id)
        if not (office.has_change_permission(request, student) and isinstance(request.user, User)):
            raise PermissionDenied
        if not token:
            return page(office, request, student)
        try:
            draft = PhotoDraft.read(token, student, request.user)
            return page(office, request, student, draft, draft.picture())
        except LookupError:
            if request.resolver_match and request.resolver_match.url_name == "students_student_crop":
                messages.error(request, _GONE)
                return redirect("admin:students_student_picture", student.pk)
            raise Http404(_GONE) from None

    return guarded


class PhotoCroppingMixin(Admin):
    """Add the pages. Each requires the right to change the student."""

    def get_urls(self) -> list[Any]:
        """Add the addresses; like every admin page they are never cached."""
        with_form = require_http_methods(["GET", "HEAD", "POST"])
        pages = (
            ("", with_form(self.upload_picture), "picture"),
            ("<str:token>/", with_form(self.crop), "crop"),
            ("<str:token>/obraz/", require_safe(self.show_picture), "draft"),
            ("<str:token>/podglad/", require_safe(self.show_cut), "cut"),
        )
        return [
            path(
                f"<int:student_id>/zdjecie/{place}",
                self.admin_site.admin_view(page),
                name=f"students_student_{name}",
            )
            for place, page, name in pages
        ] + super().get_urls()

    def _page(
        self, request: HttpRequest, student: Student, template: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "student": student}
        template = f"admin/students/student/{template}.html"
        return TemplateResponse(request, template, everywhere | context, status=status)

    @_of_student
    def upload_picture(self, request: HttpRequest, student: Student) -> HttpResponse:
        """Take a picture, and lead to its frame."""
        form = PictureForm(request.POST or None, request.FILES or None)
        if form.is_valid() and isinstance(request.user, User):
            try:
                draft = PhotoDraft.store(form.cleaned_data["picture"], student, request.user)
            except ValidationError as error:
                form.add_error("picture", error)
            else:
                return redirect("admin:students_student_crop", student.pk, draft.token())
        status = 422 if form.errors else 200
        context = {"title": _("Zdjęcie do przycięcia"), "form": form, "requirements": photo_requirements()}
        return self._page(request, student, "photo_upload", status, **context)

    @_of_student
    def crop(
        self, request: HttpRequest, student: Student, draft: PhotoDraft, picture: UploadedPhoto
    ) -> HttpResponse:
        """Show the frame over the picture; store what is in it once it is accepted."""
        chosen = request.POST if request.method == "POST" else request.GET
        form = FrameForm(chosen if "width" in chosen else None, picture.size)
        if request.method == "POST" and form.is_valid():
            return self._accept(request, student, draft, picture.normalised(form.frame))
        place = [student.pk, draft.token()]
        context = {
            "title": _("Przytnij zdjęcie"),
            "form": form,
            "picture": picture,
            "frame": settings.PHOTO_FRAME,
            "picture_address": reverse("admin:students_student_draft", args=place),
            "cut_address": reverse("admin:students_student_cut", args=place),
            "cut": form.frame,
        }
        return self._page(request, student, "photo_crop", 422 if form.errors else 200, **context)

    def _accept(self, request: HttpRequest, student: Student, draft: PhotoDraft, jpeg: bytes) -> HttpResponse:
        by = request.user if isinstance(request.user, User) else None
        with transaction.atomic():
            lock_students([student.pk])
            student.refresh_from_db(fields=["photo"])
            if student.photo_id != draft.replaces:
                messages.warning(request, _CHANGED)
                now = replace(draft, replaces=student.photo_id)
                return redirect("admin:students_student_crop", student.pk, now.token())
            store_photo(student, jpeg, by=by, source_digest=draft.digest)
            signals.send_after_commit(signals.students_changed, [student.pk], by=by)
            run_after_commit(draft.delete)
        messages.success(request, _("Zdjęcie zostało przyjęte."))
        return redirect("admin:students_student_page", student.pk)

    @_of_student
    def show_picture(
        self, request: HttpRequest, student: Student, draft: PhotoDraft, picture: UploadedPhoto
    ) -> HttpResponse:
        """Serve the whole picture, upright."""
        return HttpResponse(picture.shown(SHOWN), content_type="image/jpeg", headers=_HEADERS)

    @_of_student
    def show_cut(
        self, request: HttpRequest, student: Student, draft: PhotoDraft, picture: UploadedPhoto
    ) -> HttpResponse:
        """Serve the photo that a frame makes."""
        form = FrameForm(request.GET, picture.size)
        if not form.is_valid():
            raise Http404
        return HttpResponse(picture.normalised(form.frame), content_type="image/jpeg", headers=_HEADERS)
