"""The journeys by a client that openapi-python-client has generated: run by test_generated_clients.py."""

import sys
import time
from datetime import date

from portal_client import AuthenticatedClient
from portal_client.api.cards import cards, extend_card
from portal_client.api.jobs import jobs
from portal_client.api.me import my_cards, my_eligibility
from portal_client.api.my_orders import (
    codes,
    my_order,
    my_orders,
    order,
    order_next,
    revoke,
    withdraw_next,
)
from portal_client.api.orders import one_order, orders, revoke_order
from portal_client.api.students import find_student, student, students
from portal_client.models import (
    ExtensionAskedRequest,
    OrderEndAskedRequest,
    OrderEndReason,
    OrderStatus,
    PeselAskedRequest,
    ProblemCode,
)


def as_student(client: AuthenticatedClient) -> None:
    assert my_eligibility.sync(client=client).may_order
    assert len(my_cards.sync(client=client)) == 1
    made = order.sync_detailed(client=client, idempotency_key="one")
    assert made.headers["Location"] == f"/api/v1/me/orders/{made.parsed.id}"
    assert order.sync(client=client, idempotency_key="one").id == made.parsed.id
    refused = order.sync(client=client)
    assert (refused.code, refused.order) == (ProblemCode.ALREADY_ORDERED, made.parsed.id)
    while my_order.sync(made.parsed.id, client=client).status is not OrderStatus.READY:
        time.sleep(0.2)
    told = codes.sync(made.parsed.id, client=client)
    shown = my_order.sync_detailed(made.parsed.id, client=client)
    ended = revoke.sync(made.parsed.id, client=client, if_match=shown.headers["ETag"])
    assert ended.status is OrderStatus.REVOKING
    late = revoke.sync(made.parsed.id, client=client, if_match=shown.headers["ETag"])
    assert late.code is ProblemCode.PRECONDITION_FAILED
    assert order_next.sync(made.parsed.id, client=client).order_again
    assert not withdraw_next.sync(made.parsed.id, client=client).order_again
    page = my_orders.sync(client=client, limit=10)
    assert [each.id for each in page.items] == [made.parsed.id]
    sys.stdout.write(told.activation_code)


def as_staff(client: AuthenticatedClient, pesel: str, until: str) -> None:
    (found,) = find_student.sync(client=client, body=PeselAskedRequest(pesel=pesel))
    assert [each.id for each in students.sync(client=client, q=found.album_number).items] == [found.id]
    assert student.sync(found.id, client=client).eligibility.conditions
    (card,) = cards.sync(client=client, student=found.id, in_use=True).items
    asked = ExtensionAskedRequest(until=date.fromisoformat(until))
    assert extend_card.sync(card.id, client=client, body=asked).valid_until.isoformat() == until
    refused = extend_card.sync(card.id, client=client, body=asked)
    assert (refused.code, refused.obstacle.value) == (ProblemCode.CARD_OBSTACLE, "not_later")
    (placed,) = orders.sync(client=client, student=found.id).items
    assert one_order.sync(placed.id, client=client).events == []
    reason = OrderEndAskedRequest(reason=OrderEndReason.ISSUED_IN_ERROR)
    assert revoke_order.sync(placed.id, client=client, body=reason).status is OrderStatus.REVOKING
    assert jobs.sync(client=client).items == []
    sys.stdout.write("done")


if __name__ == "__main__":
    base, token, *rest = sys.argv[1:]
    journey = as_staff if rest else as_student
    journey(AuthenticatedClient(base_url=base, token=token), *rest)
