"""Background sending of an office's message: first a preview with a real person's text and the numbers, then the rest.

Nobody gets it twice: a batch counts exactly once, a constraint lets a student have a mailing's message once, and the
same text does not go to the same student again for days (`recipients.SAME_TEXT`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.mailings.recipients import (
    EMAIL_STATES,
    LANGUAGES,
    NOT_REACHED,
    REACHED,
    Recipient,
    recipients_of,
)
from notifications.messages.models import EmailState, Message
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import PARTS, Mailing, MessageTemplate
from notifications.office_texts.rendering import render_text
from notifications.push.deliveries import create_deliveries_of
from students import audit_log, jobs
from students.chosen_rows import count_keys, keys_file, read_keys
from students.following_jobs import jobs_of_preview, start_once
from students.job_pages import JobAction, Sample
from students.job_starters import starter_of
from students.models import Job, Student, User
from students.models.jobs import job_storage

PREVIEW, KIND = "mailing_preview", "mailing"
PERMISSION = "notifications.send_mailing"
SENT = "mailing_sent"  # in the audit log
BATCH = 500
_IN_WORDS = {"pl": gettext_lazy("po polsku"), "en": gettext_lazy("po angielsku")}


def preview(students: QuerySet[Student], template: MessageTemplate, *, by: User) -> Job:
    """Start the preview of a message to these students, with the template's text as it is now."""
    title = _("Podgląd wiadomości „%(name)s”") % {"name": template.name}
    keys = students.order_by("last_name", "first_names", "pk").values_list("pk", flat=True)
    return jobs.start(
        PREVIEW,
        title,
        by=by,
        parameters={"template": template.name, **template.parts},
        file=keys_file(keys.iterator(chunk_size=10_000)),
    )


def send_previewed(preview: Job, *, by: User) -> Job:
    """Start sending what a preview has shown; a second call returns the job of the first.

    The audit log has it as one entry. Raises JobFailed where it reaches nobody or the list is gone.
    """

    def start(preview: Job) -> Job:
        if not _can_start(preview):
            raise jobs.JobFailed(_("Tego podglądu nie można już użyć. Zacznij od nowa."))
        name = preview.parameters["template"]
        mailing = Mailing.objects.create(template_name=name, by=by, **_text(preview))
        title = _("Wiadomość „%(name)s”") % {"name": name}
        job = jobs.start(
            KIND,
            title,
            by=by,
            parameters={**preview.parameters, "preview": preview.pk, "mailing": mailing.pk},
        )
        Job.objects.filter(pk=job.pk).update(file=preview.file.name)
        Mailing.objects.filter(pk=mailing.pk).update(job=job)
        detail = _("odbiorców: %(count)d") % {"count": reached(preview)}
        audit_log.record_actions(
            [audit_log.AuditedAction(mailing, called=name, done=SENT, by=by, changes={}, detail=detail)]
        )
        job.refresh_from_db()
        return job

    return start_once(preview, jobs_of_preview(KIND, preview), start)


def reached(job: Job) -> int:
    """Return how many students a job has found that the message reaches."""
    return sum(job.counts.get(outcome, 0) for outcome in REACHED)


def _can_start(preview: Job) -> bool:
    is_done = preview.kind == PREVIEW and preview.state == Job.State.DONE
    return bool(is_done and reached(preview) and preview.file and job_storage().exists(preview.file.name))


def _text(job: Job) -> dict[str, str]:
    return {part: job.parameters[part] for part in PARTS}


def _sender(job: Job) -> User:
    """Return who started the job. Raises JobFailed if they may not send messages any more."""
    return starter_of(
        job,
        PERMISSION,
        _("Osoba, która zleciła zadanie, nie ma już prawa wysyłać wiadomości studentom z listy."),
    )


def _look(job: Job) -> jobs.BatchResult:
    """See whom of the next BATCH the message reaches."""
    keys, cursor = read_keys(job, job.cursor or 0, BATCH)
    return _result(recipients_of(keys, _text(job), _sender(job)), cursor)


def _send(job: Job) -> jobs.BatchResult:
    """Write the messages to the next BATCH; e-mails, and what phones show, are sent by their own workers."""
    keys, cursor = read_keys(job, job.cursor or 0, BATCH)
    mailing = Mailing.objects.get(pk=job.parameters["mailing"])
    found, now = recipients_of(keys, mailing.parts, _sender(job), other_than=mailing), timezone.now()
    messages = [_message(mailing, each, now) for each in found if each.outcome in REACHED]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    students = {message.student_id for message in messages}
    create_deliveries_of(Message.objects.filter(mailing=mailing), students, now)
    return _result(found, cursor)


def _message(mailing: Mailing, recipient: Recipient, now: datetime) -> Message:
    state = EMAIL_STATES[recipient.outcome]
    return Message(
        student_id=recipient.student,
        mailing=mailing,
        values=recipient.values,
        kind=NotificationType.FROM_OFFICE,
        created_at=now,
        email_state=state,
        email_due_at=now if state is EmailState.WAITING else None,
        low_priority=True,
    )


def _result(found: Sequence[Recipient], cursor: int | None) -> jobs.BatchResult:
    """Count what becomes of each; who gets no e-mail, or nothing at all, is listed."""
    counts = Counter(each.outcome for each in found)
    notes = [
        jobs.ItemNote(
            each.album_number or "–",
            each.outcome,
            str(each.why),
            album_number=each.album_number,
            holder=each.holder,
        )
        for each in found
        if EMAIL_STATES.get(each.outcome) is not EmailState.WAITING
    ]
    return jobs.BatchResult(done=len(found), counts=counts, cursor=cursor, notes=notes)


def _summary(job: Job) -> Sequence[str]:
    if job.state != Job.State.DONE:
        return ()
    number, lost = reached(job), sum(job.counts.get(outcome, 0) for outcome in NOT_REACHED)
    by_email = sum(
        job.counts.get(outcome, 0) for outcome, state in EMAIL_STATES.items() if state is EmailState.WAITING
    )
    summary = [
        _("Wiadomość dostanie w portalu studentów: %(number)d. Z nich także e-mailem: %(by_email)d.")
        % {"number": number, "by_email": by_email}
    ]
    if lost:
        summary.append(
            _("Nie dostanie jej: %(count)d. Kto i dlaczego, pokazuje lista poniżej.") % {"count": lost}
        )
    return summary


def _samples(job: Job) -> list[Sample]:
    """Return the message to the first of the list whom it reaches, in both languages."""
    if job.state != Job.State.DONE or job.started_by is None or not reached(job):
        return []
    text = _text(job)
    first = _first_reached(job, text)
    if first is None or first.values is None:
        return []
    return [_sample(first.holder, language, text, first.values[language]) for language in LANGUAGES]


def _first_reached(job: Job, text: Mapping[str, str]) -> Recipient | None:
    cursor: int | None = 0
    while cursor is not None:
        try:
            keys, cursor = read_keys(job, cursor, BATCH)
        except jobs.JobFailed:  # the list is deleted after days
            return None
        for each in recipients_of(keys, text, _sender(job)):
            if each.outcome in REACHED:
                return each
    return None


def _sample(holder: str, language: str, text: Mapping[str, str], values: Mapping[str, str]) -> Sample:
    rendered = render_text(text, language, values)
    heading = format_lazy(_("Tak zobaczy to {who}, {language}"), who=holder, language=_IN_WORDS[language])
    return Sample(heading, language, rendered.subject, rendered.paragraphs)


def _actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button that sends what a preview has shown."""
    if not user.has_perm(PERMISSION) or not _can_start(job) or jobs_of_preview(KIND, job).exists():
        return []
    return [
        JobAction(
            format_lazy(_("Wyślij wiadomość: {count}"), count=reached(job)),
            reverse("admin:notifications_mailing_send", args=[job.pk]),
            _(
                "Jeszcze niczego nie wysłano. Wiadomości nie można potem cofnąć; wysyłkę można zatrzymać i wznowić, "
                "a nikt nie dostanie jej dwa razy."
            ),
        )
    ]


def register() -> None:
    """Register the job types, and templates and sending with the audit log; called once, when the apps are ready."""
    labels = {**REACHED, **NOT_REACHED}
    jobs.register(
        jobs.JobType(PREVIEW, count_keys, _look, labels, actions=_actions, summary=_summary, samples=_samples)
    )
    jobs.register(jobs.JobType(KIND, count_keys, _send, labels))
    auditlog.register(MessageTemplate, include_fields=["name", *PARTS])
    audit_log.register_labels({SENT: gettext_lazy("wysłano wiadomość studentom z listy")})
