"""Days and moments are written in one style; the manual's is for an order's own facts on its student's page."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Status
from notifications import outbox
from students.cards import extend_card
from students.half_years import half_year_end
from students.models import Student, User
from students.moments import manual_day, manual_moment, write_day, write_moment
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db

DAY, MOMENT = date(2027, 3, 31), datetime(2026, 11, 25, 7, 17, 46, tzinfo=UTC)
# Every other way in which one might write them.
OTHERWISE = re.compile(r"\b\d{4}-\d\d-\d\d|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b|\b[1-9]\d? \w+ 20\d\d \d\d:\d\d")
IN_WORDS = re.compile(r"\b\d{1,2} (\w+) 20\d\d\b")
HISTORY = f"{PAGE}historia/"
STUDENTS_PAGES = ["/", HISTORY, "/dla-studentow/moje-dane/", "/dla-studentow/wiadomosci/"]


@pytest.mark.parametrize(
    ("language", "day", "minute", "second"),
    [
        ("pl", "31 marca 2027", "25 listopada 2026, 08:17", "25 listopada 2026, 08:17:46"),
        ("en", "31 March 2027", "25 November 2026, 08:17", "25 November 2026, 08:17:46"),
    ],
)
def test_the_style_in_both_languages(language: str, day: str, minute: str, second: str) -> None:
    with translation.override(language):
        assert write_day(DAY) == day
        assert write_moment(MOMENT) == minute
        assert write_moment(MOMENT, seconds=True) == second
        assert manual_day(DAY) == "2027-03-31"
        assert manual_moment(MOMENT) == "2026-11-25 08:17:46"


def test_the_hour_that_comes_twice_says_which_it_is() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert write_moment(first) == "25 października 2026, 02:30 czasu letniego"
    assert manual_moment(first.replace(hour=1)) == "2026-10-25 02:30:00 czasu zimowego"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Do 31 marca 2027.", "Do <b>31 marca 2027</b>."),
        ("until 1 May 2027 & on", "until <b>1 May 2027</b> &amp; on"),
        ("od 25 listopada 2026, 08:17, 2 razy", "od <b>25 listopada 2026,</b> 08:17, 2 razy"),
        ("czyli I-go i II-go stopnia", "czyli <b>I-go</b> i <b>II-go</b> stopnia"),
        ("7 z 10 <b>", "7 z 10 &lt;b&gt;"),
        (SafeString("<i>1 maja 2027</i>"), "<i><b>1 maja 2027</b></i>"),
    ],
)
def test_what_belongs_together_stays_on_one_line(text: str, shown: str) -> None:
    written = Template("{% load portal %}{{ text|unbroken }}").render(Context({"text": text}))
    assert written.replace('<span class="unbroken">', "<b>").replace("</span>", "</b>") == shown


@pytest.fixture
def lived(student: Student) -> Order:
    """Return the order of a student whose card was extended, with events, messages and an entry of the audit log."""
    order = orders.place(student, by=student.user)
    orders.cancel(order, by=student.user)
    card = student.cards.get()
    extend_card(card, half_year_end(card.valid_until + timedelta(days=1)), by=make_user(is_staff=True))
    outbox.dispatch_batch(timezone.now())
    return make_order(student, Status.READY)


def visible(page: Document, *, but: Iterable[str] = ()) -> str:
    """Return the text of a page's content; `but` are texts that may be written otherwise."""
    text = page.main
    for each in but:
        text = text.replace(each, "")
    return text


@pytest.mark.parametrize("path", STUDENTS_PAGES)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_students_read_one_style(
    student_client: Client, student: Student, lived: Order, path: str, language: str
) -> None:
    User.objects.filter(pk=student.user.pk).update(language=language)
    student_client.cookies["language"] = language
    text = visible(read(student_client.get(path)))
    assert not OTHERWISE.search(text)
    assert path == "/" or IN_WORDS.search(text)


def test_on_the_students_page_the_orders_facts_are_as_in_the_manual(
    student_client: Client, lived: Order
) -> None:
    page = read(student_client.get(PAGE))
    facts = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert facts["Data zamówienia:"] == manual_moment(lived.created_at)
    assert facts["Termin ważności:"] == manual_day(lived.valid_until)
    manual = {manual_moment(lived.created_at), manual_day(lived.valid_until)}
    text = visible(page, but=manual)
    assert not OTHERWISE.search(text)
    assert IN_WORDS.search(text), "until when the codes work"


ADMIN: dict[str, Callable[[Order], str]] = {
    "orders": lambda order: "/admin/mdocs/order/",
    "an order": lambda order: f"/admin/mdocs/order/{order.pk}/change/",
    "events": lambda order: "/admin/mdocs/orderevent/",
    "students": lambda order: "/admin/students/student/",
    "a student": lambda order: f"/admin/students/student/{order.student_id}/",
    "cards": lambda order: "/admin/students/studentcard/",
    "audit log": lambda order: "/admin/students/auditentry/",
    "jobs": lambda order: "/admin/students/job/",
    "messages": lambda order: "/admin/notifications/message/",
    "who loses theirs": lambda order: "/admin/mdocs/order/entitlement/",
}


@pytest.mark.parametrize("name", ADMIN)
def test_the_office_reads_the_same_style(client: Client, lived: Order, name: str) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    answer = client.get(ADMIN[name](lived), follow=True)
    assert answer.status_code == 200
    shown = re.sub(r"(?s)<(script|style|option)\b.*?</\1>", "", answer.content.decode())
    text = read_text(shown)
    assert not OTHERWISE.search(text), OTHERWISE.search(text)


def read_text(html: str) -> str:
    """Return what stands between the tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())
