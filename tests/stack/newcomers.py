"""Runs inside the portal, in one `script/manage shell`: students who may order, and whatever else has no button."""

import json
import sys
from datetime import date

from django.db import close_old_connections
from django.test import Client

from mdocs import tasks
from mdocs.engine import reconciliation
from mdocs.models import Reconciliation
from mdocs.statuses import Status
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student
from usos_api.models import Consumer
from usos_api.scopes import SCOPES

DONE = "done"
BORN = date(2001, 5, 14)  # on a day that nobody of the demo cast has, so that the PESELs differ


def make(count: int) -> None:
    """Make students and write, a line each, how the test can act as them."""
    for _ in range(count):
        student = make_eligible_student(birth_date=BORN)
        browser = Client()
        browser.force_login(student.user)
        told = {
            "username": student.user.username,
            "album_number": student.album_number,
            "session": browser.cookies["sessionid"].value,
        }
        sys.stdout.write(f"{json.dumps(told)}\n")


def let_in(username: str) -> None:
    """Sign somebody in who has no password, as the university's own sign-in would, and write the session."""
    browser = Client()
    browser.force_login(User.objects.get(username=username))
    sys.stdout.write(f"{json.dumps(browser.cookies['sessionid'].value)}\n")


def compare_past_orders(count: int) -> None:
    """Make orders that are over, and have them compared with mDokumenty: of each it is asked twice."""
    student = make_eligible_student(birth_date=BORN)
    for _ in range(count):
        make_order(student, Status.REVOKED)
    reconciliation.begin(Reconciliation.Cause.COMMAND, afresh=True)
    tasks.reconcile.delay()


def register_app() -> None:
    """Register an application, and write its key and its secret."""
    app = Consumer.objects.create(name="mUSOS", email="authors@example.edu.pl", scopes=sorted(SCOPES))
    sys.stdout.write(f"{json.dumps([app.key, app.secret])}\n")


def tell_pesels() -> None:
    """Write the PESEL of everybody who has one."""
    for student in Student.objects.filter(pesel__isnull=False):
        sys.stdout.write(f"{json.dumps(student.pesel)}\n")


def serve() -> None:
    """Do what each line of standard input asks for, a function of this module and what it is given, and say DONE."""
    for line in sys.stdin:
        close_old_connections()  # PostgreSQL may have died since the last one
        name, *arguments = json.loads(line)
        globals()[name](*arguments)
        sys.stdout.write(f"{DONE}\n")
        sys.stdout.flush()
