"""Costs of requests: the student's page and its refresh, the APIs, placing an order."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import unescape
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.utils import timezone
from oauthlib import oauth1

from accounts.device_models import KnownDevice
from api.serializers.orders import OrderResponse
from mdocs.models import Order
from mdocs.page.version import SOMEBODY_LOOKS
from mdocs.statuses import Status
from script.lib.costs import browsers, cpu, floors, people
from script.lib.costs.browsers import Answer, Browser
from script.lib.costs.rows import Row
from students.models import Student, User
from usos_api.keys import hash_of_key, new_key, new_secret
from usos_api.models import AccessToken, Consumer
from usos_api.scopes import CARDS

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
SIGN_IN, PASSWORD = "/logowanie/", "as long as one of theirs"
STATE, PLACE = f"{PAGE}stan/", f"{PAGE}zamow/"


class Requests:
    """The requests, each against its floor."""

    def __init__(self, rounds: int, times: int) -> None:
        self._rounds, self._times = rounds, times
        self._portal, self._floor = browsers.portal(), browsers.floor()

    def _of(self, student: Student) -> tuple[Browser, Browser]:
        cookies = browsers.cookies_of(student.user_id)
        return Browser(self._portal, cookies), Browser(self._floor, cookies)

    def _row(self, name: str, goal: float, ours: Callable[[], Any], floor: Callable[[], Any]) -> Row:
        mine, least = cpu.side_by_side([ours, floor], self._rounds, self._times)
        return _row(name, goal, mine, least)

    def page(self) -> Iterator[Row]:
        """The student's page, in four states."""
        people.behave(processing_seconds=[0, 0])
        for name, student in {
            "cannot order": people.unable(),
            "can order": people.able(1)[0],
            "waiting": people.with_order(Status.WAITING),
            "codes": people.with_order(Status.READY),
        }.items():
            browser, bare = self._of(student)
            floors.ANSWERS[name] = browser.get(PAGE).body.decode()
            ours, least = partial(browser.get, PAGE), partial(bare.get, f"/page/{name}/")
            yield self._row(f"student's page: {name}", 1.6, ours, least)

    def sign_in(self) -> Iterator[Row]:
        """Signing in by password: the page with the form, its POST but for the hash, and a hash as it is in production.

        Each student signs in once, in a browser of their own.
        """
        hash_ = [cpu.cost_of(partial(make_password, PASSWORD)) for _ in range(self._rounds + 1)]
        yield Row("signing in: the hash", cpu.median(hash_[1:]).python, None, "ms of a core")
        browser, bare = browsers.stranger(self._portal), browsers.stranger(self._floor)
        floors.ANSWERS["sign-in"] = browser.get(SIGN_IN).body.decode()
        ours, least = partial(browser.get, SIGN_IN), partial(bare.get, "/form/")
        yield _row("signing in: the form", None, *cpu.side_by_side([ours, least], self._rounds, self._times))
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            students = people.able(self._times * self._rounds + 2)
            names = [student.user.username for student in students]
            User.objects.filter(username__in=names).update(password=make_password(PASSWORD))
            works = [
                partial(next, _signed_in(application, address, names))
                for application, address in ((self._portal, SIGN_IN), (self._floor, "/sign-in/"))
            ]
            mine, floor = cpu.side_by_side(works, self._rounds, self._times)
        assert KnownDevice.objects.filter(user__username__in=names).count() == len(names)  # noqa: S101
        yield _row("signing in: without the hash", None, mine, floor)

    def refresh(self) -> Iterator[Row]:
        """An open page that asks whether anything has changed."""
        browser, bare = self._of(people.with_order(Status.WAITING))
        page = browser.get(PAGE).body.decode()
        (told,) = re.findall(r'hx-headers="([^"]*If-None-Match[^"]*)"', page)
        tag = json.loads(unescape(told))["If-None-Match"]
        headers = {"HTTP_HX_REQUEST": "true", "HTTP_IF_NONE_MATCH": tag}
        headers[f"HTTP_{SOMEBODY_LOOKS.upper().replace('-', '_')}"] = "1"
        assert browser.get(STATE, **headers).status == 304  # noqa: S101 -- else the figure means nothing
        ours, least = partial(browser.get, STATE, **headers), partial(bare.get, "/unchanged/")
        yield self._row("live refresh, nothing changed", 0.7, ours, least)

    def api(self) -> Iterator[Row]:
        """The APIs: eligibility and the order, by session; and the same for phones, signed."""
        (student,) = people.able(1)
        browser, bare = self._of(student)
        address = "/api/v1/me/eligibility"
        floors.ANSWERS["eligibility"] = browser.get(address).body.decode()
        least = partial(bare.get, "/api/eligibility/")
        yield self._row(address, 1.8, partial(browser.get, address), least)
        signed = _signed("services/cards/mcard", User.objects.get(pk=student.user_id), Browser(self._portal))
        floors.ANSWERS["mcard"] = next(signed)().decode()
        # Each signature is good once, and made beforehand.
        many = self._rounds * self._times + 2
        calls = iter([next(signed) for _ in range(many)])
        least = partial(bare.get, "/api/mcard/")
        yield self._row("services/cards/mcard", 1.8, lambda: next(calls)(), least)
        waiting = people.with_order(Status.WAITING)
        browser, bare = self._of(waiting)
        address = "/api/v1/me/order"
        floors.ANSWERS["order"] = str(OrderResponse(Order.objects.get(student=waiting)).data)
        yield self._row(address, 1.8, partial(browser.get, address), partial(bare.get, "/api/order/"))

    def place(self) -> Iterator[Row]:
        """A click on the button that orders; each student clicks once."""
        each, rounds = max(self._times // 2, 2), self._rounds
        browsers_of_all = [self._of(student) for student in people.able(each * rounds + 2)]
        ours = iter([partial(browser.post, PLACE) for browser, _ in browsers_of_all])
        least = iter([partial(bare.post, "/insert/") for _, bare in browsers_of_all])
        mine, floor = cpu.side_by_side([lambda: next(ours)(), lambda: next(least)()], rounds, each)
        assert Order.objects.filter(status=Status.WAITING).count() >= each * rounds  # noqa: S101
        yield _row("placing an order by POST", 2, mine, floor)


def _signed_in(application: WSGIHandler, address: str, names: Sequence[str]) -> Iterator[Answer]:
    """Yield what each answers who signs in, once for each name."""
    for name in names:
        yield browsers.stranger(application).post(address, username=name, password=PASSWORD)


def _row(name: str, goal: float | None, ours: cpu.Cost, floor: cpu.Cost) -> Row:
    return Row(
        name,
        ours.whole,
        floor.whole,
        "ms of a core",
        of_postgres=ours.postgres,
        floor_of_postgres=floor.postgres,
        clock=ours.clock,
        goal=goal,
    )


def _signed(method: str, user: User, browser: Browser) -> Iterator[Callable[[], bytes]]:
    """Return calls of a method in the user's name, each signed anew."""
    consumer = Consumer.objects.create(name=f"bench {user.pk}", scopes=[CARDS])
    key, secret = new_key(), new_secret()
    AccessToken.objects.create(
        key_hash=hash_of_key(key),
        secret=secret,
        consumer=consumer,
        user=user,
        scopes=[CARDS],
        created_at=timezone.now(),
        last_used_at=timezone.now(),
    )
    while True:
        client = oauth1.Client(consumer.key, consumer.secret, key, secret)
        _, headers, _ = client.sign(f"http://localhost/{method}")
        yield partial(_body, browser, f"/{method}", headers["Authorization"])


def _body(browser: Browser, address: str, authorization: str) -> bytes:
    return browser.get(address, HTTP_AUTHORIZATION=authorization).body
