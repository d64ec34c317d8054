"""Background extension of many cards: a faculty's, a programme's, or those of an uploaded list of numbers."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import jobs
from students.cards import EXTENDED, extend_cards, extension_blockers, finding
from students.cards.finding import find_cards
from students.half_years import previous_half_year_end
from students.models import Enrolment, Faculty, Job, Programme, Student, StudentCard, User

KIND = "extend"
PERMISSION = "students.extend_studentcard"
BATCH = 1_000
_LABELS: dict[str, StrOrPromise] = {
    EXTENDED: gettext_lazy("przedłużone"),
    **{obstacle.code: obstacle.label for obstacle in extension_blockers.BLOCKERS},
    finding.NO_CARD: gettext_lazy("student bez legitymacji (ELS)"),
    finding.UNKNOWN: gettext_lazy("nieznany numer"),
    finding.OTHER_FACULTY: gettext_lazy("student innego wydziału"),
    finding.AMBIGUOUS: gettext_lazy("numer niejednoznaczny"),
    finding.CHANGED: gettext_lazy("numer zmieniony przez arkusz"),
}
_WHY = {**extension_blockers.TEXTS, **finding.TEXTS}


def extend_group(group: Faculty | Programme, until: date, *, by: User) -> Job:
    """Start the extension of the cards of all students of a faculty or a programme."""
    which = "faculty" if isinstance(group, Faculty) else "programme"
    return _start(str(group), until, by=by, parameters={which: group.pk})


def extend_listed(numbers: Sequence[str], until: date, *, by: User) -> Job:
    """Start the extension of the cards with these numbers, or of holders with these album numbers."""
    what = _("lista (%(count)d)") % {"count": len(numbers)}
    return _start(what, until, by=by, file=ContentFile("\n".join(numbers).encode()))


def _start(
    what: str, until: date, *, by: User, parameters: Any = None, file: ContentFile[bytes] | None = None
) -> Job:
    title = _("Przedłużenie legitymacji do %(until)s: %(what)s") % {"until": date_format(until), "what": what}
    return jobs.start(
        KIND, title, by=by, parameters={"until": until.isoformat(), **(parameters or {})}, file=file
    )


def students_of(parameters: Any, by: User, today: date) -> QuerySet[Student]:
    """Return the students whose cards a job for a faculty or a programme is about.

    They study there now, at a level with a right to a card or with a card all the same; or they studied there, study
    nowhere now, and have a card of this or the last half-year, so that the job reports why it was not extended.
    """
    at = {"faculty": "programme__faculty", "programme": "programme"}
    place = Q(**{path: parameters[which] for which, path in at.items() if which in parameters})
    here = Enrolment.objects.filter(place, student=OuterRef("pk"))
    card = StudentCard.objects.in_use().filter(student=OuterRef("pk"))
    recent = card.filter(valid_until__gte=previous_half_year_end(today))
    nowhere = ~Exists(Enrolment.objects.current(today).filter(student=OuterRef("pk")))
    return Student.objects.in_scope(by).filter(
        Exists(here.current(today).entitling())
        | Exists(here.current(today)) & Exists(card)
        | Exists(here) & nowhere & Exists(recent)
    )


def _count(job: Job) -> int:
    if job.file:
        return len(_numbers(job))
    return students_of(job.parameters, _clerk(job), timezone.localdate()).count()


def _step(job: Job) -> jobs.BatchResult:
    """Extend the next BATCH, with the clerk's present faculties and permission."""
    until, by = date.fromisoformat(job.parameters["until"]), _clerk(job)
    if job.file:
        first = job.cursor or 0
        numbers = _numbers(job)
        found = find_cards(numbers[first : first + BATCH], by)
        items = [(number, it.card, it.missing) for number, it in found.items()]
        cursor = first + BATCH if first + BATCH < len(numbers) else None
    else:
        students = students_of(job.parameters, by, timezone.localdate()).filter(pk__gt=job.cursor or 0)
        in_use = FilteredRelation("cards", condition=Q(cards__ended_on__isnull=True))
        rows = list(
            students.annotate(card=in_use)
            .order_by("pk")
            .values_list("pk", "album_number", "card__pk")[:BATCH]
        )
        items = [(album or "–", card, "" if card else finding.NO_CARD) for _pk, album, card in rows]
        cursor = rows[-1][0] if len(rows) == BATCH else None
    return _extend(items, cursor, until, by)


def _extend(
    items: list[tuple[str, int | None, str]], cursor: int | None, until: date, by: User
) -> jobs.BatchResult:
    try:
        outcomes = extend_cards({card for _subject, card, _missing in items if card}, until, by=by)
    except ValidationError as error:  # the date has passed since the job was begun
        raise jobs.JobFailed(" ".join(error.messages)) from None
    counts: Counter[str] = Counter()
    notes = []
    for subject, card, missing in items:
        outcome = outcomes[card] if card else missing
        if card and outcome == EXTENDED:
            outcomes[card] = (
                extension_blockers.NOT_LATER
            )  # should the list have it twice, by its number and by the album number
        counts[outcome] += 1
        if outcome != EXTENDED:
            notes.append(jobs.ItemNote(subject, outcome, str(_WHY[outcome])))
    return jobs.BatchResult(done=len(items), counts=counts, cursor=cursor, notes=notes)


def _clerk(job: Job) -> User:
    clerk = job.started_by
    if clerk is None or not clerk.is_staff or not clerk.has_perm(PERMISSION):
        raise jobs.JobFailed(_("Osoba, która zleciła zadanie, nie ma już prawa przedłużać legitymacji."))
    return clerk


def _numbers(job: Job) -> list[str]:
    try:
        with job.file.open("rb") as file:
            return str(file.read(), "utf-8").splitlines()
    except FileNotFoundError:
        raise jobs.JobFailed(_("Nie ma już pliku z listą. Zleć zadanie od nowa.")) from None


def register() -> None:
    """Register the job type; called once, when the apps are ready."""
    jobs.register(jobs.JobType(KIND, count=_count, step=_step, outcomes=_LABELS))
