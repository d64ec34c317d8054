"""Cards that a background job over a list is about: those of the list, or those in use of the students of the list."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q, QuerySet
from django.utils.translation import gettext as _

from students.cards import finding
from students.chosen_rows import keys_file, read_keys
from students.models import Job, Student, StudentCard, User

OF = "of"  # parameter of the job: what the keys in its file are of
CARDS, STUDENTS = "cards", "students"


class ChosenCard(NamedTuple):
    """Card that a row of a list leads to, or the reason why there is none (`students.cards.finding`).

    `subject` is its number, or the album number; `holder` and `album_number` are the student's.
    """

    subject: str
    card: int | None
    missing: str
    album_number: str = ""
    holder: str = ""


def chosen(rows: "QuerySet[Student] | QuerySet[StudentCard]") -> Mapping[str, Any]:
    """Return what `jobs.start` takes for a job over these rows: a parameter and a file."""
    of = CARDS if rows.model is StudentCard else STUDENTS
    keys = rows.order_by("pk").values_list("pk", flat=True)
    return {"parameters": {OF: of}, "file": keys_file(keys.iterator(chunk_size=10_000))}


def what(rows: "QuerySet[Student] | QuerySet[StudentCard]") -> str:
    """Return what is chosen in words, for a job's title."""
    return _("lista (%(count)d)") % {"count": rows.count()}


def next_cards(job: Job, by: User, most: int) -> tuple[list[ChosenCard], int | None]:
    """Return the next cards of a job, within the faculties of `by`, and where the following ones begin."""
    keys, cursor = read_keys(job, job.cursor or 0, most)
    found = _of_cards(keys, by) if job.parameters[OF] == CARDS else _of_students(keys, by)
    elsewhere = ChosenCard("–", None, finding.OTHER_FACULTY)
    return [found.get(key, elsewhere) for key in keys], cursor


def _of_cards(keys: list[int], by: User) -> dict[int, ChosenCard]:
    seen = Student.objects.in_scope(by).filter(cards__in=keys).values("pk")
    rows = StudentCard.objects.filter(pk__in=keys, student__in=seen).values_list(
        "pk", "barcode_number", *(f"student__{field}" for field in _HOLDER)
    )
    return {pk: ChosenCard(number, pk, "", *_holder(album, *names)) for pk, number, album, *names in rows}


def _of_students(keys: list[int], by: User) -> dict[int, ChosenCard]:
    in_use = FilteredRelation("cards", condition=Q(cards__ended_on__isnull=True))
    students = Student.objects.in_scope(by).filter(pk__in=keys).annotate(card=in_use)
    return {
        pk: ChosenCard(album or "–", card, "" if card else finding.NO_CARD, *_holder(album, *names))
        for pk, card, album, *names in students.values_list("pk", "card__pk", *_HOLDER)
    }


_HOLDER = ("album_number", "last_name", "first_names")


def _holder(album: str | None, last_name: str, first_names: str) -> tuple[str, str]:
    return album or "", f"{last_name} {first_names}"
