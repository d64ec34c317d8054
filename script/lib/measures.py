"""What script/bench measures: each line compares two ways, or two sizes, within one run on one machine."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db.models import Q
from django.test import Client, override_settings
from django.utils import timezone
from py_vapid.utils import b64urlencode

from mdocs import orders
from mdocs.engine import rounds
from mdocs.engine.claims import claim_due
from mdocs.engine.gateway import connection
from mdocs.models import Order
from mdocs.office.dashboard import days
from mdocs.office.dashboard.page import build
from mdocs.querysets import Lane
from mdocs.statuses import Status
from notifications.push import devices
from notifications.push.models import Address, PushDelivery
from notifications.push.worker import PushWorker
from script.lib.console import say
from script.lib.push_service import push_service
from students.models import Student, User
from students.seeding import seed

STUDENTS = 1_500
MESSAGES = 150  # to phones
CROWD = 30_000  # documents on phones, not due, that must not slow down the claim of those that are
HISTORY = 1_000  # orders that are over, and a hundred times as many, over
YEARS = 3  # years, which must not slow down the dashboard


def main() -> None:
    """Print a line for each measurement."""
    say(f"Making {STUDENTS} students")
    for _added in seed(STUDENTS, seed=1, today=timezone.localdate()):
        pass
    say()
    eligibility()
    page()
    questions()
    sending()
    phones()
    claiming()
    dashboard()


def report(what: str, slow: str, fast: str, seconds_slow: float, seconds_fast: float) -> None:
    """Print how many times faster the second way is."""
    ratio = seconds_slow / seconds_fast
    say(
        f"{what}: {fast} is {ratio:.1f} × as fast as {slow} ({seconds_fast * 1e3:.1f} ms, {seconds_slow * 1e3:.1f} ms)"
    )


def median(action: Callable[[], object], times: int = 15) -> float:
    """Return the median of the seconds that an action takes."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def behave(**members: object) -> None:
    """Tell the sandbox how to behave."""
    httpx.put(
        f"{settings.MDOKUMENTY_URL}/sandbox/behaviour", json=members, trust_env=False
    ).raise_for_status()


def eligible(count: int) -> list[Student]:
    """Return students who may order and have not."""
    everyone = Student.objects.with_conditions(timezone.localdate())
    return list(everyone.filter(Q(may_order=True), orders__isnull=True)[:count])


def eligibility() -> None:
    """All conditions of many students: one query, or one for each."""
    today = timezone.localdate()
    everyone = Student.objects.with_conditions(today)
    some = list(Student.objects.values_list("pk", flat=True)[:300])
    together = median(lambda: list(everyone.filter(pk__in=some)), 5)
    one_by_one = median(lambda: [everyone.get(pk=pk) for pk in some], 3)
    report("Conditions of 300 students", "a query for each", "one query", one_by_one, together)


def page() -> None:
    """The student's page: what showing the codes costs beside a page that has none."""
    behave(processing_seconds=[0, 0])
    without, ready = eligible(2)
    order = orders.place(ready, by=None)
    carry_out()
    assert Order.objects.get(pk=order.pk).status == Status.READY  # noqa: S101 -- else the figure means nothing
    plain, codes = (median(partial(get_page, browser_of(student))) for student in (without, ready))
    say(f"The page with codes takes {codes / plain:.2f} × the time of a page without ({codes * 1e3:.1f} ms)")


def browser_of(student: Student) -> Client:
    """Return a browser in which the student is signed in."""
    browser = Client()
    browser.force_login(User.objects.get(pk=student.user_id))
    return browser


def get_page(browser: Client) -> None:
    """Open the student's page."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        answer = browser.get("/dla-studentow/moje-studia/mlegitymacja/")
    assert answer.status_code == 200  # noqa: S101 -- else the figure means nothing


def carry_out() -> None:
    """Work until nothing is due that has not been asked about."""
    while Order.objects.filter(status__in=[Status.WAITING, Status.PROCESSING]).exists():
        Order.objects.filter(status=Status.PROCESSING).update(next_attempt_at=timezone.now())
        for lane in Lane:
            rounds.run_round(lane, connection())


def questions() -> None:
    """A hundred orders: one question for all, or one for each."""
    for student in eligible(100):
        orders.place(student, by=None)
    carry_out()
    known = Order.objects.exclude(mdokumenty_id=None)[:100]
    numbers = [order.mdokumenty_id or "" for order in known]
    wire = connection()
    together = median(lambda: wire.query(numbers), 5)
    one_by_one = median(lambda: [wire.query([number]) for number in numbers], 3)
    report("Asking about 100 orders", "a call for each", "one call", one_by_one, together)


def sending() -> None:
    """The same number of orders over sixteen connections, or over one, when each call takes 50 ms."""
    behave(processing_seconds=[0, 0], latency_seconds=[0.05, 0.05])
    taken = {}
    for connections in (1, 16):
        for student in eligible(48):
            orders.place(student, by=None)
        with override_settings(ENGINE_CONNECTIONS=connections):
            begin = time.perf_counter()
            rounds.run(Lane.SEND, connection())
            taken[connections] = time.perf_counter() - begin
    behave()
    report("Sending 48 orders", "one after the other", "sixteen side by side", taken[1], taken[16])


def phones() -> None:
    """The same number of messages to phones, one after the other or side by side, when each call takes 50 ms."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = b64urlencode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    secret = b64urlencode(os.urandom(16))
    (student,) = Student.objects.all()[:1]
    taken = {}
    with push_service() as origin, override_settings(PUSH_SERVICES=[origin]):
        device = devices.subscribe(student, Address(f"{origin}/a", point, secret), "phone")
        for concurrency in (1, PushWorker.concurrency):
            PushDelivery.objects.bulk_create(PushDelivery(subscription=device) for _ in range(MESSAGES))
            worker = type("Worker", (PushWorker,), {"concurrency": concurrency})()
            begin = time.perf_counter()
            worker.run()
            taken[concurrency] = time.perf_counter() - begin
    side_by_side = taken[PushWorker.concurrency]
    report(
        f"Sending {MESSAGES} messages to phones",
        "one after the other",
        "side by side",
        taken[1],
        side_by_side,
    )


def claiming() -> None:
    """Claiming due orders, alone in the table and among many that are not due."""
    for student in eligible(400):
        orders.place(student, by=None)
    few = median(claim, 8)
    make_crowd()
    many = median(claim, 8)
    say(f"Claiming among {CROWD} more orders takes {many / few:.2f} × the time ({many * 1e3:.1f} ms)")


def claim() -> None:
    """Claim a batch."""
    claim_due(Lane.SEND, timezone.now(), 16, timedelta(minutes=5))


def make_crowd() -> None:
    """Put documents on phones: collected orders of students about whom nothing else is known."""
    now = timezone.now()
    users = User.objects.bulk_create([User(username=f"crowd{n}") for n in range(CROWD)], batch_size=5_000)
    born = timezone.localdate().replace(year=2004, day=1)
    people = [Student(user=user, first_names="A", last_name="B", birth_date=born, sex="F") for user in users]
    Student.objects.bulk_create(people, batch_size=5_000)
    Order.objects.bulk_create(
        [
            Order(
                student=student,
                status=Status.COLLECTED,
                valid_until=timezone.localdate() + timedelta(days=100),
                album_number="1",
                mdokumenty_id=f"crowd-{student.pk}",
                next_attempt_at=now + timedelta(hours=12),
            )
            for student in people
        ],
        batch_size=5_000,
    )


def dashboard() -> None:
    """The dashboard of the dean's office, with a history of orders and with one a hundred times as long."""
    staff = User(is_staff=True, is_superuser=True)
    make_history(HISTORY)
    short = median(lambda: build(staff, timezone.now()))
    make_history(99 * HISTORY)
    long = median(lambda: build(staff, timezone.now()))
    say(
        f"The dashboard with {100 * HISTORY} past orders takes {long / short:.2f} × the time that it takes with "
        f"{HISTORY} ({long * 1e3:.1f} ms)"
    )


def make_history(length: int) -> None:
    """Let orders have been placed, made ready and ended in the last years, and their days be counted."""
    now, student = timezone.now(), Student.objects.all()[0]
    moments = [now - timedelta(days=1 + 365 * YEARS * number / length) for number in range(length)]
    Order.objects.bulk_create(
        [
            Order(
                student=student,
                status=Status.LAPSED,
                created_at=moment,
                ready_at=moment + timedelta(seconds=number % 60),
                status_changed_at=moment + timedelta(minutes=10),
                valid_until=timezone.localdate(moment),
                album_number="1",
            )
            for number, moment in enumerate(moments)
        ],
        batch_size=5_000,
    )
    days.recount(now)


if __name__ == "__main__":
    main()
