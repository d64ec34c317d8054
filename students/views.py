"""The photo of a student, handed to those who may see it and to nobody else."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from students.models import Photo, Student


@require_safe
@login_required
def photo(request: HttpRequest, student_id: int) -> FileResponse:
    """Serve a student's photo to the student and to staff who may view students; 404 for everybody else."""
    visible = Student.objects.visible_to(request.user) | Student.objects.of_user(request.user)
    found = get_object_or_404(Photo, student__in=visible, student__id=student_id)
    try:
        file = found.file.storage.open(found.file.name)
    except FileNotFoundError:
        raise Http404(_("Nie ma takiego zdjęcia.")) from None
    return FileResponse(
        file,
        content_type="image/jpeg",
        filename="zdjecie.jpg",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
