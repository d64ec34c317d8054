"""Demo cast (docs/reference/design.md, The demo cast): a person for each situation, with studies, cards, photos."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from students.cards import issue_card
from students.demo_catalogue import ensure_catalogue
from students.half_years import half_year_end, previous_half_year_end
from students.models import Enrolment, EnrolmentStatus, Faculty, Level, Programme, Student, User
from students.pesel import compose_pesel
from students.photos import set_photo
from students.portraits import draw_portrait
from students.roles import CLERK

PASSWORD = "demo"  # noqa: S105  # published in the README; a production start refuses demo data


@dataclass(frozen=True)
class _Person:
    username: str
    first_names: str
    last_name: str
    sex: str
    birth_date: date
    album_number: str
    serial: int  # among the PESELs of that day; Anna's makes the one of the contract's example
    level: Level = Level.FIRST_CYCLE
    has_pesel: bool = True
    has_photo: bool = True
    has_card: bool = True
    card_extended: bool = True
    surname_on_card: str | None = None
    struck_off: bool = False


_CAST = (
    _Person("anna", "Anna Maria", "Nowak", "F", date(2002, 7, 8), "123456", 181, Level.SECOND_CYCLE),
    _Person("bartek", "Bartosz", "Wiśniewski", "M", date(2005, 2, 17), "123457", 512, has_card=False),
    _Person("celina", "Celina", "Wójcik", "F", date(2004, 11, 3), "123458", 233, card_extended=False),
    _Person(
        "dawid",
        "Dawid Jan",
        "Lewandowski",
        "M",
        date(1997, 4, 22),
        "123459",
        874,
        Level.DOCTORAL,
        has_card=False,
    ),
    _Person(
        "ewa",
        "Ewa",
        "Zielińska-Kamińska",
        "F",
        date(2001, 9, 30),
        "123460",
        1027,
        Level.UNIFORM_MASTERS,
        surname_on_card="Zielińska",
    ),
    _Person("filip", "Filip", "Horváth", "M", date(2004, 6, 12), "123461", 0, has_pesel=False),
    _Person("gosia", "Małgorzata", "Mazur", "F", date(2005, 12, 24), "123462", 640, has_photo=False),
    _Person("hania", "Hanna Zofia", "Dąbrowska", "F", date(2003, 3, 5), "123463", 318, Level.UNIFORM_MASTERS),
    _Person("igor", "Igor", "Kaczmarek", "M", date(2002, 10, 19), "123464", 751, Level.SECOND_CYCLE),
    _Person("jan", "Jan Paweł", "Szymański", "M", date(2004, 1, 28), "123465", 429, struck_off=True),
)
USERNAMES = (*(person.username for person in _CAST), "dziekanat", "admin")


def create_cast(today: date | None = None) -> None:
    """Create the missing accounts of the cast, each with the password "demo".

    Dates are relative to `today` (by default the current day). Existing accounts are left as they are. Raises
    ImproperlyConfigured unless DEMO_DATA is on, because one of the accounts is a superuser with a known password.
    """
    if not settings.DEMO_DATA:
        raise ImproperlyConfigured("The demo cast exists only where DEMO_DATA is on")
    today = today or timezone.localdate()
    programmes = ensure_catalogue()
    password = make_password(PASSWORD)
    existing = set(User.objects.values_list("username", flat=True).filter(username__in=USERNAMES))
    for person in _CAST:
        if person.username not in existing:
            _create_person(person, programmes[person.level], password, today)
    if "dziekanat" not in existing:
        _create_clerk(password)
    if "admin" not in existing:
        User.objects.create(
            username="admin",
            password=password,
            first_name="Adrianna",
            last_name="Administrator",
            email="admin@example.edu.pl",
            is_staff=True,
            is_superuser=True,
        )


@transaction.atomic
def _create_clerk(password: str) -> None:
    clerk = User.objects.create(
        username="dziekanat",
        password=password,
        first_name="Dorota",
        last_name="Dziekańska",
        email="dziekanat@example.edu.pl",
        is_staff=True,
    )
    clerk.groups.add(Group.objects.get(name=CLERK))
    clerk.faculties.set(Faculty.objects.all())


@transaction.atomic
def _create_person(person: _Person, programmes: list[Programme], password: str, today: date) -> None:
    user = User.objects.create(
        username=person.username,
        password=password,
        first_name=person.first_names,
        last_name=person.last_name,
        email=f"{person.username}@student.example.edu.pl",
    )
    student = Student(
        user=user,
        first_names=person.first_names,
        last_name=person.surname_on_card or person.last_name,
        pesel=compose_pesel(person.birth_date, person.sex, person.serial) if person.has_pesel else None,
        album_number=person.album_number,
        birth_date=person.birth_date,
        sex=person.sex,
    )
    student.full_clean()
    student.save()
    started_on = _start_of_studies(today)
    programme = Random(person.username).choice(programmes)  # noqa: S311  # which one is no secret
    Enrolment.objects.create(
        student=student,
        programme=programme,
        status=EnrolmentStatus.STRUCK_OFF if person.struck_off else EnrolmentStatus.ACTIVE,
        started_on=started_on,
        ended_on=today - timedelta(days=14) if person.struck_off else date(started_on.year + 3, 9, 30),
    )
    if person.has_card:
        _issue_card(person, student, started_on, today)
    if person.surname_on_card:
        student.last_name = person.last_name
        student.save(update_fields=["last_name"])
    if person.has_photo:
        set_photo(student, draw_portrait(person.username, person.sex), by=None)


def _issue_card(person: _Person, student: Student, issued_on: date, today: date) -> None:
    issue_card(
        student,
        barcode_number=f"90{person.album_number}01",
        contact_chip_uid=f"3B{person.album_number}C0",
        contactless_chip_uid=f"04{person.album_number}A1",
        issued_on=issued_on,
        valid_until=half_year_end(today) if person.card_extended else previous_half_year_end(today),
    )


def _start_of_studies(today: date) -> date:
    """Return the 1 October that begins the previous academic year."""
    return date(today.year - (1 if today.month >= 10 else 2), 10, 1)
