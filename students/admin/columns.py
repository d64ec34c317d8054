"""Columns of the list of students that tell people apart, each with what it needs from the database."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.admin.present_studies import present_studies, with_studies
from students.models import Student, StudentCard


@dataclass(frozen=True)
class Column:
    """A column that a user may choose: its key, label and text, and what is fetched for a whole page at once.

    Without the `permission`, if there is one, nobody is offered it.
    """

    key: str
    label: StrOrPromise
    text: Callable[[Student], object]
    fetch: Callable[[], Prefetch[str]] | None = None
    by_default: bool = True
    permission: str = ""

    # What Django's admin asks of a function among `list_display`.
    @property
    def __name__(self) -> str:
        """Return the name that the admin makes a CSS class of."""
        return self.key

    @property
    def short_description(self) -> StrOrPromise:
        """Return the heading."""
        return self.label

    def __call__(self, student: Student) -> object:
        """Return the cell."""
        return self.text(student) or "–"


def _with_card() -> Prefetch[str]:
    cards = StudentCard.objects.in_use().defer("holder_pesel")
    return Prefetch("cards", cards, to_attr="cards_in_use")


def _faculty(student: Student) -> str:
    studies = present_studies(student)
    return studies.programme.faculty.local_name if studies else ""


def _programme(student: Student) -> str:
    studies = present_studies(student)
    return studies.programme.local_title if studies else ""


def _since(student: Student) -> str:
    studies = present_studies(student)
    return str(studies.started_on.year) if studies else ""


def _status(student: Student) -> str:
    studies = present_studies(student)
    return studies.get_status_display() if studies else ""


def _card_until(student: Student) -> str:
    cards: list[StudentCard] = vars(student)["cards_in_use"]
    return localize(cards[0].valid_until) if cards else ""


OWN = (
    Column("masked_pesel", _("PESEL"), lambda student: student.masked_pesel, by_default=False),
    Column("faculty", _("wydział"), _faculty, with_studies),
    Column("programme", _("kierunek"), _programme, with_studies),
    Column("since", _("studiuje od"), _since, with_studies),
    Column("studies_status", _("status studiów"), _status, with_studies, by_default=False),
    Column("card_until", _("ELS ważna do"), _card_until, _with_card),
    Column(
        "photo", _("zdjęcie"), lambda student: _("jest") if student.photo_id else _("brak"), by_default=False
    ),
)
