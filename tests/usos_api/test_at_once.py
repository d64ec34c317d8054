"""Calls that come at the same moment: one of each kind counts."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from mdocs.models import Order
from students.models import Student
from tests.accounts.recently import signed_in
from tests.students.factories import make_eligible_student, make_user
from tests.usos_api.conftest import CALLBACK
from tests.usos_api.phone import SERVER, Phone, let_in
from tests.usos_api.test_consent import AUTHORIZE
from usos_api.models import AccessToken, Consent, Consumer, RequestToken
from usos_api.oauth import tokens

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 12


def together(call: Callable[[], int]) -> Counter[int]:
    """Make the same call many times at one moment, and count the statuses."""
    start = Barrier(AT_ONCE)

    def one(_: int) -> int:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as callers:
        return Counter(callers.map(one, range(AT_ONCE)))


@pytest.fixture
def anna(transactional_db: None) -> Student:
    """Return a student who may order."""
    return make_eligible_student()


def test_of_many_orders_at_once_one_is_made(anna: Student, consumer: Consumer) -> None:
    phone = let_in(consumer, anna.user, "cards")
    answers = together(lambda: phone.call("services/cards/make_mcard_order", "POST").status)
    assert answers == {200: 1, 400: AT_ONCE - 1}
    assert Order.objects.count() == 1


def test_of_one_call_repeated_at_once_one_is_let_through(anna: Student, consumer: Consumer) -> None:
    phone = let_in(consumer, anna.user, "cards")
    signed = phone.sign(f"{SERVER}/services/cards/mcard")
    assert together(lambda: phone.send(*signed).status) == {200: 1, 401: AT_ONCE - 1}


def test_of_many_exchanges_at_once_one_gives_a_token(anna: Student, consumer: Consumer) -> None:
    pair = tokens.create_request_token(consumer, ["cards"], "oob", timezone.now())
    verifier = tokens.authorise(RequestToken.objects.get(), anna.user, timezone.now())
    asking = Phone(consumer.key, consumer.secret, pair.key, pair.secret)
    answers = together(lambda: asking.call("services/oauth/access_token", oauth_verifier=verifier).status)
    assert answers == {200: 1, 401: AT_ONCE - 1}
    assert AccessToken.objects.count() == 1


def test_of_many_guesses_at_once_no_more_than_five_are_looked_at(anna: Student, consumer: Consumer) -> None:
    pair = tokens.create_request_token(consumer, ["cards"], "oob", timezone.now())
    tokens.authorise(RequestToken.objects.get(), anna.user, timezone.now())
    asking = Phone(consumer.key, consumer.secret, pair.key, pair.secret)
    answers = together(lambda: asking.call("services/oauth/access_token", oauth_verifier="1").status)
    assert answers == {400: 5, 401: AT_ONCE - 5}


def test_of_many_people_who_answer_one_question_at_once_one_has_answered(consumer: Consumer) -> None:
    pair = tokens.create_request_token(consumer, ["cards"], CALLBACK, timezone.now())
    people = iter([signed_in(make_user()) for _ in range(AT_ONCE)])

    def agree() -> int:
        return next(people).post(f"{AUTHORIZE}?oauth_token={pair.key}", {"agree": "1"}).status_code

    assert together(agree) == {302: 1, 401: AT_ONCE - 1}


def test_who_answers_a_question_that_was_answered_a_moment_ago_is_refused(
    anna: Student, consumer: Consumer
) -> None:
    tokens.create_request_token(consumer, ["cards"], "oob", timezone.now())
    seen_open = RequestToken.objects.get()
    tokens.authorise(seen_open, anna.user, timezone.now())
    with pytest.raises(tokens.RequestTokenClosed):
        tokens.authorise(seen_open, make_user(), timezone.now())
    assert RequestToken.objects.get().user == anna.user
    assert not Consent.objects.exclude(user=anna.user).exists()


def test_a_verifier_that_is_replaced_while_it_is_exchanged_gives_no_token(
    anna: Student, consumer: Consumer
) -> None:
    tokens.create_request_token(consumer, ["cards"], "oob", timezone.now())
    first = tokens.authorise(RequestToken.objects.get(), anna.user, timezone.now())
    being_exchanged = RequestToken.objects.get()
    tokens.authorise(RequestToken.objects.get(), anna.user, timezone.now())
    with pytest.raises(tokens.RequestTokenClosed):
        tokens.exchange(being_exchanged, first, timezone.now())
    assert not AccessToken.objects.exists()
