"""Serialisation of faculties, programmes and a student's studies; what the portal does not know is empty."""

from collections.abc import Iterable
from typing import Any

from students.models import Enrolment, EnrolmentStatus, Faculty, Programme
from usos_api.lang_dicts import LangDict, lang_dict, translated
from usos_api.methods import Field

_PICTURE_SIZES = ("50x50", "100x100", "200x200", "400x500", "original")


def _pictures(name: str, of_what: str) -> Field:
    sizes = tuple(Field(size, "Address.") for size in _PICTURE_SIZES)
    return Field(name, f"Addresses of {of_what}; an empty object.", primary=False, parts=sizes)


def _more(name: str, description: str, **rest: Any) -> Field:
    return Field(name, description, primary=False, **rest)


FACULTY_FIELDS = (
    Field("id", "Its code."),
    Field("name", "Its name (LangDict)."),
    _more("profile_url", "Its page in USOSweb; null."),
    _more("homepage_url", "Its dean's office's page, or null."),
    _more("phone_numbers", "Telephone numbers of its dean's office."),
    _more(
        "phone_numbers2",
        "The same as objects.",
        parts=(Field("number", "Number."), Field("comment", "What it is for (LangDict); null.")),
    ),
    _more("postal_address", "Its address; null."),
    _more("email", "E-mail address of its dean's office, or null."),
    _more("is_public", "Whether it is shown to everybody: true."),
    _more(
        "stats",
        "Counts.",
        parts=(
            Field("course_count", "Courses; null."),
            Field("programme_count", "Programmes; null."),
            Field("staff_count", "Members of staff; null."),
            Field("subfaculty_count", "Units in it: 0."),
            Field("public_subfaculty_count", "Units in it that are shown to everybody: 0."),
        ),
    ),
    _more(
        "path",
        "The units that it is in, the highest first; empty.",
        parts=(Field("id", "Its code."), Field("name", "Its name (LangDict).")),
    ),
    _pictures("static_map_urls", "maps"),
    _pictures("logo_urls", "its logo"),
    _pictures("cover_urls", "its picture"),
    _more("pdf_factsheet_url", "Its factsheet; null."),
)
PROGRAMME_FIELDS = (
    Field("id", "Its id."),
    Field("name", "Its name (LangDict)."),
    Field("description", "Its name with the level (LangDict)."),
    _more("faculty", "Its faculty.", parts=FACULTY_FIELDS),
    _more("all_faculties", "All faculties that run it: one.", parts=FACULTY_FIELDS),
    _more("mode_of_studies", "Full-time or part-time (LangDict); null."),
    _more("level_of_studies", "Level (LangDict)."),
    _more("duration", "How long it takes (LangDict); null."),
    _more("professional_status", "Professional title (LangDict); null."),
    _more("level", "Code of the level; null."),
)
ENROLMENT_FIELDS = (
    Field("id", "Its id."),
    _more(
        "user",
        "Who studies.",
        parts=(
            Field("id", "Id of the user."),
            Field("first_name", "First name."),
            Field("last_name", "Surname."),
        ),
    ),
    Field("programme", "What is studied.", parts=PROGRAMME_FIELDS),
    Field("status", "active, leave, struck_off or graduated."),
    Field("admission_date", "When it began."),
    _more("stages", "Stages of the programme; empty."),
    _more("is_primary", "Whether it is the first of the user's studies that go on."),
)


def serialize_faculty(faculty: Faculty) -> dict[str, Any]:
    """Return a faculty as the API shows it."""
    numbers = [faculty.phone] if faculty.phone else []
    return {
        "id": faculty.code,
        "name": lang_dict(faculty.name, faculty.name_en),
        "profile_url": None,
        "homepage_url": faculty.website or None,
        "phone_numbers": numbers,
        "phone_numbers2": [{"number": number, "comment": None} for number in numbers],
        "postal_address": None,
        "email": faculty.email or None,
        "is_public": True,
        "stats": {
            "course_count": None,
            "programme_count": None,
            "staff_count": None,
            "subfaculty_count": 0,
            "public_subfaculty_count": 0,
        },
        "path": [],
        "static_map_urls": {},
        "logo_urls": {},
        "cover_urls": {},
        "pdf_factsheet_url": None,
    }


def serialize_programme(programme: Programme) -> dict[str, Any]:
    """Return a programme, fetched with its faculty, as the API shows it."""
    level = translated(programme.get_level_display)
    return {
        "id": str(programme.pk),
        "name": lang_dict(programme.name, programme.name_en),
        "description": _described(programme, level),
        "faculty": lambda: serialize_faculty(programme.faculty),
        "all_faculties": lambda: [serialize_faculty(programme.faculty)],
        "mode_of_studies": None,
        "level_of_studies": level,
        "duration": None,
        "professional_status": None,
        "level": None,
    }


def serialize_enrolments(enrolments: Iterable[Enrolment], user: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a user's studies, fetched with programme and faculty, as the API shows them."""
    found = list(enrolments)
    going_on = [each for each in found if each.status in (EnrolmentStatus.ACTIVE, EnrolmentStatus.LEAVE)]
    first = min(going_on, key=lambda each: (each.started_on, each.pk), default=None)
    return [
        {
            "id": str(enrolment.pk),
            "user": user,
            "programme": serialize_programme(enrolment.programme),
            "status": enrolment.status,
            "admission_date": enrolment.started_on.isoformat(),
            "stages": [],
            "is_primary": enrolment == first,
        }
        for enrolment in found
    ]


def _described(programme: Programme, level: LangDict) -> LangDict:
    return lang_dict(f"{programme.name}, {level['pl']}", f"{programme.name_en}, {level['en']}")
