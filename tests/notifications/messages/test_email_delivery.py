"""E-mail delivery: each e-mail reaches a real mail server once, whatever fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from mdocs import orders
from mdocs.models import Order, OrderEvent
from mdocs.orders import bulk
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.forms import NotificationSettingsForm
from notifications.messages.models import EmailState, Message
from students.models import Student, User
from tests.notifications.messages.mail_server import MailServer, MessageWorker, states
from tests.students.factories import make_eligible_student, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered(student: Student) -> Order:
    return orders.place(student, by=student.user)


def test_each_is_sent_once_by_two_workers_side_by_side(
    clerk: User, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    students = [make_eligible_student() for _ in range(40)]
    bulk.place([student.pk for student in students], by=clerk)

    def work(_: int) -> None:
        try:
            message_worker.run()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    message_worker.run()
    assert sorted(address for address, _mail in mail_server.taken) == sorted(s.user.email for s in students)
    assert set(states()) == {EmailState.SENT}
    assert not OrderEvent.objects.filter(dispatched_at=None).exists()


def test_what_one_worker_is_taking_another_leaves_alone_and_does_not_wait_for(
    ordered: Order, message_worker: MessageWorker
) -> None:
    def meanwhile(work: Callable[[], int]) -> int:
        def in_another_worker() -> int:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '2s'")  # who waits fails
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as worker:
            return worker.submit(in_another_worker).result()

    def claim() -> int:
        return len(Message.objects.claim_due(message_worker.now, 10, email_delivery.LEASE))

    with transaction.atomic():
        assert outbox.dispatch_batch(message_worker.now) == 1
        assert meanwhile(lambda: outbox.dispatch_batch(message_worker.now)) == 0
    with transaction.atomic():
        assert claim() == 1
        assert meanwhile(claim) == 0


def test_a_batch_goes_over_one_connection(
    clerk: User, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    bulk.place([make_eligible_student().pk for _ in range(5)], by=clerk)
    message_worker.run()
    assert (len(mail_server.taken), mail_server.connections) == (5, 1)


def test_an_event_that_is_dispatched_again_leads_to_no_second_message(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    message_worker.run()
    OrderEvent.objects.update(dispatched_at=None)
    message_worker.run()
    assert (len(mail_server.taken), Message.objects.count()) == (1, 1)


def test_while_the_mail_server_is_down_nothing_is_lost_and_when_it_is_back_each_is_sent_once(
    student: Student, other_student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.stop()
    orders.place(student, by=student.user)
    for _hour in range(12):
        message_worker.run()
        message_worker.later(hours=1)
    orders.place(other_student, by=other_student.user)
    message_worker.run()
    assert states() == [EmailState.WAITING, EmailState.WAITING]
    assert set(Message.objects.values_list("email_failure", flat=True)) == {"unreachable"}
    mail_server.start()
    message_worker.until(lambda: set(states()) == {EmailState.SENT}, within=timedelta(minutes=16))
    assert {address for address, _mail in mail_server.taken} == {student.user.email, other_student.user.email}
    assert len(mail_server.taken) == 2


def test_one_at_which_the_server_hangs_up_comes_after_the_others(
    student: Student, other_student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.answers[student.user.email] = "421 4.3.0 closing"
    for each in (student, other_student):
        orders.place(each, by=each.user)
    message_worker.run()
    assert mail_server.taken == []
    message_worker.later(hours=1)  # both are due by then
    message_worker.run()
    assert [address for address, _mail in mail_server.taken] == [other_student.user.email]


def test_the_portal_has_the_message_however_the_mail_server_is(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.stop()
    message_worker.run()
    assert Message.objects.of_user(ordered.student.user).unread().count() == 1


@pytest.mark.parametrize("address", ["brak", "<>", "a@@b", "żółw@example.edu"])
def test_what_is_no_address_is_seen_by_staff_too(
    student: Student, mail_server: MailServer, message_worker: MessageWorker, address: str
) -> None:
    User.objects.filter(pk=student.user_id).update(email=address)
    orders.place(student, by=student.user)
    message_worker.run()
    assert (states(), mail_server.taken) == ([EmailState.REFUSED], [])


def test_one_that_cannot_be_written_keeps_none_of_the_others(
    ordered: Order, other_student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    OrderEvent.objects.filter(order=ordered).update(reason="extended", detail="no date")
    orders.place(other_student, by=other_student.user)
    message_worker.run()
    assert [address for address, _mail in mail_server.taken] == [other_student.user.email]
    assert states() == [EmailState.WAITING, EmailState.SENT]


def test_an_address_that_is_refused_for_good_is_a_state_that_staff_see_and_stops_nobody_else(
    clerk: User, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    gone, there = make_eligible_student(), make_eligible_student()
    mail_server.answers[gone.user.email] = f"550 5.1.1 <{gone.user.email}>: no such user"
    bulk.place([gone.pk, there.pk], by=clerk)
    message_worker.run()
    message_worker.later(days=2)
    message_worker.run()
    assert [address for address, _mail in mail_server.taken] == [there.user.email]
    refused = Message.objects.get(student=gone)
    assert (refused.email_state, refused.email_due_at) == (EmailState.REFUSED, None)
    assert "@" not in refused.email_failure


@pytest.mark.parametrize(
    "answer",
    ["450 4.2.0 greylisted, come again", "554 5.7.1 relay access denied", "530 authenticate first"],
)
def test_what_is_about_us_or_only_for_now_is_tried_again_at_most_an_hour_later(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker, answer: str
) -> None:
    address = ordered.student.user.email
    mail_server.answers[address] = answer
    for _ in range(30):
        message_worker.run()
        message_worker.later(minutes=61)
    (message,) = Message.objects.all()
    assert message.email_state == EmailState.WAITING
    assert message.email_failures == 30
    mail_server.answers.clear()
    message_worker.run()
    assert [to for to, _mail in mail_server.taken] == [address]


def test_a_text_that_is_refused_for_good_is_not_sent_again(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.answers[""] = "552 5.3.4 too big"
    message_worker.run()
    mail_server.answers.clear()
    message_worker.later(days=1)
    message_worker.run()
    assert (states(), mail_server.taken) == ([EmailState.REFUSED], [])


def test_what_a_dead_worker_held_is_sent_when_its_lease_is_over(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(email_delivery, "compose", die)
    with pytest.raises(SystemExit):
        message_worker.run()
    monkeypatch.undo()
    message_worker.run()
    assert mail_server.taken == []
    message_worker.now += email_delivery.LEASE
    message_worker.run()
    assert len(mail_server.taken) == 1


def test_a_repetition_after_a_death_between_sending_and_recording_can_be_told_by_its_id(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(email_delivery, "_finish", die)
    with pytest.raises(SystemExit):
        message_worker.run()
    monkeypatch.undo()
    message_worker.now += email_delivery.LEASE
    message_worker.run()
    first, second = (mail["Message-ID"] for _address, mail in mail_server.taken)
    assert first == second


def test_a_mail_server_that_breaks_off_in_the_middle_gets_the_rest_later_and_none_twice(
    clerk: User, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    students = [make_eligible_student() for _ in range(4)]
    bulk.place([student.pk for student in students], by=clerk)
    mail_server.answers[students[0].user.email] = "421 4.3.2 shutting down"
    mail_server.answers[students[1].user.email] = "421 4.3.2 shutting down"
    message_worker.run()
    assert len(mail_server.taken) <= 2
    mail_server.answers.clear()
    message_worker.until(lambda: set(states()) == {EmailState.SENT}, within=timedelta(hours=1))
    assert sorted(address for address, _mail in mail_server.taken) == sorted(s.user.email for s in students)


def test_who_does_not_want_a_kind_by_mail_has_it_in_the_portal_only(
    student: Student, other_student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    choice = NotificationSettingsForm({"email": ["codes_ready"]}, student=student, push=False)
    assert choice.is_valid()
    choice.save()
    for each in (student, other_student):
        orders.place(each, by=each.user)
    message_worker.run()
    assert [address for address, _mail in mail_server.taken] == [other_student.user.email]
    assert states() == [EmailState.NOT_WANTED, EmailState.SENT]


def test_who_says_so_while_the_mail_server_is_down_does_not_get_what_was_waiting(
    ordered: Order, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.stop()
    message_worker.run()
    choice = NotificationSettingsForm({}, student=ordered.student, push=False)
    assert choice.is_valid()
    choice.save()
    mail_server.start()
    message_worker.later(hours=1)
    message_worker.run()
    assert (mail_server.taken, states()) == ([], [EmailState.NOT_WANTED])


def test_who_has_no_address_has_messages_in_the_portal_only(
    mail_server: MailServer, message_worker: MessageWorker
) -> None:
    student = make_eligible_student(user=make_user(email=""))
    orders.place(student, by=student.user)
    message_worker.run()
    assert (mail_server.taken, states()) == ([], [EmailState.NO_ADDRESS])


def test_what_somebody_waits_for_is_sent_before_what_was_done_for_many(
    student: Student, clerk: User, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    cohort = [make_eligible_student() for _ in range(3)]
    bulk.place([each.pk for each in cohort], by=clerk)
    orders.place(student, by=student.user)
    mail_server.stop()
    message_worker.run()
    mail_server.start()
    message_worker.later(hours=1)
    waiting = Message.objects.claim_due(message_worker.now, 1, timedelta(minutes=1))
    assert [message.student for message in waiting] == [student]
