"""A message to the students of a list: previewed with a real person's text and the numbers, sent once, by both ways."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.statuses import RevocationReason, Status
from notifications.mailings import mailing_jobs
from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import Mailing, MessageTemplate
from students import jobs
from students.models import AuditEntry, Faculty, Job, Student, User
from students.roles import CLERK, VIEWER
from tests.mdocs.factories import make_order
from tests.mdocs.page import html
from tests.students.admin.pages import ENROLMENTS, STUDENTS, look_of, signed_in
from tests.students.factories import (
    make_card,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
    make_user,
)
from tests.students.finishing import finished

pytestmark = pytest.mark.django_db
ALL = {"index": "0", "select_across": "1", "_selected_action": "all", "action": "send_mailing"}
CARDS, ORDERS = "/admin/students/studentcard/", "/admin/mdocs/order/"


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23 12:00 +00:00", tick=False)


@pytest.fixture
def faculty() -> Faculty:
    faculty = make_programme().faculty
    Faculty.objects.filter(pk=faculty.pk).update(
        name="Wydział Chemii", name_en="Faculty of Chemistry", phone="12 345 67 89"
    )
    return faculty


@pytest.fixture
def clerk(faculty: Faculty) -> User:
    return make_member(CLERK, faculty)


@pytest.fixture
def desk(clerk: User) -> Client:
    return signed_in(clerk)


@pytest.fixture
def template() -> MessageTemplate:
    return MessageTemplate.objects.get(name="Przyjdź przedłużyć legitymację")


def add(faculty: Faculty, *, card: bool = True, **fields: Any) -> Student:
    """Add a student of the faculty, with a card until the end of October unless without."""
    student = make_student(**fields)
    make_enrolment(student, programme=make_programme(faculty=faculty))
    if card:
        make_card(student, valid_until="2026-10-31")
    return student


def preview(desk: Client, template: MessageTemplate, address: str = STUDENTS) -> Job:
    """Ask for the preview of the template's message to a whole list."""
    answer = desk.post(address, {**ALL, "confirmed": "1", "template": template.pk})
    job = finished(mailing_jobs.PREVIEW)
    assert answer["Location"] == job.get_absolute_url()
    return job


def send(desk: Client, job: Job) -> Job:
    """Press the button of a preview."""
    desk.post(f"/admin/notifications/mailing/{job.pk}/send/")
    return finished(mailing_jobs.KIND)


def read(job: Job, desk: Client) -> str:
    return html.read(desk.get(job.get_absolute_url())).texts("body")[0]


def test_the_preview_shows_a_real_persons_text_in_both_languages_and_who_is_not_reached(
    desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    add(faculty, last_name="Bąk", album_number="1001")
    add(faculty, last_name="Cichy", user=make_user(email=""))
    refuses = add(faculty, last_name="Dudek")
    NotificationOptOut.objects.create(
        student=refuses, kind=NotificationType.FROM_OFFICE, channel=Channel.EMAIL
    )
    add(faculty, last_name="Ech", card=False)
    add(faculty, last_name="Hop").cards.update(valid_until="2027-03-31")
    add(faculty, last_name="Fus", user=make_user(is_active=False))
    dead = add(faculty, last_name="Gaj")
    make_order(dead, Status.REVOKED, revocation_reason=RevocationReason.HOLDER_DECEASED)
    add(make_programme().faculty, last_name="Obca")
    job = preview(desk, template)
    assert job.counts == {
        "by_email": 1,
        "no_address": 1,
        "email_not_wanted": 1,
        "no_data": 1,
        "extended_before": 1,
        "no_account": 1,
        "deceased": 1,
    }
    page = read(job, desk)
    assert "Wiadomość dostanie w portalu studentów: 3. Z nich także e-mailem: 1." in page
    assert "Nie dostanie jej: 4." in page
    assert "ważna do 31 października 2026" in page and "przedłużymy ją do 31 marca 2027" in page
    assert "valid until 31 October 2026" in page and "extend it until 31 March 2027" in page
    assert "Wydział Chemii, tel. 12 345 67 89" in page and "Faculty of Chemistry, phone 12 345 67 89" in page
    assert "brak danych do pola: {legitymacja_do}" in page and "Ech Anna Maria" in page
    assert "Obca" not in page
    assert not Message.objects.exists() and not Mailing.objects.exists(), "nothing is sent before the button"


@pytest.mark.parametrize("address", [STUDENTS, ENROLMENTS, CARDS, ORDERS + "?needs_attention=no"])
def test_every_list_sends_and_each_student_gets_it_once(
    desk: Client, faculty: Faculty, template: MessageTemplate, address: str
) -> None:
    student = add(faculty)
    make_enrolment(student, programme=make_programme(faculty=faculty))
    for status in (Status.REVOKED, Status.READY):
        make_order(student, status)
    job = preview(desk, template, address)
    assert job.counts == {"by_email": 1}
    send(desk, job)
    message = Message.objects.get()
    assert (message.student, message.email_state, message.order) == (student, EmailState.WAITING, None)


def test_it_stands_in_the_portal_in_the_readers_language_as_it_was_when_it_was_sent(
    desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    student = add(faculty)
    send(desk, preview(desk, template))
    template.delete()
    student.cards.update(valid_until="2027-03-31")
    reader = signed_in(student.user)
    page = html.read(reader.get("/dla-studentow/wiadomosci/")).main
    assert "Przyjdź przedłużyć legitymację" in page and "31 października 2026" in page
    User.objects.filter(pk=student.user_id).update(language="en")
    reader = signed_in(User.objects.get(pk=student.user_id))
    page = html.read(reader.get("/dla-studentow/wiadomosci/", headers={"accept-language": "en"})).main
    assert "Come and have your student card extended" in page and "31 October 2026" in page


def test_a_second_press_a_second_preview_and_a_resumed_job_send_nothing_twice(
    desk: Client, faculty: Faculty, template: MessageTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing_jobs, "BATCH", 1)
    for name in ("Bąk", "Cichy", "Dudek"):
        add(faculty, last_name=name)
    job = preview(desk, template)
    second = preview(desk, template)
    desk.post(f"/admin/notifications/mailing/{job.pk}/send/")
    sending = Job.objects.get(kind=mailing_jobs.KIND)
    assert jobs.run_due(budget=timedelta(seconds=0)) == 0
    jobs.stop(sending)
    assert jobs.resume(sending)
    desk.post(f"/admin/notifications/mailing/{job.pk}/send/")
    assert finished(mailing_jobs.KIND).counts == {"by_email": 3}
    assert Mailing.objects.count() == 1
    assert send(desk, second).counts == {"already": 3}
    assert Message.objects.count() == 3
    assert preview(desk, template).counts == {"already": 3}
    message = Message.objects.first()
    assert message is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            student=message.student,
            mailing=message.mailing,
            values={},
            kind=message.kind,
            email_state=EmailState.NO_ADDRESS,
        )


def test_the_same_text_may_go_again_after_a_while(
    clerk: User, faculty: Faculty, template: MessageTemplate, time_machine: Any
) -> None:
    add(faculty)
    send(signed_in(clerk), preview(signed_in(clerk), template))
    time_machine.move_to(timezone.now() + timedelta(days=15))
    assert preview(signed_in(clerk), template).counts == {"by_email": 1}


def test_the_audit_log_has_it_as_one_line(
    office: Client, desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    for _each in range(3):
        add(faculty)
    job = preview(desk, template)
    before = AuditEntry.objects.count()
    send(desk, job)
    assert AuditEntry.objects.count() == before + 1
    page = office.get("/admin/students/auditentry/").content.decode()
    assert "wysłano wiadomość studentom z listy" in page and "odbiorców: 3" in page
    assert "Przyjdź przedłużyć legitymację" in page


def test_the_permission_and_the_faculties_are_asked_for_again_when_it_is_sent(
    desk: Client, faculty: Faculty, clerk: User, template: MessageTemplate
) -> None:
    student, moved = add(faculty), add(faculty)
    job = preview(desk, template)
    moved.enrolments.update(programme=make_programme())
    assert send(desk, job).counts == {"by_email": 1, "other_faculty": 1}
    assert list(Message.objects.values_list("student", flat=True)) == [student.pk]
    viewer = signed_in(make_member(VIEWER, faculty))
    assert "send_mailing" not in viewer.get(STUDENTS).content.decode()
    assert viewer.post(f"/admin/notifications/mailing/{job.pk}/send/").status_code == 403
    stranger = signed_in(make_member(CLERK, make_programme().faculty))
    assert stranger.post(f"/admin/notifications/mailing/{job.pk}/send/").status_code == 404
    clerk.groups.clear()
    Job.objects.filter(kind=mailing_jobs.PREVIEW).update(state=Job.State.WAITING, finished_at=None)
    jobs.run_due()
    assert "nie ma już prawa" in Job.objects.get(kind=mailing_jobs.PREVIEW).failure


def test_staff_see_what_was_sent_and_to_how_many(
    desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    student = add(faculty)
    send(desk, preview(desk, template))
    Message.objects.update(read_at=timezone.now())
    page = desk.get("/admin/notifications/mailing/").content.decode()
    assert '<td class="field-messages_sent">1</td>' in page and 'field-messages_read">1<' in page
    assert "Przyjdź przedłużyć legitymację" in desk.get(look_of(student)).content.decode()
    assert "Przyjdź przedłużyć legitymację" in desk.get("/admin/notifications/message/").content.decode()
    stranger = signed_in(make_member(CLERK, make_programme().faculty))
    assert "Przyjdź" not in stranger.get("/admin/notifications/mailing/").content.decode()


def test_a_longer_list_costs_no_more_queries(
    desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    def cost(total: int) -> int:
        while Student.objects.count() < total:
            add(faculty)
        job = preview(desk, template)
        desk.post(f"/admin/notifications/mailing/{job.pk}/send/")
        with CaptureQueriesContext(connection) as queries:
            finished(mailing_jobs.KIND)
        Message.objects.all().delete()
        return len(queries)

    cost(1)
    assert cost(2) == cost(12)


def test_old_ones_are_deleted_with_their_messages(
    desk: Client, faculty: Faculty, template: MessageTemplate
) -> None:
    add(faculty)
    send(desk, preview(desk, template))
    assert Message.objects.delete_old(timezone.now() + timedelta(days=364)) == 0
    assert Mailing.objects.exists()
    assert Message.objects.delete_old(timezone.now() + timedelta(days=366)) == 1
    assert not Mailing.objects.exists()
