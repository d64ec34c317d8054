"""Everything that takes a right away, as it would be done to a student."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders import place
from mdocs.statuses import Status
from students.models import EnrolmentStatus, Level, Student
from tests.students.factories import make_card, make_eligible_student, make_programme


def collected(student: Student | None = None, status: Status = Status.COLLECTED) -> Order:
    """A document as it stands on the phone of a student who ordered it, or on the way there."""
    order = place(student or make_eligible_student(), by=None)
    there: dict[str, Any] = {} if status == Status.WAITING else {"mdokumenty_id": f"mD-{order.pk.hex}"}
    Order.objects.filter(pk=order.pk).update(status=status, **there)
    return Order.objects.get(pk=order.pk)


def today() -> Any:
    return timezone.localdate()


def yesterday() -> Any:
    return today() - timedelta(days=1)


def tomorrow() -> Any:
    return today() + timedelta(days=1)


def _studies(**changes: Any) -> Callable[[Student], object]:
    def change(student: Student) -> object:
        values = {name: value() if callable(value) else value for name, value in changes.items()}
        return student.enrolments.update(**values)

    return change


def _end_card(reason: str) -> Callable[[Student], object]:
    return lambda student: student.cards.in_use().update(ended_on=today(), end_reason=reason)


def _exchange_card(reason: str) -> Callable[[Student], object]:
    def exchange(student: Student) -> object:
        _end_card(reason)(student)
        return make_card(student)

    return exchange


def _save(**changes: Any) -> Callable[[Student], object]:
    def change(student: Student) -> None:
        for name, value in changes.items():
            setattr(student, name, value)
        student.save()

    return change


def _not_extended(student: Student) -> object:
    return student.cards.update(issued_on=yesterday(), valid_until=yesterday())


STATUS, DATA = "student_status_lost", "holder_data_changed"
INVALIDATED, NOT_EXTENDED = "card_invalidated", "card_not_extended"
# What happens, and the reason for which the document ends under the rules `els` and under `pesel`.
CAUSES: dict[str, tuple[Callable[[Student], object], str | None, str | None]] = {
    "struck off": (_studies(status=EnrolmentStatus.STRUCK_OFF, ended_on=today), STATUS, STATUS),
    "planned end of studies has passed": (_studies(ended_on=yesterday), None, None),
    "struck off from tomorrow": (_studies(status=EnrolmentStatus.STRUCK_OFF, ended_on=tomorrow), None, None),
    "no studies any more": (lambda student: student.enrolments.all().delete(), STATUS, STATUS),
    "second-cycle graduate": (
        _studies(
            status=EnrolmentStatus.GRADUATED,
            ended_on=yesterday,
            programme=lambda: make_programme(Level.SECOND_CYCLE),
        ),
        STATUS,
        STATUS,
    ),
    "doctoral by now": (_studies(programme=lambda: make_programme(Level.DOCTORAL)), STATUS, STATUS),
    "postgraduate by now": (_studies(programme=lambda: make_programme(Level.POSTGRADUATE)), STATUS, STATUS),
    "another surname": (_save(last_name="Wiśniewska"), DATA, DATA),
    "another first name": (_save(first_names="Anna Marianna"), DATA, DATA),
    "another PESEL": (_save(pesel="44051401359"), DATA, DATA),
    "no PESEL": (_save(pesel=None), DATA, DATA),
    "card exchanged for new data": (_end_card("data_changed"), DATA, None),
    "new card for new data": (_exchange_card("data_changed"), DATA, None),
    "card lost": (_end_card("lost"), INVALIDATED, None),
    "card returned": (_end_card("returned"), INVALIDATED, None),
    "card invalidated": (_end_card("invalidated"), INVALIDATED, None),
    "new card for a lost one": (_exchange_card("lost"), INVALIDATED, None),
    "card not extended": (_not_extended, NOT_EXTENDED, None),
    "name in capitals": (_save(first_names="ANNA MARIA", last_name="NOWAK"), None, None),
    "on leave": (_studies(status=EnrolmentStatus.LEAVE), None, None),
    "no photo": (_save(photo=None), None, None),
    "no album number": (_save(album_number=None), None, None),
    "another album number": (_save(album_number="777777"), None, None),
    "another level with a right": (
        _studies(programme=lambda: make_programme(Level.UNIFORM_MASTERS)),
        None,
        None,
    ),
    "changed and changed back": (
        lambda student: (_save(last_name="Wiśniewska")(student), _save(last_name="Nowak")(student)),
        None,
        None,
    ),
}
