"""Undoing of a background extension of many cards as a whole."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students.cards import documents, undo_extensions
from students.job_pages import JobAction
from students.job_starters import starter_of
from students.job_undo import JobUndo
from students.models import CardExtension, Job, StudentCard, User

KIND = "extend"
PERMISSION = "students.extend_studentcard"
BATCH = 1_000


def clerk_of(job: Job) -> User:
    """Return who started the job. Raises JobFailed if they may not extend cards any more."""
    return starter_of(
        job, PERMISSION, _("Osoba, która zleciła zadanie, nie ma już prawa przedłużać legitymacji.")
    )


def _rows(job_id: int) -> QuerySet[CardExtension]:
    return CardExtension.objects.filter(job=job_id, undone_at__isnull=True).order_by("pk")


def _help(job: Job) -> StrOrPromise:
    over = _rows(job.pk).filter(previous_valid_until__lt=timezone.localdate())
    return format_lazy(
        _(
            "Można je cofnąć w całości przez dobę. Każda legitymacja, która nie zmieniła się od tego czasu, dostaje "
            "poprzednią datę. Jeśli ta data już minęła, mLegitymacja się kończy i nie da się jej przywrócić; takich "
            "jest teraz: {ending}. To, co mDokumenty już przedłużyły, zostaje tam z nowym terminem, a portal kończy je "
            "razem z legitymacją."
        ),
        ending=documents.live_on(StudentCard.objects.filter(pk__in=over.values("card"))),
    )


UNDO = JobUndo(
    name="extend_undo",
    undoes=KIND,
    rows=_rows,
    undo=undo_extensions,
    user=clerk_of,
    batch=BATCH,
    url="admin:students_studentcard_undo_extensions",
    label=gettext_lazy("Cofnij te przedłużenia"),
    help=_help,
)


def actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button that undoes an extension, for those who may extend."""
    return UNDO.actions(job, user) if user.has_perm(PERMISSION) else []
