"""Permission-checked views of students' photos."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from students.models import Photo, Student
from students.photos import small_photo

_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@require_safe
@login_required
def photo(request: HttpRequest, student_id: int) -> FileResponse:
    """Serve a student's photo to the student and to staff who may view students; 404 for everybody else."""
    found = _photo_of(request, student_id)
    try:
        file = found.file.storage.open(found.file.name)
    except FileNotFoundError:
        raise Http404(_("Nie ma takiego zdjęcia.")) from None
    return FileResponse(file, content_type="image/jpeg", filename="zdjecie.jpg", headers=_HEADERS)


@require_safe
@login_required
def thumbnail(request: HttpRequest, student_id: int) -> HttpResponse:
    """Serve the photo small; permissions are those of `photo`."""
    try:
        jpeg = _photo_of(request, student_id).read()
    except FileNotFoundError:
        raise Http404(_("Nie ma takiego zdjęcia.")) from None
    return HttpResponse(small_photo(jpeg), content_type="image/jpeg", headers=_HEADERS)


def _photo_of(request: HttpRequest, student_id: int) -> Photo:
    visible = Student.objects.visible_to(request.user) | Student.objects.of_user(request.user)
    return get_object_or_404(Photo, student__in=visible, student__id=student_id)
