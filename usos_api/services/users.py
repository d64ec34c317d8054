"""services/users: the user."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from students.models import Enrolment, Student
from usos_api import photos
from usos_api.errors import ObjectForbidden
from usos_api.methods import Argument, Call, Field, declare_module, method
from usos_api.scopes import EMAIL, PERSONAL, PHOTO, STUDIES
from usos_api.services.shapes import first_name

declare_module("services/users", "Users", "Who somebody is.")

_NO_STUDENT, _INACTIVE, _ACTIVE = 0, 1, 2
_NOT_STAFF, _STAFF = 0, 1

_PROGRAMME_FIELDS = (
    Field("id", "Its id."),
    Field(
        "programme",
        "What is studied.",
        parts=(Field("id", "Its id."), Field("name", "LangDict"), Field("description", "LangDict")),
    ),
    Field("status", "active, leave, struck_off or graduated."),
    Field("admission_date", "When it began."),
)


@method(
    "services/users/user",
    "The user in whose name the call is made.",
    arguments=(Argument("user_id", "Id of that user; nobody else is shown."),),
    fields=(
        Field("id", "Id of the user."),
        Field("first_name", "First name."),
        Field("middle_names", "The other first names, or null.", primary=False),
        Field("last_name", "Surname."),
        Field("student_number", "Album number, or null.", primary=False),
        Field("student_status", "0 no student, 1 not active, 2 active.", primary=False),
        Field("staff_status", "0 no member of staff, 1 staff.", primary=False),
        Field("sex", "M or F; null where it is not known.", primary=False),
        Field("email", "E-mail address, or null.", primary=False, scope=EMAIL),
        Field("pesel", "PESEL, or null.", primary=False, scope=PERSONAL),
        Field("birth_date", "Date of birth; null for who is no student.", primary=False, scope=PERSONAL),
        Field("has_photo", "Whether there is a photo.", primary=False),
        Field(
            "photo_urls",
            "An object, never null: addresses of the photo; empty without a photo, or the scope photo.",
            primary=False,
            parts=(Field("original", "Address of the photo; it works for a few minutes."),),
        ),
        Field("student_programmes", "Studies.", primary=False, scope=STUDIES, parts=_PROGRAMME_FIELDS),
    ),
)
def user(call: Call) -> dict[str, Any]:
    """Return the user."""
    account = call.user
    if call.arguments.get("user_id", str(account.pk)) != str(account.pk):
        raise ObjectForbidden("user_id", "Only the user in whose name the call is made is shown.")
    student = _student(call)
    names = student.first_names if student else account.first_name
    return {
        "id": str(account.pk),
        "first_name": first_name(names),
        "middle_names": names.partition(" ")[2] or None,
        "last_name": student.last_name if student else account.last_name,
        "student_number": student.album_number if student else None,
        "student_status": _status(student),
        "staff_status": _STAFF if account.is_staff else _NOT_STAFF,
        "sex": student.sex if student else None,
        "email": account.email or None,
        "pesel": lambda: student.pesel if student else None,
        "birth_date": student.birth_date.isoformat() if student else None,
        "has_photo": bool(student and student.photo_id),
        "photo_urls": lambda: _photo_urls(call, student),
        "student_programmes": lambda: _programmes(student),
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


def _photo_urls(call: Call, student: Student | None) -> dict[str, str]:
    if student is None or student.photo_id is None or PHOTO not in call.caller.scopes:
        return {}
    return {"original": photos.address(call.request._request, student)}


def _programmes(student: Student | None) -> list[dict[str, Any]]:
    if student is None:
        return []
    return [
        {
            "id": str(enrolment.pk),
            "programme": {
                "id": str(enrolment.programme_id),
                "name": {"pl": enrolment.programme.name, "en": enrolment.programme.name_en},
                "description": {"pl": enrolment.programme.name, "en": enrolment.programme.name_en},
            },
            "status": enrolment.status,
            "admission_date": enrolment.started_on.isoformat(),
        }
        for enrolment in student.enrolments.select_related("programme")
    ]
