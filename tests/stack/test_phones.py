"""A student orders, puts the phone away, and the phone says that the mLegitymacja is ready."""

from pytest_httpserver import HTTPServer

from tests.notifications.push.phone import DEVICES, Phone
from tests.stack.stack import Stack
from tests.stack.visitor import ORDER
from tests.waiting import PATIENCE, wait_until

SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"
READY = "Twoja mLegitymacja jest gotowa do pobrania"


def test_the_phone_says_that_it_is_ready(stack: Stack, push_service: HTTPServer) -> None:
    (student,) = stack.students(1)
    phone = Phone(push_service, "/push/of-a-student")
    student.look(SETTINGS)
    token = student.http.cookies["csrftoken"]
    answer = student.http.post(DEVICES, data=phone.subscription, headers={"X-CSRFToken": token})
    assert answer.status_code == 204
    wait_until(lambda: len(phone.shown) == 1, PATIENCE, stack.portal.console)

    student.press(ORDER)
    wait_until(lambda: phone.shown[-1]["title"] == READY, PATIENCE, stack.portal.console)
    titles = [shown["title"] for shown in phone.shown]
    assert len(titles) == len(set(titles)), "nothing is shown twice"
    assert stack.orders([student]) == {student.album_number: ["ready"]}
