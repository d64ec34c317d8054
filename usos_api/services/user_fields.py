"""Fields of a user: those that the portal fills, and those that clients ask for first, which are empty here."""

from typing import Any

from usos_api.methods import Field
from usos_api.photos import ORIGINAL, SIZES
from usos_api.scopes import EMAIL, PERSONAL, PHOTO, STUDIES
from usos_api.services.studies import ENROLMENT_FIELDS


def _more(name: str, description: str, **rest: Any) -> Field:
    return Field(name, description, primary=False, **rest)


USER_FIELDS = (
    Field("id", "Id of the user."),
    Field("first_name", "First name."),
    _more("middle_names", "The other first names, or null."),
    Field("last_name", "Surname."),
    _more("previous_names", "Names until now; empty."),
    _more("sex", "M or F; null where it is not known."),
    _more(
        "titles",
        "Academic titles.",
        parts=(Field("before", "Before the name; null."), Field("after", "After the name; null.")),
    ),
    _more("student_number", "Album number, or null."),
    _more("student_status", "0 no student, 1 not active, 2 active."),
    _more("phd_student_status", "The same of doctoral schools; null."),
    _more("staff_status", "0 no member of staff, 1 staff."),
    _more("email", "E-mail address, or null.", scope=EMAIL),
    _more("email_access", "no_email, no_access (to a token without the scope email) or plaintext."),
    _more("email_url", "Address of a picture of the e-mail address; null."),
    _more("has_email", "Whether there is an e-mail address."),
    _more("alt_email", "Another e-mail address; null.", scope=EMAIL),
    _more("homepage_url", "The user's own page; null."),
    _more("profile_url", "The user's page in USOSweb; null."),
    _more("phone_numbers", "Telephone numbers at the university; empty."),
    _more("mobile_numbers", "Mobile numbers; empty."),
    _more("office_hours", "Office hours (LangDict); null."),
    _more("interests", "Interests (LangDict); null."),
    _more("room", "Room; null."),
    _more("pesel", "PESEL, or null.", scope=PERSONAL),
    _more("birth_date", "Date of birth; null for who is no student.", scope=PERSONAL),
    _more("revenue_office_id", "Revenue office; null.", scope=PERSONAL),
    _more("citizenship", "Citizenship; null.", scope=PERSONAL),
    _more("postal_addresses", "Postal addresses; empty."),
    _more("has_photo", "Whether there is a photo."),
    _more(
        "photo_urls",
        "Addresses of the photo in several sizes, which work for a few minutes; an object, never null: empty without "
        "a photo.",
        scope=PHOTO,
        withheld={},
        parts=(
            *(Field(size, f"The photo, at most {size} pixels.") for size in SIZES),
            Field(ORIGINAL, "The photo as it is stored."),
        ),
    ),
    _more("student_programmes", "Studies.", scope=STUDIES, withheld=[], parts=ENROLMENT_FIELDS),
    _more("employment_functions", "Functions at the university; empty."),
    _more("employment_positions", "Positions at the university; empty."),
    _more("course_editions_conducted", "Courses that the user gives; empty."),
    _more(
        "external_ids",
        "Ids elsewhere.",
        parts=(Field("orcid", "ORCID; null."), Field("pbn_id", "Polska Bibliografia Naukowa; null.")),
    ),
    _more("library_card_id", "Number of the library card; null."),
    _more("can_i_debug", "Whether the caller may see more for debugging: false."),
)

# What the portal knows nothing of, in the types that clients expect.
EMPTY: dict[str, Any] = {
    "previous_names": [],
    "titles": {"before": None, "after": None},
    "phd_student_status": None,
    "email_url": None,
    "alt_email": None,
    "homepage_url": None,
    "profile_url": None,
    "phone_numbers": [],
    "mobile_numbers": [],
    "office_hours": None,
    "interests": None,
    "room": None,
    "revenue_office_id": None,
    "citizenship": None,
    "postal_addresses": [],
    "employment_functions": [],
    "employment_positions": [],
    "course_editions_conducted": [],
    "external_ids": {"orcid": None, "pbn_id": None},
    "library_card_id": None,
    "can_i_debug": False,
}
