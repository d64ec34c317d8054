"""Columns of a table from USOS, and their allowed words."""

from students.models import EnrolmentStatus, Level

COLUMNS = (
    "numer_albumu",
    "login",
    "imiona",
    "nazwisko",
    "pesel",
    "data_urodzenia",
    "email",
    "wydzial",
    "kierunek",
    "poziom",
    "status",
    "od",
    "do",
    "els_numer",
    "els_wydana",
    "els_wazna_do",
    "els_uid_stykowy",
    "els_uid_bezstykowy",
)
# Of the faculty's dean's office, by the fields of `students.models.contacts`: a table has them or not.
CONTACT_COLUMNS = {
    "wydzial_pokoj": "room",
    "wydzial_godziny": "hours",
    "wydzial_telefon": "phone",
    "wydzial_email": "email",
    "wydzial_strona": "website",
}
ALL_COLUMNS = (*COLUMNS, *CONTACT_COLUMNS)
# Without these there is no student and no enrolment; the others may be empty.
FILLED = frozenset(COLUMNS[:12]) - {"pesel", "email"}
CARD_COLUMNS = tuple(column for column in COLUMNS if column.startswith("els_"))
CARD_FILLED = ("els_numer", "els_wydana", "els_wazna_do")
# What no two students can have in common, beside the album number.
OWN = ("login", "pesel", "els_numer", "els_uid_stykowy", "els_uid_bezstykowy")

NAMES = ("imiona", "nazwisko")
IDENTIFIERS = ("numer_albumu", "els_numer", "els_uid_stykowy", "els_uid_bezstykowy")

# In the table of rejected rows; an import ignores it, as every further column.
REASON = "powod_odrzucenia"

# As students.text_folding.fold writes them.
LEVELS = {
    "i": Level.FIRST_CYCLE,
    "ii": Level.SECOND_CYCLE,
    "jm": Level.UNIFORM_MASTERS,
    "iii": Level.DOCTORAL,
    "pod": Level.POSTGRADUATE,
}
STATUSES = {
    "aktywny": EnrolmentStatus.ACTIVE,
    "urlop": EnrolmentStatus.LEAVE,
    "skreslony": EnrolmentStatus.STRUCK_OFF,
    "absolwent": EnrolmentStatus.GRADUATED,
}
FINISHED = frozenset({EnrolmentStatus.STRUCK_OFF, EnrolmentStatus.GRADUATED})
