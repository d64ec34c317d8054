"""services/users: the user."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from students.models import Enrolment, Student
from usos_api import photos
from usos_api.errors import ObjectForbidden
from usos_api.fields import ById
from usos_api.methods import Argument, Call, declare_module, method
from usos_api.scopes import EMAIL
from usos_api.services.many import MOST_IDS, ids
from usos_api.services.shapes import first_name
from usos_api.services.studies import serialize_enrolments
from usos_api.services.user_fields import EMPTY, USER_FIELDS

declare_module("services/users", "Users", "Who somebody is.")

_NO_STUDENT, _INACTIVE, _ACTIVE = 0, 1, 2
_NOT_STAFF, _STAFF = 0, 1


@method(
    "services/users/user",
    "The user in whose name the call is made.",
    description="Fields whose scope the token lacks are null or empty.",
    arguments=(Argument("user_id", "Id of that user; nobody else is shown."),),
    fields=USER_FIELDS,
)
def user(call: Call) -> dict[str, Any]:
    """Return the user."""
    own = str(call.user.pk)
    if call.arguments.get("user_id", own) != own:
        raise ObjectForbidden("user_id", "Only the user in whose name the call is made is shown.")
    return _serialized(call)


@method(
    "services/users/users",
    "Several users.",
    description="An object with a member for each id: null for everybody but the user in whose name the call is made.",
    arguments=(Argument("user_ids", f"Pipe-separated ids of users, {MOST_IDS} at most.", required=True),),
    fields=USER_FIELDS,
)
def users(call: Call) -> ById:
    """Return the user, and null for every other id."""
    own = str(call.user.pk)
    return ById({key: _serialized(call) if key == own else None for key in ids(call, "user_ids")})


def _serialized(call: Call) -> dict[str, Any]:
    account = call.user
    student = _student(call)
    names = student.first_names if student else account.first_name
    shown = {
        "id": str(account.pk),
        "first_name": first_name(names),
        "last_name": student.last_name if student else account.last_name,
    }
    return {
        **EMPTY,
        **shown,
        "middle_names": names.partition(" ")[2] or None,
        "student_number": student.album_number if student else None,
        "student_status": _status(student),
        "staff_status": _STAFF if account.is_staff else _NOT_STAFF,
        "sex": student.sex if student else None,
        "email": account.email or None,
        "email_access": _email_access(call),
        "has_email": bool(account.email),
        "pesel": lambda: student.pesel if student else None,
        "birth_date": student.birth_date.isoformat() if student else None,
        "has_photo": bool(student and student.photo_id),
        "photo_urls": lambda: _photo_urls(call, student),
        "student_programmes": lambda: _programmes(student, shown),
    }


def _student(call: Call) -> Student | None:
    enrolments = Enrolment.objects.filter(student=OuterRef("pk"))
    current = Enrolment.objects.current(timezone.localdate(call.now)).filter(student=OuterRef("pk"))
    found = Student.objects.of_user(call.user).annotate(enrolled=Exists(enrolments), active=Exists(current))
    return (found if call.wants("pesel") else found.defer("pesel")).first()


def _status(student: Student | None) -> int:
    answers = vars(student) if student else {}
    if answers.get("active"):
        return _ACTIVE
    return _INACTIVE if answers.get("enrolled") else _NO_STUDENT


def _email_access(call: Call) -> str:
    if not call.user.email:
        return "no_email"
    return "plaintext" if EMAIL in call.caller.scopes else "no_access"


def _photo_urls(call: Call, student: Student | None) -> dict[str, str]:
    if student is None or student.photo_id is None:
        return {}
    return photos.addresses(call.request._request, student)


def _programmes(student: Student | None, shown: dict[str, Any]) -> list[dict[str, Any]]:
    if student is None:
        return []
    return serialize_enrolments(student.enrolments.select_related("programme__faculty"), shown)
