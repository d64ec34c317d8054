"""What a method declares among its fields it answers: a field without a value would be left out without a word."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.usos_api.phone import Phone
from usos_api.methods import METHODS, Field


@dataclass(frozen=True)
class Scene:
    """A student with studies, a card and an order."""

    student: Student
    order: Order

    @property
    def user(self) -> str:
        """Return the user's id."""
        return str(self.student.user_id)


# The parameters of a call of each method that shows what may get another field.
CALLS: dict[str, Callable[[Scene], dict[str, str]]] = {
    "services/cards/mcard": lambda scene: {},
    "services/cards/mcard_order": lambda scene: {"order_id": str(scene.order.pk)},
    "services/cards/user_cards": lambda scene: {},
    "services/cards/check_orders_status": lambda scene: {"user_id": scene.user},
    "services/users/user": lambda scene: {},
    "services/progs/student": lambda scene: {},
    "services/terms/terms_index": lambda scene: {},
    "services/apisrv/installation": lambda scene: {},
    "services/apisrv/mobile_usos_config": lambda scene: {},
    "services/apisrv/consumer": lambda scene: {},
}


def selector(fields: tuple[Field, ...]) -> str:
    """Return the selector of all fields with all their parts."""
    return "|".join(f"{each.name}[{selector(each.parts)}]" if each.parts else each.name for each in fields)


def unanswered(value: Any, fields: tuple[Field, ...], path: str = "") -> Iterator[str]:
    """Yield the fields that an answer does not have; of null and empty ones nobody knows the parts."""
    for each in value if isinstance(value, list) else [value]:
        for field in fields if each else ():
            if field.name not in each:
                yield f"{path}{field.name}"
            else:
                yield from unanswered(each[field.name], field.parts, f"{path}{field.name}.")


@pytest.mark.parametrize("name", CALLS)
def test_a_declared_field_has_a_value(phone: Phone, gate: Phone, student: Student, name: str) -> None:
    scene = Scene(student, make_order(student, Status.READY))
    method = METHODS[name]
    caller = gate if method.administrative else phone
    answer = caller.call(name, fields=selector(method.fields), **CALLS[name](scene))
    assert answer.status == 200, answer.content
    assert answer.json, "what is empty shows no field"
    # Addresses of pictures that nobody has taken, in an object that is always empty.
    missing = [each for each in unanswered(answer.json, method.fields) if "_urls." not in each]
    assert not missing, f"{name} declares {', '.join(missing)}: the serializer beside it gives no value"
