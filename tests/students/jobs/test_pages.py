"""A clerk follows a job in the admin, stops it and lets it go on; nobody else's is there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students import jobs
from students.models import Faculty, Job, JobNote, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.mdocs.page.html import Document
from tests.students.factories import make_member
from tests.students.jobs.kinds import count_up

pytestmark = pytest.mark.django_db
LIST = reverse("admin:students_job_changelist")


@pytest.fixture
def clerk(client: Client) -> User:
    clerk = make_member(CLERK, Faculty.objects.create(code="W", name="W", name_en="W"))
    client.force_login(clerk)
    return clerk


@pytest.fixture
def mine(clerk: User, register: Callable[..., None]) -> Job:
    register()
    return jobs.start("test", "Liczenie", by=clerk)


def button(job: Job, name: str) -> str:
    return reverse(f"admin:students_job_{name}", args=[job.pk])


def look(client: Client, job: Job, query: str = "") -> str:
    answer = client.get(job.get_absolute_url() + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_how_far_it_is_and_looks_again_by_itself_until_the_end(
    client: Client, mine: Job
) -> None:
    Job.objects.filter(pk=mine.pk).update(state="running", done=2, total=5)
    html = look(client, mine)
    page = Document(html)
    assert "zrobiono 2 z 5" in page.texts("p", role="status")[0]
    assert page.all("progress", value="2", max="5")
    assert page.all("meta", **{"http-equiv": "refresh"})
    assert not Document(look(client, mine, "?stoi")).all("meta", **{"http-equiv": "refresh"})
    Job.objects.filter(pk=mine.pk).update(done=0, total=None)
    jobs.run_due()
    page = Document(look(client, mine))
    assert not page.all("meta", **{"http-equiv": "refresh"})
    assert not page.all("form", action=button(mine, "stop"))
    assert not page.all("form", action=button(mine, "resume"))


def test_the_page_says_what_came_of_it_and_names_who_was_skipped(client: Client, mine: Job) -> None:
    jobs.run_due()
    page = Document(look(client, mine))
    cells = page.texts("td")
    assert cells[cells.index("nieparzyste") + 1] == "2"
    assert "rzecz 1" in cells
    assert "rzecz 1" not in look(client, mine, "?outcome=even")


def test_a_job_is_stopped_and_resumed_by_buttons(client: Client, mine: Job) -> None:
    assert button(mine, "stop") in look(client, mine)
    assert client.post(button(mine, "stop")).status_code == 302
    mine.refresh_from_db()
    assert mine.state == Job.State.STOPPED
    assert button(mine, "resume") in look(client, mine)
    client.post(button(mine, "resume"))
    mine.refresh_from_db()
    assert mine.state == Job.State.WAITING
    answer = client.post(button(mine, "resume"), follow=True)
    assert "nie można wznowić" in answer.content.decode()


def test_why_it_failed_is_told(client: Client, mine: Job, register: Callable[..., None]) -> None:
    def fail(item: int) -> None:
        raise jobs.JobFailed("Brakuje pliku.")

    register(step=lambda job: count_up(job, fail))
    jobs.run_due()
    html = look(client, mine)
    assert "Brakuje pliku." in html
    assert "nie przepadło" in html
    assert button(mine, "resume") in html


def test_a_job_of_a_kind_that_the_portal_knows_no_more_still_opens(
    client: Client, mine: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.run_due()
    monkeypatch.setattr(jobs, "_types", {})
    assert "rzecz 1" in look(client, mine)


def test_another_clerks_job_is_not_there(client: Client, mine: Job) -> None:
    client.force_login(make_member(CLERK))
    for name in ("stop", "resume"):
        assert client.post(button(mine, name)).status_code == 404
    # The admin leads from a row that is not there to its front page.
    assert client.get(mine.get_absolute_url()).status_code == 302
    assert "Liczenie" not in client.get(LIST).content.decode()
    mine.refresh_from_db()
    assert (mine.state, mine.stop_asked) == (Job.State.WAITING, False)


@pytest.mark.parametrize(("role", "status"), [(ADMINISTRATOR, 302), (VIEWER, 404)])
def test_an_administrator_sees_everybodys_jobs_and_who_may_only_look_sees_none(
    client: Client, mine: Job, role: str, status: int
) -> None:
    client.force_login(make_member(role))
    assert client.post(button(mine, "stop")).status_code == status
    assert client.get(LIST).status_code == (200 if status == 302 else 403)


@pytest.mark.parametrize("name", ["stop", "resume"])
def test_the_buttons_take_posts_of_our_own_pages_only(client: Client, mine: Job, name: str) -> None:
    assert client.get(button(mine, name)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(button(mine, name)).status_code == 403
    mine.refresh_from_db()
    assert mine.state == Job.State.WAITING


def test_nothing_can_be_added_changed_or_deleted(office: Client, mine: Job) -> None:
    assert office.post(reverse("admin:students_job_add")).status_code == 403
    assert office.post(mine.get_absolute_url(), {"title": "x"}).status_code == 403
    assert (
        office.post(reverse("admin:students_job_delete", args=[mine.pk]), {"post": "yes"}).status_code == 403
    )
    assert Job.objects.get().title == "Liczenie"


def test_more_jobs_and_more_notes_cost_no_more_queries(client: Client, clerk: User, mine: Job) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    jobs.run_due()
    addresses = [LIST, mine.get_absolute_url()]
    before = [cost(address) for address in addresses * 2][2:]
    for _ in range(5):
        jobs.start("test", "Inne", by=clerk)
    JobNote.objects.bulk_create([JobNote(job=mine, subject=str(n), outcome="odd") for n in range(250)])
    assert [cost(address) for address in addresses] == before
    assert "strona 3 z 3" in look(client, mine, "?p=3")
