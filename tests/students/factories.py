"""Makers of test data: each makes something valid, and takes what the test is about as keyword arguments."""

import io
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from students.half_years import half_year_end
from students.models import Enrolment, Faculty, Level, Photo, Programme, Student, StudentCard, User
from students.pesel import compose_pesel
from students.scope import EVERY_FACULTY

_numbers = count(1)
PASSWORD = "demo"


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


@cache
def small_jpeg(width: int = 354, height: int = 496, colour: str = "steelblue") -> bytes:
    """Draw a JPEG of one colour; by default the smallest photo that is accepted."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def make_user(username: str | None = None, **fields: Any) -> User:
    """Make an account whose password is PASSWORD."""
    name = username or f"user{next(_numbers)}"
    values = {"email": f"{name}@student.example.edu.pl", "password": _password_hash(), **fields}
    return User.objects.create(username=name, **values)


def make_clerk(*permissions: str, username: str | None = None, faculties: Iterable[Faculty] = ()) -> User:
    """Make a staff account with permissions such as "students.view_student"; of every faculty unless some are given."""
    clerk = make_user(username or f"clerk{next(_numbers)}", is_staff=True)
    clerk.faculties.set(faculties)
    for permission in permissions if faculties else (*permissions, EVERY_FACULTY):
        app, codename = permission.split(".")
        clerk.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return clerk


def make_member(role: str, *faculties: Faculty) -> User:
    """Make a member of staff with a role of `students.roles` and the faculties given."""
    member = make_user(f"staff{next(_numbers)}", is_staff=True)
    member.groups.add(Group.objects.get(name=role))
    member.faculties.set(faculties)
    return member


def make_photo(jpeg: bytes | None = None) -> Photo:
    """Store a photo that is nobody's yet."""
    photo = Photo()
    photo.file.save("", ContentFile(jpeg or small_jpeg()), save=False)
    photo.save()
    return photo


def make_student(**overrides: Any) -> Student:
    """Make a student with an account, a valid PESEL, an album number and a photo; no enrolment, no card.

    `pesel=None`, `album_number=None` and `photo=None` leave those out.
    """
    number = next(_numbers)
    values: dict[str, Any] = {
        "first_names": "Anna Maria",
        "last_name": "Nowak",
        "birth_date": date(2002, 7, 8),
        "sex": "F",
        "album_number": str(500_000 + number),
        **overrides,
    }
    if "pesel" not in values:
        values["pesel"] = compose_pesel(values["birth_date"], values["sex"], number % 5_000)
    if "photo" not in values:
        values["photo"] = make_photo()
    if "user" not in values:
        values["user"] = make_user(f"student{number}", first_name=values["first_names"])
    return Student.objects.create(**values)


def make_programme(level: str = Level.FIRST_CYCLE, **overrides: Any) -> Programme:
    """Make a programme, and its faculty unless one is given."""
    number = next(_numbers)
    if "faculty" not in overrides:
        overrides["faculty"] = Faculty.objects.create(
            code=f"W{number}", name=f"Wydział {number}", name_en=f"Faculty {number}"
        )
    values = {"name": f"kierunek {number}", "name_en": f"programme {number}", **overrides}
    return Programme.objects.create(level=level, **values)


def make_enrolment(student: Student, level: str = Level.FIRST_CYCLE, **overrides: Any) -> Enrolment:
    """Enrol `student`: active, begun a year ago, with no end in sight."""
    values: dict[str, Any] = {"started_on": timezone.localdate() - timedelta(days=365), **overrides}
    if "programme" not in values:
        values["programme"] = make_programme(level)
    return Enrolment.objects.create(student=student, **values)


def make_card(student: Student, **overrides: Any) -> StudentCard:
    """Give `student` a card with the holder's data as they are, valid until the end of this half-year."""
    number, today = next(_numbers), timezone.localdate()
    values: dict[str, Any] = {
        "barcode_number": f"B{number:08}",
        "contact_chip_uid": f"C{number:08}",
        "contactless_chip_uid": f"D{number:08}",
        "issued_on": today - timedelta(days=300),
        "valid_until": half_year_end(today),
        "holder_first_names": student.first_names,
        "holder_last_name": student.last_name,
        "holder_pesel": student.pesel,
        **overrides,
    }
    return StudentCard.objects.create(student=student, **values)


def make_eligible_student(**overrides: Any) -> Student:
    """Make a student who meets every condition of both sets of rules today."""
    student = make_student(**overrides)
    make_enrolment(student)
    make_card(student)
    return student
