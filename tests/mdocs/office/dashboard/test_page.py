"""The front page shows each figure as a chart and as a table, to whom it may, and what could not be counted as such."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import Breaker
from mdocs.office.dashboard import kept, page
from mdocs.office.dashboard.panels import Panel
from mdocs.office.dashboard.tiles import Tile
from mdocs.statuses import Status
from students.models import Student, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import Document
from tests.students.factories import make_clerk, make_eligible_student, make_member, make_user

pytestmark = pytest.mark.django_db

FRONT = "/admin/"


def front_page(client: Client, user: User) -> str:
    """Return the front page as a user sees it."""
    client.force_login(user)
    response = client.get(FRONT)
    assert response.status_code == 200
    return str(response.content.decode())


def panel(user: User, key: str) -> Panel:
    """Return one of the charts."""
    return next(found for found in page.build(user, timezone.now()).panels if found.key == key)


def tile(user: User, name: str) -> Tile:
    """Return one of the figures."""
    shown = page.build(user, timezone.now())
    return next(found for found in (*shown.counters, *shown.tiles) if found.name == name)


def svg(html: str, key: str) -> str:
    """Return the picture in one of the panels."""
    found = re.search(rf'id="dashboard-{key}" .*?(<svg class="dashboard-chart".*?)<p class', html, re.DOTALL)
    assert found
    return found[1]


def test_orders_are_a_bar_for_each_day_and_a_row_in_the_table(
    client: Client, clerk: User, student: Student
) -> None:
    now = timezone.now()
    for back, orders in ((0, 1), (3, 4), (29, 2), (30, 5)):
        for _ in range(orders):
            make_order(student, Status.CANCELLED, created_at=now - timedelta(days=back))
    picture = svg(front_page(client, clerk), "ordered")
    assert picture.count('<rect class="count"') == 30
    assert 'role="img"' in picture
    assert all(f"<{part} id=" in picture for part in ("title", "desc"))
    shown = panel(clerk, "ordered")
    assert shown.columns
    assert [": ".join(row) for row in reversed(shown.rows)] == [c.hint for c in shown.columns.columns]
    heights = [round(column.height / 136 * 4) for column in shown.columns.columns]
    assert heights == [int(row[1]) for row in reversed(shown.rows)]
    assert heights == [2, *[0] * 25, 4, 0, 0, 1]
    assert "razem 7" in shown.explanation


def test_waits_are_a_bar_for_each_day_on_which_codes_came(
    client: Client, clerk: User, student: Student
) -> None:
    now = timezone.now()
    for back, wait in ((0, 4), (0, 4), (2, 600)):
        ready_at = now - timedelta(days=back)
        placed = ready_at - timedelta(seconds=wait)
        make_order(student, Status.LAPSED, created_at=placed, ready_at=ready_at)
    picture = svg(front_page(client, clerk), "waited")
    assert picture.count('<rect class="wait"') == picture.count('<rect class="median"') == 2
    shown = panel(clerk, "waited")
    assert len(shown.rows) == 30
    assert [list(row[1:]) for row in shown.rows[:3]] == [
        ["2", "4 s", "4 s"],
        ["0", "–", "–"],
        ["1", "10 min", "10 min"],
    ]
    assert tile(clerk, "Oczekiwanie na kody dziś").figure == "4 s"


def test_every_state_has_its_bar_and_its_row(client: Client, clerk: User) -> None:
    for status in Status:
        make_order(make_eligible_student(), status)
    make_order(make_eligible_student(), Status.COLLECTED)
    picture = svg(front_page(client, clerk), "states")
    shown = panel(clerk, "states")
    assert {row[0]: row[1] for row in shown.rows} == {
        str(status.label): "2" if status == Status.COLLECTED else "1" for status in Status
    }
    for row in shown.rows:
        assert f">{row[0]}</text>" in picture
    assert picture.count('class="bar') == len(Status)
    assert "12" in shown.explanation


def test_the_backlog_is_told_with_the_age_of_its_oldest(clerk: User) -> None:
    now = timezone.now()
    for hours in (1, 5):
        make_order(make_eligible_student(), Status.WAITING, created_at=now - timedelta(hours=hours))
    make_order(make_eligible_student(), Status.PROCESSING, created_at=now - timedelta(hours=30))
    waiting, making = tile(clerk, "Czekają na wysłanie"), tile(clerk, "W trakcie przygotowania")
    assert (waiting.figure, waiting.details, waiting.is_bad) == ("2", ["najstarsze czeka: 5 godz."], False)
    assert (making.figure, making.details, making.is_bad) == (
        "1",
        ["najstarsze czeka: 1 dzień 6 godz."],
        True,
    )


def test_an_open_breaker_is_shown_with_since_when_and_what_it_means(client: Client, clerk: User) -> None:
    now = timezone.localtime()
    since, probe = now - timedelta(days=2), now + timedelta(days=1)
    Breaker.objects.update(
        state=Breaker.State.OPEN, changed_at=since, next_probe_at=probe, engine_seen_at=now
    )
    html = front_page(client, clerk)
    assert "nie odpowiadają" in html
    assert f"{since:%H:%M}" in html
    shown = Document(html).texts("body")[0]
    assert f"od: {since.day} " in shown
    assert "Studenci mogą zamawiać" in shown and "zawiadom administratora portalu" in shown
    overseer = make_clerk("mdocs.view_order", "operations.view_alarm")
    assert any(f"następna próba: {probe.day} " in detail for detail in tile(overseer, "mDokumenty").details)
    assert tile(clerk, "mDokumenty").is_bad
    Breaker.objects.update(state=Breaker.State.CLOSED, next_probe_at=None)
    assert "nie odpowiadają" not in front_page(client, clerk)
    assert not tile(clerk, "mDokumenty").is_bad


# What only who looks after the portal makes something of.
MACHINERY = (
    *("orker", "DNS", "TLS", "HTTP", "(401)", "(403)", "MDOKUMENTY_", "ertyfikat", "nginx", "operations"),
    *("astępna próba", "obchód", "wywoła", "breaker"),
)


@pytest.mark.parametrize(
    ("role", "state"),
    [
        (CLERK, Breaker.State.OPEN),
        (CLERK, Breaker.State.NOT_ACCEPTED),
        (VIEWER, Breaker.State.NOT_ACCEPTED),
    ],
)
def test_no_page_of_a_clerk_has_a_word_of_the_machinery(
    client: Client, student: Student, state: Breaker.State, role: str
) -> None:
    clerk = make_member(role, student.enrolments.get().programme.faculty)
    order = make_order(student, Status.WAITING, created_at=timezone.now() - timedelta(days=2))
    client.force_login(clerk)
    pages = [
        *("/admin/", "/admin/mdocs/order/?needs_attention=no"),
        *(f"/admin/mdocs/order/{order.pk}/change/", f"/admin/students/student/{student.pk}/"),
    ]
    for cause in Breaker.Cause:
        Breaker.objects.update(
            state=state,
            next_probe_at=timezone.now() + timedelta(minutes=1),
            engine_seen_at=None,
            cause=cause,
            cause_detail="HTTP 502, server nginx",
        )
        for address in pages if cause == Breaker.Cause.TLS else pages[:1]:
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, address
            shown = Document(answer.content.decode()).texts("body")[0]
            assert [word for word in MACHINERY if word in shown] == [], address
    html = client.get("/admin/").content.decode()
    assert "/admin/mdocs/breaker/" not in html and "zawiadom" in html
    assert client.get("/admin/mdocs/breaker/").status_code == 403


def test_who_looks_after_the_portal_sees_the_cause() -> None:
    Breaker.objects.update(
        state=Breaker.State.OPEN, next_probe_at=timezone.now(), cause=Breaker.Cause.NAME_NOT_FOUND
    )
    assert tile(make_member(ADMINISTRATOR), "mDokumenty").details[0] == "nie znaleziono adresu serwera (DNS)"


def test_an_empty_portal_says_so_without_charts(client: Client, clerk: User) -> None:
    html = front_page(client, clerk)
    assert "Nikt jeszcze nie złożył zamówienia." in html
    assert "Przez ostatnie 30 dni nikt nie złożył zamówienia." in html
    assert "dashboard-chart" not in html


@pytest.mark.parametrize("broken", ["states", "history", "health", "extensions"])
def test_what_takes_too_long_is_said_to_have_failed_and_the_rest_is_shown(
    client: Client, student: Student, monkeypatch: Any, broken: str
) -> None:
    def slow(*_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    make_order(student, Status.READY, ready_at=timezone.now())
    monkeypatch.setattr(kept if broken == "extensions" else page, broken, slow)
    monkeypatch.setattr(page, "PATIENCE", 100)
    user = make_clerk("mdocs.view_order", "students.view_studentcard")
    html = front_page(client, user)
    assert "ie udało się policzyć" in html
    shown = page.build(user, timezone.now())
    figures = {found.name: found.figure for found in (*shown.counters, *shown.tiles)}
    lost = {name for name, figure in figures.items() if figure == "–"}
    assert (
        lost
        == {
            "states": {"Czekają na wysłanie", "W trakcie przygotowania"},
            "history": {"Oczekiwanie na kody dziś"},
            "health": {"mDokumenty"},
            "extensions": {"Legitymacje do przedłużenia"},
        }[broken]
    )
    assert html.count("dashboard-chart") == (4 if broken == "health" else 2 if broken == "history" else 3)
    assert "Wszystkie dane" in html


def test_more_orders_and_faculties_cost_no_more_queries(client: Client) -> None:
    user = make_clerk("mdocs.view_order", "students.view_studentcard")

    def cost() -> int:
        client.force_login(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(FRONT)
        return sum(query["sql"].startswith("SELECT") for query in queries)

    cost()
    nothing = cost()
    for back in range(12):
        make_order(
            make_eligible_student(),
            list(Status)[back % len(Status)],
            created_at=timezone.now() - timedelta(days=back),
            ready_at=timezone.now(),
        )
    assert cost() == nothing


def test_who_may_not_look_at_orders_or_cards_sees_no_figures_of_them(client: Client) -> None:
    assert "dashboard-figures" not in front_page(client, make_clerk("students.view_student"))
    html = front_page(client, make_clerk("mdocs.view_order"))
    assert "dashboard-figures" in html
    assert "dashboard-extensions" not in html
    client.force_login(make_user())
    assert client.get(FRONT).status_code == 302


@pytest.mark.parametrize("role", [CLERK, VIEWER])
def test_a_clerk_sees_the_cards_of_the_own_faculty_and_is_told_so(
    client: Client, student: Student, other_student: Student, role: str
) -> None:
    own, other = (who.enrolments.get().programme.faculty for who in (student, other_student))
    html = front_page(client, make_member(role, own))
    assert "liczby legitymacji – Twoich wydziałów" in html
    assert own.name in html
    assert other.name not in html


def test_what_ends_with_the_half_year_is_counted_from_the_list_that_the_sweep_has(
    faculty_clerk: User, student: Student
) -> None:
    card = student.cards.get()
    make_order(student, Status.COLLECTED, card_number=card.barcode_number, valid_until=card.valid_until)
    name = next(found.name for found in page.build(faculty_clerk, timezone.now()).counters[1:])
    assert name.startswith("Stracą uprawnienia 1\xa0")
    found = tile(faculty_clerk, name)
    assert (found.figure, found.details[1]) == ("1", "ELS nie została przedłużona: 1")
    student.cards.update(valid_until=card.valid_until + timedelta(days=100))
    assert tile(faculty_clerk, name).figure == "0"


@pytest.fixture
def faculty_clerk() -> User:
    return make_clerk("mdocs.view_order", "mdocs.revoke_order")
