"""Costs of the dean's office's pages at the size of a large university."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus

from django.utils import timezone

from mdocs.models import Order
from mdocs.office.dashboard import days, kept
from mdocs.statuses import Status
from script.lib.console import say
from script.lib.costs import browsers, cpu, people
from script.lib.costs.browsers import Browser
from script.lib.costs.rows import Row
from students.half_years import half_year_end
from students.models import Enrolment, Student, StudentCard, User

STRIDE = 10_000_000  # between the keys of a row and of its copies
YEARS = 3  # in each of which every student had an order
PAGES = {
    "dashboard": "/admin/",
    "students": "/admin/students/student/",
    "students named kowal": "/admin/students/student/?q=kowal",
    "students named ann kow": "/admin/students/student/?q=ann+kow",
    "orders": "/admin/mdocs/order/?o=",
    "orders of students named kowal": "/admin/mdocs/order/?q=kowal",
    "orders that failed": "/admin/mdocs/order/?status__exact=rejected",
    "cards": "/admin/students/studentcard/",
    "cards of students named kowal": "/admin/students/studentcard/?q=kowal",
}


def lists(students: int, rounds: int) -> Iterator[Row]:
    """Pages and searches among so many students, or (0) those that there are, as milliseconds of PostgreSQL."""
    if students:
        grow(students, YEARS)
    days.recount(timezone.now())
    kept.recount(timezone.now())
    staff, _ = User.objects.get_or_create(username="bench-office", is_superuser=True, is_staff=True)
    browser = Browser(browsers.portal(), browsers.cookies_of(staff.pk))
    say(f"  {Student.objects.count()} students and {Order.objects.count()} orders")
    for name, address in PAGES.items():
        assert browser.get(address).status == HTTPStatus.OK, address  # noqa: S101 -- else the figure means nothing
        (cost,) = cpu.side_by_side([partial(browser.get, address)], rounds, 1)
        yield Row(
            f"office: {name}",
            cost.postgres,
            None,
            "ms of PostgreSQL",
            clock=cost.clock,
            goal=30,
        )


def grow(students: int, years: int, spare: int = 0) -> None:
    """Copy the students that there are until there are so many, with cards, studies and `years` past orders.

    The last `spare` of those who are copied have no order themselves.
    """
    _past_orders(years, spare)
    copies = max(students // Student.objects.count() - 1, 1)
    key, theirs = f"id + {STRIDE} * k", f"student_id + {STRIDE} * k"
    people.multiply(User, copies, id=key, username="username || '-' || k")
    people.multiply(
        Student,
        copies,
        id=key,
        user_id=f"user_id + {STRIDE} * k",
        album_number="k || '0' || album_number",
        pesel="NULL",
        pesel_index="NULL",
        photo_id="NULL",
    )
    people.multiply(Enrolment, copies, id=key, student_id=theirs)
    numbers = ("barcode_number", "contact_chip_uid", "contactless_chip_uid")
    cards = {number: f"k || '0' || {number}" for number in numbers}
    people.multiply(StudentCard, copies, id=key, student_id=theirs, **cards)
    people.multiply(
        Order,
        copies,
        id="gen_random_uuid()",
        student_id=theirs,
        mdokumenty_id="mdokumenty_id || '-' || k",
        photo_id="NULL",
    )
    people.analyse(User, Student, Enrolment, StudentCard, Order)


def _past_orders(years: int, spare: int) -> None:
    """Let each student have had an order in each of the last years, and each third has an mLegitymacja on a phone."""
    now, keys = timezone.now(), list(Student.objects.order_by("pk").values_list("pk", flat=True))
    keys = keys[: len(keys) - spare]
    live = set(Order.objects.live().values_list("student", flat=True))
    lately = now - timedelta(days=40)
    Order.objects.bulk_create(
        Order(
            student_id=key,
            status=Status.COLLECTED,
            created_at=lately,
            ready_at=lately,
            status_changed_at=lately,
            valid_until=half_year_end(timezone.localdate(now)),
            album_number="1",
            mdokumenty_id=f"bench-{key}-live",
            next_attempt_at=now + timedelta(days=1),
        )
        for key in keys
        if key % 3 == 0 and key not in live
    )
    Order.objects.bulk_create(
        [
            Order(
                student_id=key,
                status=Status.REJECTED if key % 50 == 0 else Status.LAPSED,
                created_at=moment,
                ready_at=moment,
                status_changed_at=moment,
                valid_until=moment.date(),
                album_number="1",
                mdokumenty_id=f"bench-{key}-{year}",
            )
            for key in keys
            for year in range(years)
            for moment in [now - timedelta(days=365 * year + 30 + key % 300)]
        ],
        batch_size=5_000,
    )
