"""Background extension of many cards: a faculty's, a programme's, a list's of the admin, or an uploaded list's.

First a preview, which extends them in a transaction that is rolled back; then the extension of the same cards, which
can be undone as a whole for a day (`students.extension_undo`).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import chosen_cards, extension_undo, jobs
from students.cards import EXTENDED, documents, extend_cards, extension_blockers, finding
from students.cards.finding import find_cards
from students.chosen_cards import ChosenCard
from students.chosen_rows import count_keys
from students.extension_undo import KIND, clerk_of
from students.following_jobs import jobs_of_preview, start_once
from students.half_years import previous_half_year_end
from students.job_pages import JobAction
from students.models import Enrolment, Faculty, Job, Programme, Student, StudentCard, User
from students.models.jobs import job_storage

PREVIEW = "extend_preview"
BATCH = 1_000
DOCUMENTS = "documents"  # counted beside the cards
_SKIPPED: dict[str, StrOrPromise] = {
    **{obstacle.code: obstacle.label for obstacle in extension_blockers.BLOCKERS},
    finding.NO_CARD: gettext_lazy("student bez legitymacji (ELS)"),
    finding.UNKNOWN: gettext_lazy("nieznany numer"),
    finding.OTHER_FACULTY: gettext_lazy("student innego wydziału"),
    finding.AMBIGUOUS: gettext_lazy("numer niejednoznaczny"),
    finding.CHANGED: gettext_lazy("numer zmieniony przez arkusz"),
}
_LABELS = {EXTENDED: gettext_lazy("przedłużone"), **_SKIPPED}
_PREVIEW_LABELS = {
    EXTENDED: gettext_lazy("do przedłużenia"),
    DOCUMENTS: gettext_lazy("mLegitymacje i zamówienia, które przedłużą się razem z nimi"),
    **_SKIPPED,
}
_WHY = {**extension_blockers.TEXTS, **finding.TEXTS}


def extend_group(group: Faculty | Programme, until: date, *, by: User, preview: bool = False) -> Job:
    """Start the extension, or its preview, of the cards of all students of a faculty or a programme."""
    which = "faculty" if isinstance(group, Faculty) else "programme"
    return _start(str(group), until, by=by, parameters={which: group.pk}, preview=preview)


def extend_listed(numbers: Sequence[str], until: date, *, by: User, preview: bool = False) -> Job:
    """Start the extension, or its preview, of the cards with these numbers, or of holders with these album numbers."""
    what = _("lista (%(count)d)") % {"count": len(numbers)}
    return _start(what, until, by=by, file=ContentFile("\n".join(numbers).encode()), preview=preview)


def extend_chosen(
    rows: QuerySet[Student] | QuerySet[StudentCard], until: date, *, by: User, preview: bool = False
) -> Job:
    """Start the extension, or its preview, of the cards of a list of the admin, or of its students."""
    return _start(chosen_cards.what(rows), until, by=by, preview=preview, **chosen_cards.chosen(rows))


def _start(
    what: str,
    until: date,
    *,
    by: User,
    parameters: Any = None,
    file: ContentFile[bytes] | None = None,
    preview: bool,
) -> Job:
    kind, title = KIND, _("Przedłużenie legitymacji do %(until)s: %(what)s")
    if preview:
        kind, title = PREVIEW, _("Podgląd przedłużenia legitymacji do %(until)s: %(what)s")
    title %= {"until": date_format(until), "what": what}
    return jobs.start(
        kind,
        title,
        by=by,
        parameters={"until": until.isoformat(), "what": what, **(parameters or {})},
        file=file,
    )


def extend_previewed(preview: Job, *, by: User) -> Job:
    """Start the extension of the cards of a preview; a second call returns the job of the first.

    Raises JobFailed where there is nothing to extend or the uploaded list is gone.
    """

    def start(preview: Job) -> Job:
        if not _can_start(preview):
            raise jobs.JobFailed(_("Tego podglądu nie można już użyć. Zacznij od nowa."))
        until = date.fromisoformat(preview.parameters["until"])
        parameters = {**preview.parameters, "preview": preview.pk}
        job = _start(preview.parameters["what"], until, by=by, parameters=parameters, preview=False)
        Job.objects.filter(pk=job.pk).update(file=preview.file.name if preview.file else None)
        job.refresh_from_db()
        return job

    return start_once(preview, jobs_of_preview(KIND, preview), start)


def _can_start(preview: Job) -> bool:
    is_done = preview.kind == PREVIEW and preview.state == Job.State.DONE
    is_kept = not preview.file or job_storage().exists(preview.file.name)
    return bool(is_done and is_kept and preview.counts.get(EXTENDED))


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
    if chosen_cards.OF in job.parameters:
        return count_keys(job)
    if job.file:
        with _listed(job) as lines:
            return sum(1 for _line in lines)
    return students_of(job.parameters, clerk_of(job), timezone.localdate()).count()


def _step(job: Job, *, extending: bool) -> jobs.BatchResult:
    """Extend the next BATCH, or see what would come of it, with the clerk's present faculties and permission."""
    until, by = date.fromisoformat(job.parameters["until"]), clerk_of(job)
    extension_undo.UNDO.check_not_undone(job)
    items, cursor = _next(job, by)
    cards = {item.card for item in items if item.card}
    counts: Counter[str] = Counter()
    try:
        if extending:
            outcomes = extend_cards(cards, until, by=by, job=job)
        else:
            outcomes, counts[DOCUMENTS] = _rehearse(cards, until, by)
    except ValidationError as error:  # the date has passed since the job was begun
        raise jobs.JobFailed(" ".join(error.messages)) from None
    notes = []
    for subject, card, missing, album_number, holder in items:
        outcome = outcomes[card] if card else missing
        if card and outcome == EXTENDED:
            # Should the list have it twice, by its number and by the album number.
            outcomes[card] = extension_blockers.NOT_LATER
        counts[outcome] += 1
        if outcome != EXTENDED:
            why = str(_WHY[outcome])
            notes.append(jobs.ItemNote(subject, outcome, why, album_number=album_number, holder=holder))
    return jobs.BatchResult(done=len(items), counts=+counts, cursor=cursor, notes=notes)


def _rehearse(cards: set[int], until: date, by: User) -> tuple[dict[int, str], int]:
    """Return the outcomes that extending these cards would have, and how many documents would be extended with them."""
    with transaction.atomic():
        outcomes = extend_cards(cards, until, by=by)
        extended = documents.to_extend([card for card, outcome in outcomes.items() if outcome == EXTENDED])
        transaction.set_rollback(True)
    return outcomes, extended


def _next(job: Job, by: User) -> tuple[list[ChosenCard], Any]:
    if chosen_cards.OF in job.parameters:
        return chosen_cards.next_cards(job, by, BATCH)
    return _next_listed(job, by) if job.file else _next_students(job, by)


def _next_students(job: Job, by: User) -> tuple[list[ChosenCard], int | None]:
    students = students_of(job.parameters, by, timezone.localdate()).filter(pk__gt=job.cursor or 0)
    in_use = FilteredRelation("cards", condition=Q(cards__ended_on__isnull=True))
    rows = list(
        students.annotate(card=in_use).order_by("pk").values_list("pk", "album_number", "card__pk")[:BATCH]
    )
    items = [ChosenCard(album or "–", card, "" if card else finding.NO_CARD) for _pk, album, card in rows]
    return items, rows[-1][0] if len(rows) == BATCH else None


def _next_listed(job: Job, by: User) -> tuple[list[ChosenCard], dict[str, int] | None]:
    """Return the next numbers of the list; the cursor is the place in the file where the following ones begin."""
    with _listed(job) as file:
        if isinstance(job.cursor, dict):
            file.seek(job.cursor["byte"])
        elif job.cursor:  # a number of lines, as 0.1.0 stored it
            list(islice(iter(file.readline, b""), job.cursor))
        numbers = [str(line, "utf-8").rstrip("\n") for line in islice(iter(file.readline, b""), BATCH)]
        place = file.tell()
        is_last = not file.read(1)
    found = find_cards(numbers, by)
    items = [ChosenCard(number, it.card, it.missing) for number, it in found.items()]
    return items, None if is_last else {"byte": place}


def _listed(job: Job) -> Any:
    try:
        return job.file.open("rb")
    except FileNotFoundError:
        raise jobs.JobFailed(_("Nie ma już pliku z listą. Zleć zadanie od nowa.")) from None


def _summary(job: Job) -> Sequence[str]:
    """Return what a preview has come to: how many, until when, with how many documents, and how many are skipped."""
    if job.state != Job.State.DONE:
        return ()
    extended, with_them = job.counts.get(EXTENDED, 0), job.counts.get(DOCUMENTS, 0)
    until = date_format(date.fromisoformat(job.parameters["until"]))
    skipped = sum(job.counts.values()) - extended - with_them
    summary = [
        _("Do %(until)s zostaną przedłużone legitymacje: %(count)d.") % {"until": until, "count": extended},
        _("Razem z nimi przedłużą się mLegitymacje i otwarte zamówienia: %(count)d.") % {"count": with_them},
    ]
    if skipped:
        summary.append(
            _("Pominięte: %(count)d. Kogo i dlaczego, pokazuje lista poniżej.") % {"count": skipped}
        )
    return summary


def _actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button that extends what a preview has shown."""
    if (
        not user.has_perm(extension_undo.PERMISSION)
        or not _can_start(job)
        or jobs_of_preview(KIND, job).exists()
    ):
        return []
    return [
        JobAction(
            format_lazy(_("Przedłuż legitymacje: {count}"), count=job.counts[EXTENDED]),
            reverse("admin:students_studentcard_extend_previewed", args=[job.pk]),
            _(
                "Do tej pory nic się nie zmieniło. Przedłużenie można zatrzymać i wznowić, a przez dobę cofnąć w "
                "całości; mLegitymacji, którą mDokumenty zdążą przedłużyć, nie da się tam skrócić."
            ),
        )
    ]


def register() -> None:
    """Register the job types; called once, when the apps are ready."""
    preview, extension = partial(_step, extending=False), partial(_step, extending=True)
    jobs.register(jobs.JobType(PREVIEW, _count, preview, _PREVIEW_LABELS, actions=_actions, summary=_summary))
    jobs.register(jobs.JobType(KIND, _count, extension, _LABELS, actions=extension_undo.actions))
    jobs.register(extension_undo.UNDO.job_type())
