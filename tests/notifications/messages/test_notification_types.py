"""Types of message, each brought about by real commands and the sandbox, and sent to a real mail server."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement import expiry, revocation
from mdocs.mdokumenty import Refused, RemoteStatus
from mdocs.models import Order
from mdocs.orders import bulk
from mdocs.statuses import Attention, RevocationReason, Status
from notifications.messages.models import EmailState, Message
from notifications.messages.notification_types import NotificationType
from students.models import Student, User
from students.moments import write_day, write_moment
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox
from tests.notifications.messages.mail_server import MailServer, MessageWorker, body, subject
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mails(mail_server: MailServer, message_worker: MessageWorker) -> Callable[[], list[tuple[str, str]]]:
    """Return a function that runs the worker and returns subject and text of all mails."""

    def read() -> list[tuple[str, str]]:
        message_worker.later(minutes=1)
        message_worker.run()
        return [(subject(mail), body(mail)) for _address, mail in mail_server.taken]

    return read


Mails = Callable[[], list[tuple[str, str]]]


def issued(student: Student, worker: Worker, mails: Callable[[], object]) -> Order:
    """Bring the student's order to its codes, and have that mailed."""
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    mails()
    return fresh(order)


def collected(student: Student, sandbox: Sandbox, worker: Worker, mails: Callable[[], object]) -> Order:
    """Bring the student's mLegitymacja to the phone, the codes having been mailed."""
    order = issued(student, worker, mails)
    sandbox.activate(order.qr_token or "", order.activation_code or "")
    worker.until(lambda: fresh(order).status == Status.COLLECTED)
    return fresh(order)


def test_an_order_and_then_its_codes_are_told_and_the_codes_are_in_neither(
    student: Student, worker: Worker, mails: Mails
) -> None:
    order = issued(student, worker, mails)
    assert [about for about, _text in mails()] == [
        "Przyjęliśmy Twoje zamówienie na mLegitymację",
        "Twoja mLegitymacja jest gotowa do pobrania",
    ]
    everything = str(mails()) + str(list(Message.objects.values()))
    for secret in (order.qr_token, order.activation_code, student.pesel, student.album_number):
        assert secret
        assert secret not in everything
    assert order.codes_expire_at
    assert f"Kody są ważne do {write_moment(order.codes_expire_at)}" in mails()[1][1]


def test_no_mail_holds_a_pesel_or_a_code_in_any_of_its_parts(
    student: Student, sandbox: Sandbox, worker: Worker, mail_server: MailServer, mails: Mails
) -> None:
    order = collected(student, sandbox, worker, mails)
    codes = [(document["qr_token"], document["activation_code"]) for document in sandbox.orders()]
    orders.revoke(order, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    mails()
    assert len(mail_server.taken) == 3
    for _address, mail in mail_server.taken:
        whole = "\n".join([*map(str, mail.values()), body(mail), body(mail, "html")])
        assert not re.search(r"(?<!\d)\d{11}(?!\d)", whole)
        assert [code for pair in codes for code in pair if code in whole] == []


def test_codes_that_were_used_before_the_mail_could_be_sent_are_not_mailed(
    student: Student, sandbox: Sandbox, worker: Worker, mails: Mails
) -> None:
    collected(student, sandbox, worker, lambda: None)
    assert [about for about, _text in mails()] == ["Przyjęliśmy Twoje zamówienie na mLegitymację"]
    assert Message.objects.get(kind=NotificationType.CODES_READY).email_state == EmailState.OUTDATED


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("photo_rejected", "Dostarcz nowe zdjęcie legitymacyjne"),
        ("one_not_known_yet", "Kod odmowy: one_not_known_yet."),
    ],
)
def test_a_refusal_is_told_with_its_reason_and_what_to_do(
    student: Student, mails: Mails, code: str, why: str
) -> None:
    order = orders.place(student, by=student.user)
    make_due(order, timezone.now())
    Worker(ScriptedGateway(submit=Refused(code, "Anna Nowak 02270803624"))).send()
    _received, (about, text) = mails()
    assert about == "Twoje zamówienie zostało odrzucone"
    assert why in text
    assert "Nowak" not in text


def test_an_extension_is_told_when_it_has_come_about(
    student: Student, sandbox: Sandbox, worker: Worker, mails: Mails
) -> None:
    order = collected(student, sandbox, worker, mails)
    until = order.valid_until + timedelta(days=180)
    orders.extend(order, until, by=None, at=worker.now)
    assert len(mails()) == 2
    worker.until(lambda: fresh(order).valid_until == until)
    (about, text) = mails()[-1]
    assert (len(mails()), about) == (3, "Twoja mLegitymacja została przedłużona")
    assert f"Nowy termin ważności to {write_day(until)}." in text


def test_a_later_date_of_an_order_that_was_never_sent_is_no_news(student: Student, mails: Mails) -> None:
    order = orders.place(student, by=student.user)
    orders.extend(order, order.valid_until + timedelta(days=180), by=None)
    assert [about for about, _text in mails()] == ["Przyjęliśmy Twoje zamówienie na mLegitymację"]


def test_who_has_to_order_again_instead_of_an_extension_is_told_so(
    student: Student, sandbox: Sandbox, worker: Worker, mails: Mails
) -> None:
    order = collected(student, sandbox, worker, mails)
    sandbox.behave(processing_seconds=[0, 0], reissue_required=True)
    orders.extend(order, order.valid_until + timedelta(days=180), by=None, at=worker.now)
    worker.until(lambda: fresh(order).reissue_required)
    about, text = mails()[-1]
    assert about == "Tej mLegitymacji nie można przedłużyć"
    assert "Zamów ponownie" in text


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (RevocationReason.CARD_NOT_EXTENDED, "Przynieś ELS do przedłużenia do dziekanatu"),
        (RevocationReason.CARD_INVALIDATED, "została utracona, zwrócona lub unieważniona"),
        (RevocationReason.STUDENT_STATUS_LOST, "nie masz już studiów, które dają prawo"),
        (RevocationReason.HOLDER_DATA_CHANGED, "zmieniły się od czasu zamówienia"),
        (RevocationReason.ISSUED_IN_ERROR, "wydano ją omyłkowo"),
        (RevocationReason.HOLDER_REQUEST, "Powód: Twoja prośba, którą wykonał pracownik uczelni."),
    ],
)
def test_a_revocation_is_told_once_with_its_reason_when_mdokumenty_has_confirmed_it(
    student: Student, sandbox: Sandbox, worker: Worker, clerk: User, mails: Mails, reason: str, why: str
) -> None:
    order = collected(student, sandbox, worker, mails)
    orders.revoke(order, by=clerk, reason=RevocationReason(reason), at=worker.now)
    assert len(mails()) == 2
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    about, text = mails()[-1]
    assert (len(mails()), about) == (3, "Twoja mLegitymacja została unieważniona")
    assert why in text


def test_who_loses_the_right_before_anything_was_sent_is_told_why_the_order_was_cancelled(
    student: Student, mails: Mails
) -> None:
    orders.place(student, by=student.user)
    today = timezone.localdate()
    student.enrolments.update(status="struck_off", ended_on=today)
    revocation.revoke_ineligible(today + timedelta(days=1))
    about, text = mails()[-1]
    assert about == "Twoje zamówienie zostało anulowane"
    assert "nie masz już studiów, które dają prawo do mLegitymacji" in text


def test_what_students_end_by_their_own_click_at_once_is_no_news_to_them(
    student: Student, mails: Mails
) -> None:
    order = orders.place(student, by=student.user)
    orders.cancel(order, by=student.user)
    assert [about for about, _text in mails()] == ["Przyjęliśmy Twoje zamówienie na mLegitymację"]


def test_who_orders_again_hears_of_the_new_order_and_not_of_the_old(
    student: Student, worker: Worker, mails: Mails
) -> None:
    old = issued(student, worker, mails)
    orders.order_again(old, by=student.user, at=worker.now)
    worker.until(lambda: Order.objects.filter(status=Status.READY).exists())
    subjects = [about for about, _text in mails()][2:]
    assert subjects == [
        "Złożyliśmy Twoje nowe zamówienie na mLegitymację",
        "Twoja mLegitymacja jest gotowa do pobrania",
    ]


def test_who_orders_again_and_cannot_any_more_is_told_that_there_is_no_new_order(
    student: Student, worker: Worker, mails: Mails
) -> None:
    old = issued(student, worker, mails)
    orders.order_again(old, by=student.user, at=worker.now)
    Student.objects.filter(pk=student.pk).update(photo=None)
    worker.until(lambda: fresh(old).status == Status.REVOKED)
    later = mails()[2:]
    assert [about for about, _text in later] == ["Twoja mLegitymacja została unieważniona"]
    assert "nie mógł złożyć nowego zamówienia" in later[0][1]


def test_an_order_that_the_university_placed_says_so(student: Student, clerk: User, mails: Mails) -> None:
    bulk.place([student.pk], by=clerk)
    ((about, text),) = mails()
    assert about == "Uczelnia zamówiła dla Ciebie mLegitymację"
    assert "możesz w portalu anulować zamówienie" in text


def test_what_mdokumenty_ends_by_itself_is_told(student: Student, mails: Mails) -> None:
    for status, subject_line, why in (
        (RemoteStatus.REVOKED, "Twoja mLegitymacja została unieważniona", "bez prośby uczelni"),
        (RemoteStatus.EXPIRED, "Kod QR i kod aktywacyjny wygasły", "nie użyto w terminie"),
    ):
        order = make_order(student, Status.READY)
        there = remote(order, status)
        make_due(order, timezone.now())
        Worker(ScriptedGateway(query=answer(there))).poll()
        about, text = mails()[-1]
        assert about == subject_line
        assert why in text


def test_what_staff_write_off_and_what_time_ends_is_told(
    student: Student, other_student: Student, mails: Mails
) -> None:
    lost = make_order(student, Status.COLLECTED, attention=Attention.UNKNOWN_THERE)
    orders.write_off(lost, by=make_user(is_staff=True))
    lapsed = make_order(other_student, Status.COLLECTED, valid_until=date(2020, 3, 31))
    expiry.lapse(lapsed, at=timezone.now())
    texts = dict(mails())
    assert "zamknął je pracownik uczelni" in texts["Twoja mLegitymacja została unieważniona"]
    assert "Minął jej termin ważności" in texts["Twoja mLegitymacja wygasła"]


def test_steps_that_concern_nobody_but_the_portal_are_not_told(student: Student, mails: Mails) -> None:
    order = make_order(student, Status.WAITING, attention=Attention.INTERNAL_ERROR)
    orders.retry(order, by=make_user(is_staff=True))
    assert mails() == []
    assert not Message.objects.exists()
    assert not order.events.filter(dispatched_at=None).exists()


def test_every_type_is_tried_here() -> None:
    assert set(NotificationType) == {
        NotificationType.RECEIVED,
        NotificationType.CODES_READY,
        NotificationType.REFUSED,
        NotificationType.EXTENDED,
        NotificationType.ENDED,
        NotificationType.CODES_EXPIRING,  # test_expiry.py
        NotificationType.ENDS_IN_14_DAYS,  # tests/mdocs/entitlement/test_end_warnings.py
        NotificationType.ENDS_IN_3_DAYS,
        NotificationType.FROM_OFFICE,  # tests/notifications/mailings
        NotificationType.ACCOUNT,  # tests/accounts/test_event_messages.py
    }
