"""Signed temporary addresses of a student's photo in several sizes; they work for a few minutes without sign-in."""

from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from students.models import Photo, Student
from students.photo_sizes import sized_photo
from usos_api.errors import MethodForbidden, ObjectNotFound, UsosError
from usos_api.secure import is_insecure

ORIGINAL = "original"
# The boxes, in pixels, into which clients ask a photo to be fitted.
SIZES = {"50x50": (50, 50), "100x100": (100, 100), "200x200": (200, 200), "400x500": (400, 500)}

_SALT = "usos_api.photo"
_WORKS_FOR = 10 * 60  # seconds
_HEADERS = {"Cache-Control": "private, no-store", "Access-Control-Allow-Origin": "*"}


def addresses(request: HttpRequest, student: Student) -> dict[str, str]:
    """Return the address of each size; the ticket is in the query, which no log keeps."""
    path = request.build_absolute_uri(reverse("usos_api:photo"))
    return {
        size: f"{path}?ticket={signing.dumps([student.pk, student.photo_id, size], salt=_SALT)}"
        for size in (*SIZES, ORIGINAL)
    }


@require_safe
def photo(request: HttpRequest) -> HttpResponseBase:
    """Serve the photo of a ticket, while it works and the student still has that photo; over HTTPS only."""
    if is_insecure(request):
        return _refused(MethodForbidden("The call has to come over HTTPS.", "secure_required"), 403)
    try:
        ticket = signing.loads(request.GET.get("ticket", ""), salt=_SALT, max_age=_WORKS_FOR)
        student_id, photo_id, size = ticket
        found = Photo.objects.get(pk=photo_id, student=student_id)
        if size in SIZES:
            return HttpResponse(sized_photo(found, SIZES[size]), content_type="image/jpeg", headers=_HEADERS)
        file = found.file.storage.open(found.file.name)
    except (signing.BadSignature, ValueError, Photo.DoesNotExist, FileNotFoundError):
        return _refused(ObjectNotFound("ticket", "services/users/photo"), 404)
    return FileResponse(file, content_type="image/jpeg", filename="zdjecie.jpg", headers=_HEADERS)


def _refused(error: UsosError, status: int) -> JsonResponse:
    return JsonResponse(error.body, status=status, headers=_HEADERS)
