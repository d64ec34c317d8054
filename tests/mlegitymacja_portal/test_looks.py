"""Nothing about a student is looked at unseen: every page of the office, photos, scripts, systems of the university."""

import re
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from mdocs.statuses import Status
from notifications.models import Message
from students.audit_log import record_access
from students.models import Look, Student, User
from students.models.looks import SLOT
from students.roles import ADMINISTRATOR, CLERK
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order
from tests.structure.test_urls import addresses
from tests.students.factories import make_member, make_user
from tests.usos_api.phone import Phone
from usos_api.models import Consumer

pytestmark = pytest.mark.django_db
MINE = "/dla-studentow/moje-dane/odczyty/"
# Pages of the admin that answer 200 and show nobody, whoever is in the database.
SHOWS_NOBODY = {"/admin/", "/admin/search/", "/admin/jsi18n/", "/admin/password_change/"}


@pytest.fixture
def administrator(db: None) -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def boss(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def named(student: Student) -> Student:
    """Return a student with a name that stands nowhere else."""
    student.last_name = "Brzęczyszczykiewicz"
    student.save()
    return student


def office_addresses(student: Student) -> list[str]:
    """Return every address of the admin, with the keys of this student's rows where it takes one."""
    order = make_order(student, Status.READY)
    keys = {
        "students/student": student.pk,
        "students/user": student.user_id,
        "students/studentcard": student.cards.get().pk,
        "students/enrolment": student.enrolments.get().pk,
        "students/photo": student.photo_id,
        "mdocs/order": order.pk,
    }
    found = set()
    for address in addresses(get_resolver()):
        if address.startswith("/admin/"):
            place = "/".join(address.split("/")[2:4])
            key = str(keys.get(place, 1))
            found.add(re.sub(r"/(1|text|0f7f2f04-[0-9a-f-]+)(?=/|$)", f"/{key}", address))
    return sorted(found - {"/admin/logout/"})


def test_no_page_of_the_office_names_a_student_unseen(boss: Client, named: Student) -> None:
    unseen, naming = [], 0
    for address in office_addresses(named):
        Look.objects.all().delete()
        before = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).count()
        answer = boss.get(address)
        if answer.status_code != 200:
            continue
        content = b"".join(answer) if answer.streaming else answer.content
        if named.last_name in content.decode(errors="replace"):
            naming += 1
            logged = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).count() > before
            if not Look.objects.exists() and not logged:
                unseen.append(address)
    assert unseen == []
    assert naming > 12, "the walk finds pages with names"


def test_a_page_of_one_student_names_them(boss: Client, named: Student) -> None:
    card, order = named.cards.get(), make_order(named)
    pages = [
        reverse("admin:students_student_page", args=[named.pk]),
        reverse("admin:students_student_change", args=[named.pk]),
        reverse("admin:students_studentcard_change", args=[card.pk]),
        reverse("admin:students_enrolment_change", args=[named.enrolments.get().pk]),
        reverse("admin:mdocs_order_change", args=[order.pk]),
        reverse("students:photo", args=[named.pk]),
        reverse("students:thumbnail", args=[named.pk]),
        reverse("mdocs_office:student_order", args=[named.pk]),
    ]
    for page in pages:
        Look.objects.all().delete()
        assert boss.get(page).status_code == 200, page
        assert [look.student for look in Look.objects.all()] == [named], page


def test_a_list_is_one_look_with_its_filter_and_length(
    boss: Client, named: Student, other_student: Student
) -> None:
    boss.get("/admin/students/student/?o=1&q=Brzęczyszczykiewicz")
    look = Look.objects.get()
    assert (look.student, look.rows, look.what) == (None, 1, Look.What.LIST)
    assert look.filter == "q=Brz%C4%99czyszczykiewicz"
    boss.get("/admin/students/student/?q=Brzęczyszczykiewicz&p=2")
    assert Look.objects.count() == 1, "the same list within ten minutes"


def test_an_export_is_logged_with_its_filter(boss: Client, named: Student) -> None:
    sent = {"action": "export_csv", "_selected_action": named.pk, "select_across": "1"}
    b"".join(boss.post("/admin/students/student/?q=Brz", sent))
    entry = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).latest("pk")
    assert entry.additional_data == {"exported": 1, "format": "csv", "filter": "q=Brz"}


def test_looking_again_is_the_same_look_for_ten_minutes(
    boss: Client, named: Student, time_machine: Any
) -> None:
    page = reverse("admin:students_student_page", args=[named.pk])
    start = timezone.now().timestamp() // SLOT * SLOT + 1
    for seconds, looks in ((0, 1), (SLOT - 5, 1), (SLOT + 5, 2)):
        time_machine.move_to(start + seconds)
        boss.get(page)
        assert Look.objects.count() == looks


def test_a_look_costs_two_queries_at_most_and_a_students_own_page_none(
    boss: Client, named: Student, student_client: Client
) -> None:
    photo = reverse("students:photo", args=[named.pk])
    boss.get(photo)
    Look.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        boss.get(photo)
    assert len([query for query in queries if "look" in query["sql"] or "EXISTS" in query["sql"]]) <= 2
    Look.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert student_client.get(photo).status_code == 200
        student_client.get("/dla-studentow/moje-studia/mlegitymacja/")
    assert not [query for query in queries if "students_look" in query["sql"]]
    assert not Look.objects.exists()


def test_scripts_of_staff_are_seen(named: Student, administrator: User) -> None:
    script, order = Caller(make_token(administrator)), make_order(named)
    calls = {
        f"students/{named.pk}": named,
        f"orders/{order.pk}": named,
        "students?q=Brz": None,
        "orders": None,
        "cards": None,
    }
    for address, about in calls.items():
        Look.objects.all().delete()
        assert script.get(address).status_code == 200, address
        look = Look.objects.get()
        assert (look.student, look.actor) == (about, administrator), address
    assert script.post("students/search", {"pesel": named.pesel}).status_code == 200
    assert Look.objects.filter(shown="student_search", rows=1).exists()
    assert str(named.pesel) not in str(list(Look.objects.values()))


def test_systems_of_the_university_are_seen(named: Student) -> None:
    gate = Consumer.objects.create(name="Bramki biblioteki", email="a@example.edu", is_administrative=True)
    phone = Phone(gate.key, gate.secret)
    phone.call("services/cards/card", barcode_number=named.cards.get().barcode_number)
    phone.call("services/cards/check_orders_status", user_id=str(named.user_id))
    assert [(look.student, look.program, look.shown) for look in Look.objects.order_by("pk")] == [
        (named, "Bramki biblioteki", "services/cards/card"),
        (named, "Bramki biblioteki", "services/cards/check_orders_status"),
    ]


@pytest.mark.parametrize(
    ("shown_as", "says"), [("role", CLERK), ("name", "Dorota Dziekańska"), ("staff", "pracownik uczelni")]
)
def test_a_student_reads_who_looked_and_changed(
    student_client: Client, student: Student, other_student: Student, settings: Any, shown_as: str, says: str
) -> None:
    settings.LOOKS_SHOWN_AS = shown_as
    programme = student.enrolments.select_related("programme__faculty").get().programme
    clerk = make_member(CLERK, programme.faculty)
    User.objects.filter(pk=clerk.pk).update(first_name="Dorota", last_name="Dziekańska")
    office = Client()
    office.force_login(clerk)
    office.get(reverse("admin:students_student_page", args=[student.pk]))
    record_access(other_student, "pesel")
    page = student_client.get(MINE).content.decode()
    assert says in page
    assert "strona studenta" in page
    for other in {CLERK, "Dorota Dziekańska"} - {says}:
        assert other not in page.split("<main")[-1]
    assert "cały PESEL" not in page, "somebody else's"


def test_a_student_reads_of_a_look_at_the_pesel(student_client: Client, student: Student) -> None:
    record_access(student, "pesel")
    assert "cały PESEL" in student_client.get(MINE).content.decode()


def test_whoever_is_no_student_has_nothing_there(client: Client) -> None:
    client.force_login(make_user())
    assert "Nikt inny" in client.get(MINE).content.decode()


def test_the_officer_finds_looks_by_student_account_and_system(
    boss: Client, named: Student, administrator: User
) -> None:
    Look.objects.create(actor=administrator, slot=1, student=named, what="page", shown="x")
    Look.objects.create(program="Bramki", slot=2, what="api", shown="y")
    for term, found in (
        (named.last_name, 1),
        (named.album_number, 1),
        (administrator.username, 1),
        ("bramki", 1),
    ):
        answer = boss.get("/admin/students/look/", {"q": str(term)})
        assert answer.context["cl"].result_count == found, term


def test_a_clerk_does_not_read_who_looked(named: Student) -> None:
    office = Client()
    office.force_login(make_member(CLERK))
    assert office.get("/admin/students/look/").status_code == 403


def test_looks_of_messages_are_seen(boss: Client, named: Student) -> None:
    assert Message.objects.count() == 0
    boss.get("/admin/notifications/message/")
    assert Look.objects.get().shown == "notifications_message_changelist"
