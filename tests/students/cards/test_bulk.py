"""Many cards are extended in the background: batch by batch, within the clerk's faculties, each accounted for."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students import extension_jobs, jobs, signals
from students.cards import end_card
from students.extension_jobs import extend_group, extend_listed
from students.models import CardExtension, EndReason, EnrolmentStatus, Job, Level, StudentCard, User
from students.roles import CLERK
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_card, make_enrolment, make_member, make_programme, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
TODAY, UNTIL = date(2026, 11, 23), date(2027, 3, 31)
BEFORE = date(2026, 10, 31)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extension_jobs, "BATCH", 2)


def finish(job: Job) -> Job:
    jobs.run_due()
    job.refresh_from_db()
    return job


def notes(job: Job) -> dict[str, str]:
    return dict(job.notes.values_list("subject", "outcome"))


def test_a_faculty_is_extended_and_whoever_is_skipped_is_named_with_the_reason(small_batches: None) -> None:
    programme = make_programme()
    clerk = make_member(CLERK, programme.faculty)
    extended = [make_card_in_use(programme, valid_until=BEFORE) for _ in range(5)]
    album = {
        "not_later": make_card_in_use(programme, valid_until=UNTIL).student.album_number,
        "no_card": make_holder(programme).album_number,
    }
    lost = make_card_in_use(programme)
    end_card(lost, EndReason.LOST, by=None)
    struck_off = make_card_in_use(programme, valid_until=BEFORE)
    struck_off.student.enrolments.update(status=EnrolmentStatus.STRUCK_OFF, ended_on=date(2026, 10, 1))
    doctoral = make_programme(Level.DOCTORAL, faculty=programme.faculty)
    of_wrong_level = make_card_in_use(doctoral, valid_until=BEFORE)
    make_holder(doctoral)  # without a card, as it should be: nothing to say
    job = finish(extend_group(programme.faculty, UNTIL, by=clerk))
    assert job.state == Job.State.DONE
    assert job.counts == {"extended": 5, "not_later": 1, "no_card": 2, "not_a_student": 1, "level": 1}
    assert (job.done, job.total) == (10, 10)
    assert notes(job) == {
        album["not_later"]: "not_later",
        album["no_card"]: "no_card",
        lost.student.album_number: "no_card",
        struck_off.student.album_number: "not_a_student",
        of_wrong_level.student.album_number: "level",
    }
    assert set(StudentCard.objects.filter(extensions__isnull=False)) == set(extended)
    assert {it.by for it in CardExtension.objects.all()} == {clerk}


def test_neither_others_nor_those_who_left_long_ago_or_study_elsewhere_now_are_touched() -> None:
    programme, other = make_programme(), make_programme()
    mine = make_card_in_use(programme, valid_until=BEFORE)
    gone: dict[str, Any] = {
        "programme": programme,
        "status": EnrolmentStatus.STRUCK_OFF,
        "ended_on": date(2026, 9, 1),
    }
    elsewhere = make_card_in_use(other, valid_until=BEFORE)
    make_enrolment(elsewhere.student, **gone)
    long_ago = make_holder(programme)
    long_ago.enrolments.update(status=EnrolmentStatus.GRADUATED, ended_on=date(2026, 1, 1))
    make_card(long_ago, issued_on=date(2020, 10, 1), valid_until=date(2024, 10, 31))
    make_card_in_use(other, valid_until=BEFORE)
    job = finish(extend_group(programme, UNTIL, by=make_member(CLERK, programme.faculty)))
    assert job.counts == {"extended": 1}
    assert notes(job) == {}
    assert StudentCard.objects.get(valid_until=UNTIL) == mine


def test_a_list_is_extended_by_card_and_album_numbers(small_batches: None) -> None:
    programme = make_programme()
    by_card, by_album, twice = (make_card_in_use(programme, valid_until=BEFORE) for _ in range(3))
    other = make_card_in_use(valid_until=BEFORE)
    lost = make_card_in_use(programme)
    end_card(lost, EndReason.LOST, by=None)
    numbers = [
        twice.barcode_number,
        str(twice.student.album_number),
        by_card.barcode_number,
        str(by_album.student.album_number),
        "UNKNOWN",
        other.barcode_number,
        lost.barcode_number,
    ]
    job = finish(extend_listed(numbers, UNTIL, by=make_member(CLERK, programme.faculty)))
    assert job.counts == {"extended": 3, "not_later": 1, "unknown": 1, "other_faculty": 1, "ended": 1}
    assert notes(job) == dict(
        zip(numbers[1:2] + numbers[4:], ["not_later", "unknown", "other_faculty", "ended"], strict=True)
    )
    other.refresh_from_db()
    assert other.valid_until == BEFORE
    assert CardExtension.objects.count() == 3


def test_a_batch_is_told_audited_and_stored_at_once(django_capture_on_commit_callbacks: Any) -> None:
    programme = make_programme()
    clerk = make_member(CLERK, programme.faculty)
    heard: list[Any] = []

    def extended(sender: Any, ids: list[int], by: object, **kwargs: Any) -> None:
        heard.append((set(ids), by))

    def cost(count: int) -> int:
        cards = {make_card_in_use(programme, valid_until=BEFORE).pk for _ in range(count)}
        LogEntry.objects.all().delete()
        extend_group(programme, UNTIL, by=clerk)
        with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
            jobs.run_due()
        assert heard.pop() == (cards, clerk)
        assert set(LogEntry.objects.values_list("object_pk", flat=True)) == {str(pk) for pk in cards}
        assert {entry.actor for entry in LogEntry.objects.all()} == {clerk}
        return len(queries)

    signals.cards_extended.connect(extended)
    try:
        cost(1)
        assert cost(1) == cost(6)
    finally:
        signals.cards_extended.disconnect(extended)


def without_permission(clerk: User) -> None:
    clerk.groups.clear()
    clerk.user_permissions.add(Permission.objects.get(codename="view_job"))


def dismissed(clerk: User) -> None:
    clerk.is_active = False
    clerk.save()


@pytest.mark.parametrize("lose", [without_permission, dismissed])
def test_a_clerk_who_may_no_more_extends_no_more(lose: Callable[[User], None]) -> None:
    card = make_card_in_use(valid_until=BEFORE)
    programme = card.student.enrolments.get().programme
    clerk = make_member(CLERK, programme.faculty)
    job = extend_group(programme, UNTIL, by=clerk)
    lose(clerk)
    assert finish(job).state == Job.State.FAILED
    assert "nie ma już prawa" in job.failure
    assert not CardExtension.objects.exists()


def test_a_clerk_who_has_left_the_faculty_extends_nobody_there() -> None:
    card = make_card_in_use(valid_until=BEFORE)
    programme = card.student.enrolments.get().programme
    clerk = make_member(CLERK, programme.faculty)
    group, listed = (
        extend_group(programme, UNTIL, by=clerk),
        extend_listed([card.barcode_number], UNTIL, by=clerk),
    )
    clerk.faculties.clear()
    assert finish(group).counts == {}
    assert finish(listed).counts == {"other_faculty": 1}
    assert not CardExtension.objects.exists()


def test_a_job_resumed_after_its_date_says_so(time_machine: Any) -> None:
    card = make_card_in_use(valid_until=BEFORE)
    job = extend_listed([card.barcode_number], UNTIL, by=make_user(is_staff=True, is_superuser=True))
    time_machine.move_to(date(2027, 4, 1))
    assert finish(job).state == Job.State.FAILED
    assert "już minęła" in job.failure
