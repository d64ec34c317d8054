"""Who gets what at each address: the table of docs/security.md, asked of the portal row by row.

A cell is the status of GET and of a POST without values. The keys in the addresses are those of a student's own rows.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from mdocs.statuses import Status
from students.models import Job, Student
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.api.caller import make_token
from tests.mdocs.factories import make_order
from tests.structure.test_urls import ADDRESSES
from tests.structure.tree import ROOT
from tests.students.factories import make_eligible_student, make_member, make_programme
from usos_api.models import Consent, Consumer

ROLES = (
    *("anonymous", "student", "other student", "clerk", "clerk elsewhere", "viewer", "administrator"),
    *("student's token", "other's token", "clerk's token"),
)
BROWSERS = ROLES[1:7]
METHODS = ("get", "post")
DOCUMENT = ROOT / "docs" / "security.md"
ORDER_ID = "0f7f2f04-0000-4000-8000-000000000000"


@pytest.fixture
def mallory(db: None) -> Student:
    return make_eligible_student(first_names="Jan", last_name="Kowalski", sex="M")


@pytest.fixture
def keys(student: Student) -> dict[str, object]:
    """Return the key that stands for the example one, by the beginning of the address."""
    order = make_order(student, Status.READY)
    consumer = Consumer.objects.create(name="mUSOS", email="a@example.edu")
    consent = Consent.objects.create(user=student.user, consumer=consumer, scopes=["cards"])
    card, enrolment = student.cards.get(), student.enrolments.select_related("programme__faculty").get()
    clerk = make_member(CLERK, enrolment.programme.faculty)
    job = Job.objects.create(
        kind="import", title="Import", started_by=clerk, state=Job.State.DONE, finished_at=timezone.now()
    )
    return {
        "clerk": clerk,
        "/admin/auth/group/": Group.objects.get(name=CLERK).pk,
        "/admin/mdocs/order/confirm/": 0,  # neither a confirmation nor an extension
        "/admin/students/studentcard/extend-many/": 0,
        "/admin/students/studentcard/end-many/": 0,
        "/admin/notifications/mailing/": 0,
        "/admin/students/savedfilter/": 0,
        "/admin/students/student/": student.pk,
        "/admin/students/studentcard/": card.pk,
        "/admin/students/enrolment/": enrolment.pk,
        "/admin/students/photo/": student.photo_id,
        "/admin/students/user/": student.user_id,
        "/admin/accounts/": student.user_id,
        "/admin/students/job/": job.pk,
        "/admin/students/import/": job.pk,
        "/admin/students/faculty/": enrolment.programme.faculty_id,
        "/admin/students/programme/": enrolment.programme_id,
        "/admin/mdocs/order/student/": student.pk,
        "/admin/mdocs/order/": order.pk,
        "/admin/usos_api/consumer/": consumer.pk,
        "/zdjecia/": student.pk,
        "/dla-studentow/moje-studia/mlegitymacja/zamowienia/": order.pk,
        "/dla-studentow/polaczone-aplikacje/": consent.pk,
        "/api/v1/me/orders/": order.pk,
        "/api/v1/orders/": order.pk,
        "/api/v1/students/": student.pk,
        "/api/v1/cards/": card.pk,
        "/api/v1/jobs/": job.pk,
    }


@pytest.fixture
def clients(student: Student, mallory: Student, keys: dict[str, Any]) -> dict[str, Client]:
    """Return a browser, or a script with a token for everything that its account may, for each role."""
    users = {
        "student": student.user,
        "other student": mallory.user,
        "clerk": keys["clerk"],
        "clerk elsewhere": make_member(CLERK, make_programme().faculty),
        "viewer": make_member(VIEWER, student.enrolments.get().programme.faculty),
        "administrator": make_member(ADMINISTRATOR),
    }
    found = {"anonymous": Client()}
    for role in BROWSERS:
        found[role] = Client()
        found[role].force_login(users[role])
    for role, owner in (
        ("student's token", "student"),
        ("other's token", "other student"),
        ("clerk's token", "clerk"),
    ):
        token = make_token(users[owner], expires_at=timezone.now() + timedelta(days=1))
        found[role] = Client(headers={"Authorization": f"Bearer {token}"})
    for client in found.values():
        client.raise_request_exception = False
    return found


def address_of(example: str, keys: Mapping[str, Any]) -> str:
    """Return an address with the keys of the student's rows in the place of the example ones."""
    for beginning in sorted(keys, key=len, reverse=True):
        if example.startswith(beginning):
            rest = example.removeprefix(beginning)
            return beginning + re.sub(rf"^(1|{ORDER_ID})(?=/|$)", str(keys[beginning]), rest)
    return re.sub(r"/1(?=/|$)", "/0", example)  # a row that there is not


def asked(client: Client, address: str) -> str:
    """Return the statuses of GET and POST; nothing that they change stays, signing out included."""
    statuses, cookies = [], client.cookies.output(header="", sep=";")
    for method in METHODS:
        sent = (
            {"data": "{}", "content_type": "application/json"}
            if "/api/" in address and method == "post"
            else {}
        )
        with transaction.atomic():
            statuses.append(str(getattr(client, method)(address, **sent).status_code))
            transaction.set_rollback(True)
        client.cookies = SimpleCookie(cookies)
    return "/".join(statuses)


def table() -> dict[str, list[str]]:
    """Return the rows of the document: the cells of each address."""
    lines = re.findall(r"^\| `(/\S*)` \| (.*) \|$", DOCUMENT.read_text(), re.MULTILINE)
    return {address: [cell.strip() for cell in cells.split("|")] for address, cells in lines}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert table().keys() == set(ADDRESSES)
    assert f"| Address | {' | '.join(ROLES)} |" in DOCUMENT.read_text()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(
    clients: dict[str, Client], keys: dict[str, Any], role: str
) -> None:
    column, wrong = ROLES.index(role), []
    for example, cells in table().items():
        if cells[column] == "–":  # a token opens the API alone: everywhere else it is nobody's
            continue
        found = asked(clients[role], address_of(example, keys))
        if found != cells[column]:
            wrong.append(f"{example}: {found}, not {cells[column]}")
    assert wrong == []


def test_a_stranger_opens_nothing_of_a_student() -> None:
    """The keys in these addresses are somebody's: nobody else gets more than a refusal."""
    open_to_others = []
    for address, cells in table().items():
        if re.search(rf"/(1|{ORDER_ID})(/|$)", address) and not address.startswith(("/services/", "/haslo/")):
            for role in ("anonymous", "other student", "clerk elsewhere", "other's token"):
                statuses = set(cells[ROLES.index(role)].split("/")) - {"–"}
                if statuses & {"200", "201", "204"}:
                    open_to_others.append((address, role))
    # The catalogue is everybody's of the office, a list of jobs one's own.
    assert open_to_others == []
