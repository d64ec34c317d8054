"""Background ending of many cards of a list: first a preview that names them, then the ending, which can be undone.

The cards come back for a day, as a whole; the mLegitymacje that ended with them do not.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import chosen_cards, jobs
from students.cards import documents, end_cards, finding
from students.cards.ending import ENDED, ENDED_BEFORE, NOT_ISSUED, REFUSALS
from students.cards.reopening import reopen_cards
from students.choices import label_of
from students.chosen_rows import count_keys
from students.following_jobs import jobs_of_preview, start_once
from students.job_pages import JobAction
from students.job_starters import starter_of
from students.job_undo import JobUndo
from students.models import EndReason, Job, Student, StudentCard, User
from students.models.jobs import job_storage

PREVIEW, KIND = "end_cards_preview", "end_cards"
PERMISSION = "students.end_studentcard"
DOCUMENTS = "documents"  # counted beside the cards
BATCH = 500
_SKIPPED: dict[str, StrOrPromise] = {
    ENDED_BEFORE: gettext_lazy("pominięte: zakończone już wcześniej"),
    NOT_ISSUED: gettext_lazy("pominięte: jeszcze nie wydane"),
    finding.NO_CARD: gettext_lazy("student bez legitymacji (ELS)"),
    finding.OTHER_FACULTY: gettext_lazy("student innego wydziału"),
}
_LABELS = {ENDED: gettext_lazy("zakończone"), **_SKIPPED}
_PREVIEW_LABELS = {
    ENDED: gettext_lazy("do zakończenia"),
    DOCUMENTS: gettext_lazy("mLegitymacje i zamówienia, które skończą się razem z nimi"),
    **_SKIPPED,
}
_WHY = {**REFUSALS, **finding.TEXTS}


def clerk_of(job: Job) -> User:
    """Return who started the job. Raises JobFailed if they may not end cards any more."""
    return starter_of(
        job, PERMISSION, _("Osoba, która zleciła zadanie, nie ma już prawa kończyć legitymacji.")
    )


def preview(rows: QuerySet[Student] | QuerySet[StudentCard], reason: EndReason, *, by: User) -> Job:
    """Start the preview of ending the cards of a list of the admin, or of its students."""
    found = chosen_cards.chosen(rows)
    parameters = {**found["parameters"], "reason": str(reason), "what": chosen_cards.what(rows)}
    title = _("Podgląd zakończenia legitymacji: %(what)s") % {"what": parameters["what"]}
    return jobs.start(PREVIEW, title, by=by, parameters=parameters, file=found["file"])


def end_previewed(preview: Job, *, by: User) -> Job:
    """Start ending the cards of a preview; a second call returns the job of the first.

    Raises JobFailed where there is nothing to end or the list is gone.
    """

    def start(preview: Job) -> Job:
        if not _can_start(preview):
            raise jobs.JobFailed(_("Tego podglądu nie można już użyć. Zacznij od nowa."))
        title = _("Zakończenie legitymacji: %(what)s") % {"what": preview.parameters["what"]}
        job = jobs.start(KIND, title, by=by, parameters={**preview.parameters, "preview": preview.pk})
        Job.objects.filter(pk=job.pk).update(file=preview.file.name)
        job.refresh_from_db()
        return job

    return start_once(preview, jobs_of_preview(KIND, preview), start)


def _can_start(preview: Job) -> bool:
    is_done = preview.kind == PREVIEW and preview.state == Job.State.DONE
    return bool(
        is_done and preview.counts.get(ENDED) and preview.file and job_storage().exists(preview.file.name)
    )


def _step(job: Job, *, ending: bool) -> jobs.BatchResult:
    """End the next BATCH, or see what would come of it, with the clerk's present faculties and permission."""
    reason, by = EndReason(job.parameters["reason"]), clerk_of(job)
    UNDO.check_not_undone(job)
    items, cursor = chosen_cards.next_cards(job, by, BATCH)
    cards = {item.card for item in items if item.card}
    counts: Counter[str] = Counter()
    with transaction.atomic():
        outcomes = end_cards(cards, reason, by=by, job=job)
        if not ending:
            to_end = [card for card, outcome in outcomes.items() if outcome == ENDED]
            counts[DOCUMENTS] = documents.live_on(StudentCard.objects.filter(pk__in=to_end))
            transaction.set_rollback(True)
    notes = []
    for item in items:
        outcome = outcomes[item.card] if item.card else item.missing
        counts[outcome] += 1
        # The preview names everybody, the ending only who is left out.
        if not (ending and outcome == ENDED):
            why = str(_WHY.get(outcome, ""))
            notes.append(
                jobs.ItemNote(item.subject, outcome, why, album_number=item.album_number, holder=item.holder)
            )
    return jobs.BatchResult(done=len(items), counts=+counts, cursor=cursor, notes=notes)


def _summary(job: Job) -> Sequence[str]:
    """Return what a preview has come to: how many, why, with how many documents; whose they are, the list says."""
    if job.state != Job.State.DONE:
        return ()
    ended, with_them = job.counts.get(ENDED, 0), job.counts.get(DOCUMENTS, 0)
    reason = label_of(EndReason, job.parameters["reason"])
    skipped = sum(job.counts.values()) - ended - with_them
    summary = [
        _("Dziś stracą ważność legitymacje: %(count)d. Powód: %(reason)s. Czyje, pokazuje lista poniżej.")
        % {"count": ended, "reason": reason},
        _("Razem z nimi skończą się mLegitymacje i zamówienia: %(count)d.") % {"count": with_them},
    ]
    if skipped:
        summary.append(
            _("Pominięte: %(count)d. Kogo i dlaczego, pokazuje lista poniżej.") % {"count": skipped}
        )
    return summary


def _preview_actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button that ends what a preview has shown."""
    if not user.has_perm(PERMISSION) or not _can_start(job) or jobs_of_preview(KIND, job).exists():
        return []
    return [
        JobAction(
            format_lazy(_("Zakończ legitymacje: {count}"), count=job.counts[ENDED]),
            reverse("admin:students_studentcard_end_previewed", args=[job.pk]),
            _(
                "Do tej pory nic się nie zmieniło. Legitymacje można przez dobę przywrócić w całości. mLegitymacje "
                "znikną z telefonów studentów i nie da się ich przywrócić: trzeba je zamówić ponownie."
            ),
            is_danger=True,
        )
    ]


def _rows(job_id: int) -> QuerySet[StudentCard]:
    return StudentCard.objects.filter(ended_by_job=job_id, ended_on__isnull=False).order_by("pk")


UNDO = JobUndo(
    name="end_cards_undo",
    undoes=KIND,
    rows=_rows,
    undo=reopen_cards,
    user=clerk_of,
    batch=BATCH,
    url="admin:students_studentcard_undo_endings",
    label=gettext_lazy("Przywróć te legitymacje"),
    help=lambda job: _(
        "Można je przywrócić w całości przez dobę. Kto dostał od tego czasu nową legitymację, zostaje przy nowej. "
        "mLegitymacje, które się skończyły, nie wracają: studenci mogą zamówić nowe."
    ),
)


def _actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    return UNDO.actions(job, user) if user.has_perm(PERMISSION) else []


def register() -> None:
    """Register the job types; called once, when the apps are ready."""
    seen, done = partial(_step, ending=False), partial(_step, ending=True)
    jobs.register(
        jobs.JobType(PREVIEW, count_keys, seen, _PREVIEW_LABELS, actions=_preview_actions, summary=_summary)
    )
    jobs.register(jobs.JobType(KIND, count_keys, done, _LABELS, actions=_actions))
    jobs.register(UNDO.job_type())
