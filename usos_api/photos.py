"""Signed temporary address of a student's photo; it works for a few minutes without sign-in."""

from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from students.models import Photo, Student
from usos_api.errors import MethodForbidden, ObjectNotFound
from usos_api.transport import is_in_the_open

_SALT = "usos_api.photo"
_WORKS_FOR = 10 * 60  # seconds


def address(request: HttpRequest, student: Student) -> str:
    """Return the address; the ticket is in the query, which no log keeps."""
    ticket = signing.dumps([student.pk, student.photo_id], salt=_SALT)
    return f"{request.build_absolute_uri(reverse('usos_api:photo'))}?ticket={ticket}"


@require_safe
def photo(request: HttpRequest) -> HttpResponseBase:
    """Serve the photo of a ticket, while it works and the student still has that photo; over HTTPS only."""
    headers = {"Cache-Control": "private, no-store", "Access-Control-Allow-Origin": "*"}
    if is_in_the_open(request):
        refused = MethodForbidden("The photo has to be asked for over HTTPS.", "secure_required")
        return JsonResponse(refused.body, status=refused.status, headers=headers)
    try:
        student_id, photo_id = signing.loads(request.GET.get("ticket", ""), salt=_SALT, max_age=_WORKS_FOR)
        found = Photo.objects.filter(pk=photo_id, student=student_id).first()
        file = found.file.storage.open(found.file.name) if found else None
    except (signing.BadSignature, FileNotFoundError):
        file = None
    if file is None:
        return JsonResponse(
            ObjectNotFound("ticket", "services/users/photo").body, status=404, headers=headers
        )
    return FileResponse(file, content_type="image/jpeg", filename="zdjecie.jpg", headers=headers)
