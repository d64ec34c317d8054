"""Demo students in any number, to try the portal at the size of a university."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Max
from django.db.models.functions import Cast

from students.demo_catalogue import ensure_catalogue
from students.demo_names import foreign_name, polish_name, polish_surname
from students.encryption import blind_index
from students.half_years import half_year_end, previous_half_year_end
from students.models import (
    CardExtension,
    EndReason,
    Enrolment,
    EnrolmentStatus,
    Level,
    Photo,
    Programme,
    Student,
    StudentCard,
    User,
)
from students.models.photos import random_name
from students.pesel import SERIALS, compose_pesel
from students.portraits import draw_portrait

FIRST_ALBUM_NUMBER = 200_001
_PORTRAITS = 250  # different ones for each sex
_YEARS = {
    Level.FIRST_CYCLE: 3,
    Level.SECOND_CYCLE: 2,
    Level.UNIFORM_MASTERS: 5,
    Level.DOCTORAL: 4,
    Level.POSTGRADUATE: 1,
}
_LEVEL_SHARES = {
    Level.FIRST_CYCLE: 54,
    Level.SECOND_CYCLE: 20,
    Level.UNIFORM_MASTERS: 16,
    Level.DOCTORAL: 3,
    Level.POSTGRADUATE: 7,
}
_STATUS_SHARES = {
    EnrolmentStatus.ACTIVE: 91,
    EnrolmentStatus.LEAVE: 3,
    EnrolmentStatus.STRUCK_OFF: 3,
    EnrolmentStatus.GRADUATED: 3,
}
_AGE_AT_START = {
    Level.FIRST_CYCLE: 19,
    Level.SECOND_CYCLE: 22,
    Level.UNIFORM_MASTERS: 19,
    Level.DOCTORAL: 24,
    Level.POSTGRADUATE: 27,
}
_portrait = lru_cache(maxsize=2 * _PORTRAITS)(draw_portrait)


@dataclass(frozen=True)
class _Sketch:
    """A student before anything is stored."""

    number: int
    sex: str
    first_names: str
    last_name: str
    birth_date: date
    level: Level
    status: EnrolmentStatus
    started_on: date
    pesel: str | None


@dataclass(frozen=True)
class _University:
    random: Random
    today: date
    programmes: dict[Level, list[Programme]]


def seed(count: int, *, seed: int, today: date, batch: int = 1_000) -> Iterator[int]:
    """Add `count` students with all their rows; yield the total after each committed batch.

    Album numbers continue from the highest one, so a second run adds others even with the same seed.
    """
    number = _next_album_number()
    random = Random(f"{seed}:{number}")  # noqa: S311  # makes demo data, no secrets
    university = _University(random, today, ensure_catalogue())
    for first in range(number, number + count, batch):
        numbers = range(first, min(first + batch, number + count))
        _store(_sketches(university, numbers), university)
        yield len(numbers)


def _next_album_number() -> int:
    numeric = Student.objects.filter(album_number__regex=r"^[0-9]{1,9}$")
    highest = numeric.aggregate(highest=Max(Cast("album_number", models.BigIntegerField())))["highest"] or 0
    return max(int(highest) + 1, FIRST_ALBUM_NUMBER)


def _sketches(university: _University, numbers: range) -> list[_Sketch]:
    random = university.random
    drafts = []
    for number in numbers:
        sex = "F" if random.random() < 0.58 else "M"
        abroad = random.random() < 0.08
        first_names, last_name = (foreign_name if abroad else polish_name)(random, sex)
        level = random.choices(list(_LEVEL_SHARES), list(_LEVEL_SHARES.values()))[0]
        status = random.choices(list(_STATUS_SHARES), list(_STATUS_SHARES.values()))[0]
        years = _YEARS[level]
        ago = years if status == EnrolmentStatus.GRADUATED else random.randrange(years)
        started_on = _academic_year(university.today, ago)
        age = _AGE_AT_START[level] + min(int(random.expovariate(0.8)), 20)
        birth_date = date(started_on.year - age, 1, 1) + timedelta(days=random.randrange(365))
        has_pesel = not abroad or random.random() < 0.5
        drafts.append((number, sex, first_names, last_name, birth_date, level, status, started_on, has_pesel))
    pesels = _free_pesels(random, {draft[0]: (draft[4], draft[1]) for draft in drafts if draft[8]})
    return [_Sketch(*draft[:8], pesels.get(draft[0])) for draft in drafts]


def _free_pesels(random: Random, wanted: dict[int, tuple[date, str]]) -> dict[int, str]:
    """Return an unused PESEL for each birth date and sex."""
    chosen: dict[int, str] = {}
    while missing := [number for number in wanted if number not in chosen]:
        taken = {blind_index(pesel) for pesel in chosen.values()}
        candidates = {number: compose_pesel(*wanted[number], random.randrange(SERIALS)) for number in missing}
        indexes = {number: blind_index(pesel) for number, pesel in candidates.items()}
        stored = Student.objects.filter(pesel_index__in=indexes.values()).values_list(
            "pesel_index", flat=True
        )
        taken.update(index for index in stored if index)
        for number, index in indexes.items():
            if index not in taken:
                taken.add(index)
                chosen[number] = candidates[number]
    return chosen


def _store(sketches: list[_Sketch], university: _University) -> None:
    """Store a batch in bulk inserts of one transaction; on failure its photos' files are deleted."""
    random = university.random
    files: list[str] = []
    try:
        with transaction.atomic():
            users = User.objects.bulk_create([_user(sketch) for sketch in sketches])
            photos = [
                _photo(sketch, random, files) if random.random() < 0.96 else None for sketch in sketches
            ]
            Photo.objects.bulk_create([photo for photo in photos if photo])
            students = Student.objects.bulk_create(
                [_student(*parts, random) for parts in zip(sketches, users, photos, strict=True)]
            )
            pairs = list(zip(sketches, students, strict=True))
            Enrolment.objects.bulk_create(
                [enrolment for pair in pairs for enrolment in _enrolments(*pair, university)]
            )
            cards = StudentCard.objects.bulk_create(
                [card for pair in pairs for card in _cards(*pair, university)]
            )
            CardExtension.objects.bulk_create(
                [extension for card in cards for extension in _extensions(card, university.today)]
            )
    except BaseException:
        for name in files:
            Photo.file.field.storage.delete(name)
        raise


def _user(sketch: _Sketch) -> User:
    name = f"s{sketch.number}"
    return User(
        username=name,
        first_name=sketch.first_names,
        last_name=sketch.last_name,
        email=f"{name}@student.example.edu.pl",
        password=make_password(None),
    )


def _photo(sketch: _Sketch, random: Random, files: list[str]) -> Photo:
    photo = Photo()
    jpeg = _portrait(random.randrange(_PORTRAITS), sketch.sex)
    photo.file.name = Photo.file.field.storage.save(random_name(photo, ""), ContentFile(jpeg))
    files.append(photo.file.name)
    return photo


def _student(sketch: _Sketch, user: User, photo: Photo | None, random: Random) -> Student:
    return Student(
        user=user,
        first_names=sketch.first_names,
        last_name=sketch.last_name,
        pesel=sketch.pesel,
        album_number=str(sketch.number),
        birth_date=sketch.birth_date,
        sex=sketch.sex,
        photo=photo,
    )


def _enrolments(sketch: _Sketch, student: Student, university: _University) -> Iterator[Enrolment]:
    random, today = university.random, university.today
    last_year = sketch.started_on.year + _YEARS[sketch.level]
    ended_on = date(last_year, 9, 30)  # as planned
    if sketch.status == EnrolmentStatus.GRADUATED:
        ended_on = date(last_year, 7, random.randint(1, 15))
    elif sketch.status == EnrolmentStatus.STRUCK_OFF:
        ended_on = sketch.started_on + (today - sketch.started_on) * random.random()
    yield Enrolment(
        student=student,
        programme=random.choice(university.programmes[sketch.level]),
        status=sketch.status,
        started_on=sketch.started_on,
        ended_on=ended_on,
    )
    if sketch.level == Level.SECOND_CYCLE and random.random() < 0.7:
        yield Enrolment(
            student=student,
            programme=random.choice(university.programmes[Level.FIRST_CYCLE]),
            status=EnrolmentStatus.GRADUATED,
            started_on=date(sketch.started_on.year - 3, 10, 1),
            ended_on=date(sketch.started_on.year, 7, random.randint(1, 15)),
        )


def _cards(sketch: _Sketch, student: Student, university: _University) -> Iterator[StudentCard]:
    """Return the card of most students, after a lost one for a few; levels without a right have none."""
    random, today = university.random, university.today
    if sketch.level in (Level.DOCTORAL, Level.POSTGRADUATE) or random.random() < 0.04:
        return
    now, before = half_year_end(today), previous_half_year_end(today)
    issued_on = min(sketch.started_on + timedelta(days=random.randrange(14)), today)
    if random.random() < 0.03:
        lost_on = issued_on + (today - issued_on) * random.random()
        yield _card(sketch, student, 1, issued_on, now, ended_on=lost_on, end_reason=EndReason.LOST)
        issued_on = lost_on
    surname = (
        polish_surname(random, "F") if sketch.sex == "F" and random.random() < 0.02 else sketch.last_name
    )
    valid_until = now if issued_on > before or random.random() < 0.88 else before
    yield _card(sketch, student, 2, issued_on, valid_until, holder_last_name=surname)


def _card(
    sketch: _Sketch, student: Student, copy: int, issued_on: date, valid_until: date, **fields: object
) -> StudentCard:
    values = {
        "holder_first_names": sketch.first_names,
        "holder_last_name": sketch.last_name,
        "holder_pesel": sketch.pesel,
        **fields,
    }
    return StudentCard(
        student=student,
        barcode_number=f"80{sketch.number:09}{copy:02}",
        contact_chip_uid=f"3B{sketch.number:09}{copy:02}",
        contactless_chip_uid=f"04{sketch.number:09}{copy:02}",
        issued_on=issued_on,
        valid_until=valid_until,
        **values,
    )


def _extensions(card: StudentCard, today: date) -> Iterator[CardExtension]:
    """Return the last extension of each card that is older than the half-year it is valid for."""
    before = previous_half_year_end(card.valid_until)
    if card.ended_on is None and card.issued_on <= before:
        yield CardExtension(card=card, previous_valid_until=before, valid_until=card.valid_until)


def _academic_year(today: date, ago: int) -> date:
    """Return the first day of the academic year `ago` years before this one."""
    return date((today.year if today.month >= 10 else today.year - 1) - ago, 10, 1)
