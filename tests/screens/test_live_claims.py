"""What an open page claims goes when it is over, and the number of messages comes, without a reload."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mdocs import orders
from mdocs.models import Order
from mdocs.orders import transition
from mdocs.statuses import Reason, Status
from notifications import outbox
from tests.mdocs.factories import make_order
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE, student

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_green_line_stays_while_it_is_true_and_goes_with_its_state(
    window: Callable[..., Window],
) -> None:
    user = student().user
    here = window(user)
    here.go(PAGE)
    here.page.locator("#mdocsplace").click()
    said = here.page.get_by_text("Zamówienie zostało przyjęte.")
    expect(said).to_be_visible()
    here.page.evaluate("window.stayed = true")
    badge = here.page.locator("#unread-side .side-count")
    expect(badge).to_have_count(0)

    outbox.dispatch_batch(timezone.now())
    expect(badge).to_have_text("11 nieprzeczytana")
    expect(said).to_be_visible()

    Order.objects.update(mdokumenty_id="mD-1")
    move(Status.PROCESSING, Reason.ACCEPTED)
    expect(here.page.get_by_text("w trakcie", exact=True)).to_be_visible()
    expect(said).to_be_visible()

    Order.objects.all().update(sent_at=timezone.now())
    move(Status.REJECTED, Reason.REFUSED)
    expect(here.page.get_by_text("Twoje zamówienie zostało odrzucone").first).to_be_visible()
    expect(said).to_have_count(0)
    assert here.page.evaluate("window.stayed"), "it was never loaded again"
    assert here.complaints == []


def move(new: Status, reason: Reason) -> None:
    """Have mDokumenty answer about the one order there is."""
    with orders.order_for_update(Order.objects.get().pk) as order:
        transition(order, new, reason, at=timezone.now())


def test_what_is_asked_for_in_an_outage_is_called_off_on_the_same_page(window: Callable[..., Window]) -> None:
    order = make_order(student(), Status.PROCESSING, last_failure="unreachable", failures=2)
    here = window(order.student.user)
    here.go(PAGE)
    here.page.get_by_role("button", name="Anuluj zamówienie").click()
    Order.objects.update(last_failure="unreachable")
    here.page.get_by_role("button", name="Zamów nową, gdy to się potwierdzi").click()
    Order.objects.update(last_failure="unreachable")
    here.page.get_by_role("button", name="Jednak nie zamawiaj nowej").click()
    expect(here.page.get_by_text("Zapamiętane: portal nie złoży nowego zamówienia.")).to_be_visible()
    assert not Order.objects.get().order_again
