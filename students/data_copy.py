"""Copy of a student's data for the student: JSON with the photo (RODO, art. 15 ust. 3 and art. 20).

Each app adds what it holds. Codes are left out, which only mObywatel needs, and what would open something: passwords,
keys, tokens.
"""

import base64
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from students.audit_log import record_access
from students.models import Student
from students.own_looks import accesses_to
from students.rate_limits import limit

FORMAT = "mlegitymacja-data-copy/1"
Part = Callable[[Student], Any]
_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Register what an app holds of a student, under a name in the file."""
    _parts[name] = part


@require_POST
@login_required
@cache_control(private=True, no_store=True)
def download(request: HttpRequest) -> HttpResponse:
    """Hand the copy out as a file; raise Http404 for who is no student. The audit log says when."""
    student = Student.objects.of_user(request.user).select_related("user", "photo").first()
    if student is None:
        raise Http404
    limit("data_copies", request.user.pk)
    record_access(student, "data_copy")
    response = JsonResponse(
        copy_of(student), encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="moje-dane.json"'
    return response


def copy_of(student: Student) -> dict[str, Any]:
    """Return all that is stored about a student."""
    account = student.user
    own = {
        "format": FORMAT,
        "made_at": timezone.now(),
        "account": {
            "login": account.username,
            "email": account.email,
            "first_names": account.first_name,
            "last_name": account.last_name,
            "language": account.language,
            "created_at": account.date_joined,
            "last_login": account.last_login,
        },
        "student": {
            "first_names": student.first_names,
            "last_name": student.last_name,
            "pesel": student.pesel,
            "pesel_confirmed": student.pesel_confirmed,
            "album_number": student.album_number,
            "birth_date": student.birth_date,
            "sex": student.sex,
        },
        "photo": _photo(student),
        "studies": [
            {
                "programme": study.programme.name,
                "level": study.programme.level,
                "faculty": study.programme.faculty.name,
                "status": study.status,
                "started_on": study.started_on,
                "ended_on": study.ended_on,
            }
            for study in student.enrolments.select_related("programme__faculty").order_by("started_on")
        ],
        "cards": [
            {
                "barcode_number": card.barcode_number,
                "contact_chip_uid": card.contact_chip_uid,
                "contactless_chip_uid": card.contactless_chip_uid,
                "issued_on": card.issued_on,
                "valid_until": card.valid_until,
                "holder_first_names": card.holder_first_names,
                "holder_last_name": card.holder_last_name,
                "holder_pesel": card.holder_pesel,
                "ended_on": card.ended_on,
                "end_reason": card.end_reason,
                "extensions": list(
                    card.extensions.values("extended_at", "previous_valid_until", "valid_until")
                ),
            }
            for card in student.cards.prefetch_related("extensions").order_by("issued_on")
        ],
        "looks_and_changes": [
            {"at": entry.at, "who": str(entry.who), "what": str(entry.what), "about": str(entry.about)}
            for entry in accesses_to(student)
        ],
    }
    return own | {name: part(student) for name, part in _parts.items()}


def _photo(student: Student) -> dict[str, Any] | None:
    photo = student.photo
    if photo is None:
        return None
    try:
        jpeg = base64.b64encode(photo.read()).decode()
    except FileNotFoundError:
        jpeg = None
    return {"uploaded_at": photo.uploaded_at, "media_type": "image/jpeg", "base64": jpeg}
