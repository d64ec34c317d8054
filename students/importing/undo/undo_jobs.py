"""Background jobs that undo an import: a preview, which changes nothing, and the undo itself, once and for a day.

The documents that the import has ended do not come back: mDokumenty has no way back. Both list them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import jobs
from students.following_jobs import start_once
from students.importing.job_kinds import IMPORT, UNDO, UNDO_PREVIEW
from students.importing.outcomes import DOCUMENT_ENDS
from students.importing.permissions import may_import
from students.importing.undo.plans import Plan, describe
from students.importing.undo.restoring import undo_students
from students.importing.wording import differences_in_words
from students.job_pages import JobAction
from students.job_undo import ended_lately
from students.models import ImportedChange, Job, User

BATCH = 500  # students
ENDED, LEFT, RESTORED, REMOVED = "document_ended", "left", "restored", "removed"
OUTCOMES: Mapping[str, StrOrPromise] = {
    ENDED: gettext_lazy("mLegitymacje i zamówienia, które zakończył import i które nie wrócą"),
    LEFT: gettext_lazy("zostaje tak, jak jest teraz"),
    RESTORED: gettext_lazy("przywrócone"),
    REMOVED: gettext_lazy("usunięte (dodał je import)"),
}


def can_be_undone(imported: Job) -> bool:
    """Return whether an import has ended less than a day ago, and nobody has undone it."""
    if imported.kind != IMPORT or not ended_lately(imported):
        return False
    return imported.imported_changes.exists() and not undoing(imported).exists()


def undoing(imported: Job) -> QuerySet[Job]:
    """Return the job that undoes an import, if there is one."""
    return Job.objects.filter(kind=UNDO, parameters__import=imported.pk)


def start_undo_preview(imported: Job, *, by: User) -> Job:
    """Start a preview of what undoing an import would do. Raises JobFailed where it cannot be undone any more."""
    if not can_be_undone(imported):
        raise jobs.JobFailed(_("Tego importu nie można już cofnąć."))
    return jobs.start(
        UNDO_PREVIEW, _("Podgląd cofnięcia importu z USOS"), by=by, parameters={"import": imported.pk}
    )


def start_undo(preview: Job, *, by: User) -> Job:
    """Start to undo a previewed import; a second call returns the job of the first.

    Raises JobFailed where the import cannot be undone any more.
    """
    imported = Job.objects.get(pk=preview.parameters["import"])

    def start(imported: Job) -> Job:
        if preview.state != Job.State.DONE or not can_be_undone(imported):
            raise jobs.JobFailed(_("Tego importu nie można już cofnąć."))
        return jobs.start(UNDO, _("Cofnięcie importu z USOS"), by=by, parameters={"import": imported.pk})

    return start_once(imported, undoing(imported), start)


def _imported(job: Job) -> Job:
    imported = Job.objects.filter(pk=job.parameters["import"]).first()
    if imported is None or imported.is_open:
        raise jobs.JobFailed(_("Tego importu nie można już cofnąć."))
    return imported


def _count(job: Job) -> int:
    return ImportedChange.objects.filter(job=_imported(job)).values("student").distinct().count()


def preview_step(job: Job) -> jobs.BatchResult:
    """Say what undoing the next students would do: it is done, and taken back."""
    with transaction.atomic():
        result = _step(job, rehearsing=True)
        transaction.set_rollback(True)
    return result


def undo_step(job: Job) -> jobs.BatchResult:
    """Undo the next students. Raises JobFailed where the user who started it may no longer import."""
    if job.started_by is None or not may_import(job.started_by):
        raise jobs.JobFailed(_("Kto zlecił to cofnięcie, nie ma już uprawnień do importu."))
    return _step(job)


def _step(job: Job, *, rehearsing: bool = False) -> jobs.BatchResult:
    imported = _imported(job)
    cursor = job.cursor or {"after": 0, "programmes": []}
    records = ImportedChange.objects.filter(job=imported)
    following = (
        records.filter(student__gt=cursor["after"]).order_by("student").values_list("student", flat=True)
    )
    students: list[int | None] = list(following.distinct()[:BATCH])
    last = len(students) < BATCH
    programmes = set(cursor["programmes"])
    plans = undo_students(imported, students, by=job.started_by, rehearsing=rehearsing) if students else []
    programmes |= {pk for plan in plans for pk in plan.programmes}
    if last and records.filter(student=None).exists():
        plans += undo_students(
            imported, [None], by=job.started_by, programmes_in_use=programmes, rehearsing=rehearsing
        )
    notes = [*(_lost_documents(imported) if job.cursor is None else ()), *_notes_of(plans)]
    counts = Counter(note.outcome for note in notes)
    done = len(plans)
    going_on = None if last else {"after": students[-1], "programmes": sorted(programmes)}
    return jobs.BatchResult(done, counts, going_on, notes)


def _lost_documents(imported: Job) -> Iterator[jobs.ItemNote]:
    """Yield the documents that the import ended."""
    for note in imported.notes.filter(outcome=DOCUMENT_ENDS):
        yield jobs.ItemNote(
            note.subject, ENDED, note.detail, album_number=note.album_number, holder=note.holder
        )


def _notes_of(plans: Sequence[Plan]) -> Iterator[jobs.ItemNote]:
    for plan in plans:
        student = plan.student
        who: dict[str, Any] = (
            {"album_number": student.album_number or "", "holder": student.full_name} if student else {}
        )
        subject = (student.album_number if student else None) or str(_("katalog"))
        for row, fields in plan.restored:
            words = f"{describe(row)}: {_in_words(row, fields)}"
            yield jobs.ItemNote(subject, RESTORED, words, **who)
        for row in plan.removed:
            yield jobs.ItemNote(subject, REMOVED, describe(row), **who)
        for words, reason in plan.left:
            yield jobs.ItemNote(subject, LEFT, f"{words}: {reason}", **who)


def _in_words(row: Any, fields: Mapping[str, tuple[Any, Any]]) -> str:
    """Return what is put back, as now → then; of what refers to another row the name alone."""
    found = {column: row._meta.get_field(column) for column in fields}
    plain = {
        field.name: tuple(map(field.to_python, fields[column]))
        for column, field in found.items()
        if not field.remote_field
    }
    references = [str(field.verbose_name) for field in found.values() if field.remote_field]
    return ", ".join(filter(None, [differences_in_words(row, plain), *references]))


def _summary(job: Job) -> Sequence[str]:
    if job.state != Job.State.DONE:
        return []
    lost = _("mLegitymacje i zamówienia, które zakończył import i których nie da się przywrócić: %(count)d.")
    sentences = [lost % {"count": job.counts.get(ENDED, 0)}]
    if job.counts.get(ENDED):
        sentences.append(_("Ich studenci mogą zamówić mLegitymację od nowa."))
    if job.kind == UNDO_PREVIEW:
        sentences.append(_("Do tej pory nic się nie zmieniło."))
    return sentences


def undo_actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button of an import that previews its undo, or the one of such a preview that undoes it."""
    if not may_import(user):
        return []
    if can_be_undone(job):
        address = reverse("students:import_undo", args=[job.pk])
        help_text = _(
            "Najpierw zobaczysz, co wróci, a co nie. Cofnąć import można raz, przez dobę od jego końca. "
            "mLegitymacji zakończonych przez import (%(count)d) nie da się przywrócić."
        ) % {"count": job.counts.get(DOCUMENT_ENDS, 0)}
        return [JobAction(_("Pokaż, co da się cofnąć"), address, help_text)]
    if job.kind != UNDO_PREVIEW or job.state != Job.State.DONE:
        return []
    imported = Job.objects.filter(pk=job.parameters["import"]).first()
    if imported is None or not can_be_undone(imported):
        return []
    if not (job.counts.get(RESTORED) or job.counts.get(REMOVED)):
        return []
    address = reverse("students:import_undo_apply", args=[job.pk])
    return [JobAction(_("Cofnij import"), address, _("Można to zrobić tylko raz."))]


def register() -> None:
    """Register the two job types; called once, when the apps are ready."""
    for name, step in ((UNDO_PREVIEW, preview_step), (UNDO, undo_step)):
        jobs.register(jobs.JobType(name, _count, step, OUTCOMES, actions=undo_actions, summary=_summary))
