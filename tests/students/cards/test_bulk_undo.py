"""An extension of many cards is seen before it starts, and undone as a whole for a day, where nothing has changed."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from students import extension_jobs, jobs
from students.cards import end_card, extend_card, extend_cards, undo_extensions
from students.extension_jobs import extend_group, extend_listed, extend_previewed
from students.extension_undo import UNDO
from students.models import CardExtension, EndReason, Job, Programme, StudentCard, User
from students.roles import CLERK, VIEWER
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_member, make_programme
from tests.students.finishing import finish

pytestmark = pytest.mark.django_db
BEFORE, UNTIL, LATER = date(2027, 2, 28), date(2027, 3, 31), date(2027, 10, 31)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to("2026-11-23 12:00 +00:00", tick=False)
    return time_machine


@pytest.fixture
def programme() -> Programme:
    return make_programme()


@pytest.fixture
def clerk(programme: Programme) -> User:
    return make_member(CLERK, programme.faculty)


@pytest.fixture
def cards(programme: Programme) -> list[StudentCard]:
    return [make_card_in_use(programme, valid_until=BEFORE) for _ in range(5)]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extension_jobs, "BATCH", 2)
    monkeypatch.setitem(vars(UNDO), "batch", 2)


def dates() -> list[date]:
    return list(StudentCard.objects.order_by("pk").values_list("valid_until", flat=True))


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("listed", [False, True])
def test_the_preview_says_what_the_extension_does_and_changes_nothing(
    programme: Programme, clerk: User, cards: list[StudentCard], listed: bool
) -> None:
    without = make_holder(programme)
    extend_card(cards[4], UNTIL, by=None)
    before = dates()
    LogEntry.objects.all().delete()
    numbers = [*(card.barcode_number for card in cards), str(without.album_number), "UNKNOWN"]
    if listed:
        preview = finish(extend_listed(numbers, UNTIL, by=clerk, preview=True))
    else:
        preview = finish(extend_group(programme, UNTIL, by=clerk, preview=True))
    assert (dates(), CardExtension.objects.count(), LogEntry.objects.count()) == (before, 1, 0)
    assert jobs.summary_of(preview) == [
        "Do 31 marca 2027 zostaną przedłużone legitymacje: 4.",
        "Razem z nimi przedłużą się mLegitymacje i otwarte zamówienia: 0.",
        f"Pominięte: {3 if listed else 2}. Kogo i dlaczego, pokazuje lista poniżej.",
    ]
    assert [action.label for action in jobs.actions_of(preview, clerk)] == ["Przedłuż legitymacje: 4"]
    extension = finish(extend_previewed(preview, by=clerk))
    assert extension.counts == preview.counts
    assert extension.counts == {"extended": 4, "not_later": 1, "no_card": 1} | (
        {"unknown": 1} if listed else {}
    )
    said = [job.notes.values_list("subject", "outcome", "detail") for job in (preview, extension)]
    assert list(said[0]) == list(said[1])


def test_a_preview_of_nothing_or_of_a_list_that_is_gone_extends_nobody(
    clerk: User, cards: list[StudentCard]
) -> None:
    nothing = finish(extend_listed(["UNKNOWN"], UNTIL, by=clerk, preview=True))
    gone = finish(extend_listed([cards[0].barcode_number], UNTIL, by=clerk, preview=True))
    Path(gone.file.path).unlink()
    assert jobs.summary_of(nothing)[0].endswith("zostaną przedłużone legitymacje: 0.")
    for preview in (nothing, gone):
        assert not jobs.actions_of(preview, clerk)
        with pytest.raises(jobs.JobFailed, match="Zacznij od nowa"):
            extend_previewed(preview, by=clerk)


def test_a_list_that_was_begun_by_an_older_version_goes_on_where_it_was(
    clerk: User, cards: list[StudentCard]
) -> None:
    numbers = [card.barcode_number for card in cards]
    job = extend_listed(numbers, UNTIL, by=clerk)
    Job.objects.update(cursor=3, done=3, total=5)
    assert finish(job).counts == {"extended": 2}
    assert dates() == [BEFORE] * 3 + [UNTIL] * 2


@pytest.mark.usefixtures("small_batches")
def test_what_has_not_changed_since_is_put_back_and_the_rest_listed(
    programme: Programme, clerk: User, cards: list[StudentCard]
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    extend_card(cards[0], LATER, by=clerk)
    end_card(cards[1], EndReason.LOST, by=clerk)
    LogEntry.objects.all().delete()
    undoing = UNDO.start(job, by=clerk)
    assert UNDO.start(job, by=clerk) == undoing
    assert finish(undoing).counts == {"changed": 2, "undone": 3}
    albums = {str(card.student.album_number) for card in cards[:2]}
    assert set(undoing.notes.values_list("subject", "detail")) == {
        (album, "pominięte: od tego czasu zmienione") for album in albums
    }
    assert dates() == [LATER, UNTIL, BEFORE, BEFORE, BEFORE]
    assert CardExtension.objects.filter(undone_at__isnull=False).count() == 3
    assert {entry.actor for entry in LogEntry.objects.filter(object_pk=str(cards[2].pk))} == {clerk}
    assert not jobs.actions_of(job, clerk)


def test_it_can_be_undone_for_a_day_by_who_may_extend(
    programme: Programme, clerk: User, cards: list[StudentCard], clock: Any
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    clock.move_to("2026-11-24 11:59 +00:00")
    [action] = jobs.actions_of(job, clerk)
    assert action.label == "Cofnij te przedłużenia" and "takich jest teraz: 0" in str(action.help)
    assert not jobs.actions_of(job, make_member(VIEWER))
    clock.move_to(
        datetime(2026, 11, 24, 12, 0, 1, tzinfo=timezone.get_default_timezone()) + timedelta(hours=1)
    )
    assert not jobs.actions_of(job, clerk)
    with pytest.raises(jobs.JobFailed, match="nie można już cofnąć"):
        UNDO.start(job, by=clerk)
    Job.objects.update(state=Job.State.STOPPED)
    jobs.resume(job)
    assert jobs.actions_of(finish(job), clerk), "it has ended anew"


@pytest.mark.usefixtures("small_batches")
def test_an_undo_that_was_stopped_goes_on_where_it_was_after_the_day_as_well(
    programme: Programme, clerk: User, cards: list[StudentCard], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    undoing = UNDO.start(job, by=clerk)
    real = undo_extensions

    def stopped_meanwhile(*args: Any, **options: Any) -> Any:
        jobs.stop(undoing)
        return real(*args, **options)

    monkeypatch.setitem(vars(UNDO), "undo", stopped_meanwhile)
    jobs.run_due()
    monkeypatch.setitem(vars(UNDO), "undo", real)
    undoing.refresh_from_db()
    assert (undoing.state, undoing.done, undoing.total) == (Job.State.STOPPED, 2, 5)
    assert dates().count(BEFORE) == 2
    clock.move_to("2026-11-26 12:00 +00:00")
    assert jobs.resume(undoing)
    assert finish(undoing).counts == {"undone": 5}
    assert set(dates()) == {BEFORE}


@pytest.mark.usefixtures("small_batches")
def test_an_extension_that_was_undone_does_not_go_on(
    programme: Programme, clerk: User, cards: list[StudentCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = extend_group(programme, UNTIL, by=clerk)

    def stopped_meanwhile(*args: Any, **options: Any) -> Any:
        jobs.stop(job)
        return extend_cards(*args, **options)

    with monkeypatch.context() as stopping:
        stopping.setattr(extension_jobs, "extend_cards", stopped_meanwhile)
        jobs.run_due()
    job.refresh_from_db()
    assert (job.state, dates().count(UNTIL)) == (Job.State.STOPPED, 2)
    finish(UNDO.start(job, by=clerk))
    assert jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert job.failure == "To zadanie zostało cofnięte."
    assert set(dates()) == {BEFORE}


def test_an_extension_that_goes_on_again_is_not_undone_by_a_page_that_shows_it_stopped(
    programme: Programme, clerk: User, cards: list[StudentCard]
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    Job.objects.update(state=Job.State.STOPPED)
    job.refresh_from_db()
    assert jobs.resume(Job.objects.get())
    with pytest.raises(jobs.JobFailed, match="nie można już cofnąć"):
        UNDO.start(job, by=clerk)


def test_a_clerk_who_has_left_the_faculty_undoes_nothing_there(
    programme: Programme, clerk: User, cards: list[StudentCard]
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    undoing = UNDO.start(job, by=clerk)
    clerk.faculties.clear()
    assert finish(undoing).counts == {"changed": 5}
    assert set(dates()) == {UNTIL}


def test_nobody_elses_extension_can_be_undone_through_its_address(
    client: Client, programme: Programme, clerk: User, cards: list[StudentCard]
) -> None:
    job = finish(extend_group(programme, UNTIL, by=clerk))
    address = reverse("admin:students_studentcard_undo_extensions", args=[job.pk])
    client.force_login(make_member(CLERK, programme.faculty))
    assert client.post(address).status_code == 404
    client.force_login(make_member(VIEWER))
    assert client.post(address).status_code == 403
    assert set(dates()) == {UNTIL}


def test_more_cards_cost_no_more_queries(programme: Programme, clerk: User) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            make_card_in_use(programme, valid_until=BEFORE)
        job = finish(extend_group(programme, UNTIL, by=clerk))
        UNDO.start(job, by=clerk)
        with CaptureQueriesContext(connection) as queries:
            jobs.run_due()
        StudentCard.objects.update(valid_until=LATER)
        return len(queries)

    cost(1)
    assert cost(2) == cost(6)


def test_a_long_list_is_read_once_not_anew_for_each_batch(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extension_jobs, "BATCH", 10)
    job = extend_listed([f"A{number:05}" for number in range(200)], UNTIL, by=clerk)
    size, read = job.file.size, []

    class Counted(ContentFile):  # type: ignore[type-arg]
        def readline(self, *args: Any) -> Any:
            line = self.file.readline(*args)
            read.append(len(line))
            return line

    content = Path(job.file.path).read_bytes()
    monkeypatch.setattr(extension_jobs, "_listed", lambda job: Counted(content))
    finish(job)
    assert job.counts == {"unknown": 200}
    assert sum(read) == size
