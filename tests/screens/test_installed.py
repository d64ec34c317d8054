"""The portal as an app: it says that there is no network, keeps nothing of anybody's, and shows messages."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import ViewportSize, Worker, expect
from pytest_httpserver import HTTPServer

from mdocs.statuses import Status
from notifications.push.models import Subscription
from notifications.push.worker import PushWorker
from students.models import User
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone
from tests.screens.conftest import Window, wait_in_page
from tests.screens.looks import DESKTOP, PHONE, picture, violations
from tests.screens.scenes import PAGE, codes_of, student
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"
TURN_ON = "Włącz powiadomienia na tym urządzeniu"
OFFLINE = "Brak połączenia z portalem"


@pytest.fixture
def user(db: None) -> User:
    """Return a student whose codes are ready."""
    return make_order(student(), Status.READY).student.user


@pytest.fixture
def installed(window: Callable[..., Window], user: User) -> Window:
    """Return a window in which the service worker is at work."""
    here = window(user, service_workers="allow")
    here.page.context.grant_permissions(["notifications"], origin=here.url)
    here.go(PAGE)
    here.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    wait_in_page(here.page, "navigator.serviceWorker.controller")
    return here


def test_without_a_network_it_says_so_and_goes_on_when_it_is_back(installed: Window) -> None:
    page = installed.page
    page.context.set_offline(True)
    page.goto(PAGE)
    assert page.get_by_role("heading", level=1).all_inner_texts() == [OFFLINE, "No connection to the portal"]
    # It has its looks although there is no network.
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
    page.context.set_offline(False)
    page.get_by_role("link", name="Spróbuj ponownie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mLegitymacja")


def test_it_keeps_nothing_but_that_page(installed: Window, user: User) -> None:
    page = installed.page
    installed.go(codes_of(user))
    installed.go("/dla-studentow/moje-dane/")
    installed.go(SETTINGS)
    kept = page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
            return found;
        }"""
    )
    assert sorted(kept) == [
        "/brak-polaczenia/",
        "/static/icon.svg",
        *(f"/static/portal/{name}.css" for name in ("colours", "frame", "ground", "parts")),
    ]


@pytest.fixture
def deliver(installed: Window) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Return a way to deliver a push message, as the browser does that got one from its push service."""
    tool = installed.page.context.new_cdp_session(installed.page)
    found: list[str] = []
    tool.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    tool.send("ServiceWorker.enable")

    def send(shown: dict[str, Any]) -> None:
        installed.page.wait_for_timeout(200)
        message = {"origin": installed.url, "registrationId": found[-1], "data": json.dumps(shown)}
        tool.send("ServiceWorker.deliverPushMessage", message)

    yield send
    tool.detach()


# Whether a notification that was shown stays on the screen hangs on the desktop, of which a machine for tests has none.
SHOWN = """() => {
    self.shown = [];
    self.registration.showNotification = async (title, { body, tag, lang, data }) =>
        self.shown.push({ title, body, tag, lang, path: data.path });
}"""


@pytest.fixture
def worker(installed: Window) -> Worker:
    """Return the service worker, which writes down what it shows."""
    (worker,) = installed.page.context.service_workers
    worker.evaluate(SHOWN)
    return worker


def test_a_message_is_shown(worker: Worker, deliver: Callable[[dict[str, Any]], None]) -> None:
    message = {"title": "Gotowa", "body": "Zaloguj się.", "tag": "order", "lang": "pl", "path": PAGE}
    deliver(message)
    shown = worker.evaluate(
        "async () => { while (!self.shown.length) await new Promise((go) => setTimeout(go, 50)); return self.shown; }"
    )
    assert shown == [message]


TOUCH = """async (path) => {
    const done = [];
    self.clients.openWindow = async (address) => done.push(`open ${new URL(address).pathname}`);
    WindowClient.prototype.focus = async function () { done.push(`focus ${new URL(this.url).pathname}`); };
    const notification = { close: () => done.push("close"), data: { path } };
    let over;
    const waitUntil = (promise) => (over = promise);
    self.dispatchEvent(Object.assign(new Event("notificationclick"), { notification, waitUntil }));
    await over;
    return done;
}"""


def test_a_touch_on_it_leads_to_the_page(installed: Window, worker: Worker) -> None:
    """What a browser does for a person's touch only, opening and focusing windows, is written down instead."""
    assert worker.evaluate(TOUCH, PAGE) == ["close", f"focus {PAGE}"]
    installed.go(SETTINGS)
    assert worker.evaluate(TOUCH, PAGE) == ["close", f"open {PAGE}"]


# Stands in for the push service of the browser's maker, which is on the Internet: gives the address of ours.
SUBSCRIBED = """(told) => {
    const raw = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const subscription = (key) => ({
        endpoint: told.endpoint,
        options: { applicationServerKey: raw(key).buffer },
        toJSON: () => ({ endpoint: told.endpoint, keys: { p256dh: told.p256dh, auth: told.auth } }),
        unsubscribe: async () => localStorage.removeItem("stand-in"),
    });
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        localStorage.setItem("stand-in", applicationServerKey);
        return subscription(applicationServerKey);
    };
    PushManager.prototype.getSubscription = async () => {
        const key = localStorage.getItem("stand-in");
        return key ? subscription(key) : null;
    };
}"""


@pytest.fixture
def phone(httpserver: HTTPServer, settings: Any, installed: Window) -> Phone:
    """Return what the window's browser is for push services."""
    settings.PUSH_SERVICES = [httpserver.url_for("").rstrip("/")]
    phone = Phone(httpserver)
    installed.page.context.add_init_script(f"({SUBSCRIBED})({json.dumps(phone.subscription)})")
    return phone


def worked_off() -> int:
    """Do a round of the worker, in a thread of its own: Playwright's loop runs in this one."""

    def round_of_the_worker() -> int:
        try:
            return PushWorker().run_round()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(round_of_the_worker).result()


def test_a_student_turns_messages_on_and_off(installed: Window, phone: Phone, user: User) -> None:
    page = installed.page
    installed.go(SETTINGS)
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_text("Powiadomienia na tym urządzeniu są włączone.")).to_be_focused()
    expect(page.get_by_text("to urządzenie")).to_be_visible()
    expect(page.get_by_role("button", name=TURN_ON)).to_be_hidden()
    assert Subscription.objects.get().student.user == user
    assert worked_off() == 1
    assert [shown["title"] for shown in phone.shown] == ["Powiadomienia są włączone"]

    page.get_by_role("button", name=re.compile("^Wyłącz")).click()
    expect(page.get_by_text(re.compile("Powiadomienia na urządzeniu .* są wyłączone"))).to_be_visible()
    expect(page.get_by_role("button", name=TURN_ON)).to_be_visible()
    assert not Subscription.objects.exists()
    assert page.evaluate("localStorage.getItem('stand-in')") is None
    assert installed.complaints == []


def test_after_the_portals_key_was_changed_the_browser_is_bound_to_the_new_one(
    installed: Window, phone: Phone, settings: Any
) -> None:
    installed.go(SETTINGS)
    installed.page.get_by_role("button", name=TURN_ON).click()
    expect(installed.page.get_by_text("to urządzenie")).to_be_visible()
    before = Subscription.objects.get().key
    settings.PUSH_KEY = "k" * 43
    installed.go(SETTINGS)
    wait_in_page(installed.page, f"localStorage.getItem('stand-in') !== '{before}'")
    wait_until(lambda: not Subscription.objects.filter(key=before).exists())
    expect(installed.page.get_by_text("to urządzenie")).to_be_visible()
    assert Subscription.objects.get().key != before


def test_what_fails_is_said_and_changes_nothing(installed: Window, phone: Phone, settings: Any) -> None:
    page = installed.page
    settings.PUSH_SERVICES = ["https://fcm.googleapis.com"]
    installed.go(SETTINGS)
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_role("alert")).to_contain_text("Nie znamy serwera powiadomień tej przeglądarki")
    page.evaluate(
        """() => {
            PushManager.prototype.subscribe = async () => { throw new DOMException("Registration failed"); };
            localStorage.removeItem("stand-in");
        }"""
    )
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_role("alert")).to_contain_text("Nie udało się włączyć powiadomień")
    expect(page.get_by_role("button", name=TURN_ON)).to_be_visible()
    assert not Subscription.objects.exists()


def test_who_has_refused_is_told_where_to_change_that(window: Callable[..., Window], user: User) -> None:
    here = window(user, service_workers="allow")
    here.go(SETTINGS)
    refusing = here.page.evaluate("Notification.permission") == "denied"
    if not refusing:
        here.page.get_by_role("button", name=TURN_ON).click()
    expect(here.page.get_by_text("są w tej przeglądarce zablokowane")).to_be_visible()
    expect(here.page.get_by_role("button", name=TURN_ON)).to_be_hidden()


def test_a_phone_that_cannot_is_told_why(window: Callable[..., Window], user: User) -> None:
    here = window(user, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1")
    here.page.add_init_script("delete window.PushManager")
    here.go(SETTINGS)
    expect(here.page.get_by_text("Do ekranu początkowego")).to_be_visible()
    without_script = window(user, java_script_enabled=False)
    without_script.go(SETTINGS)
    expect(without_script.page.get_by_text("która ma włączony JavaScript")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_whatever_the_settings_say_of_a_device_is_accessible(
    installed: Window, phone: Phone, size: ViewportSize
) -> None:
    installed.page.set_viewport_size(size)
    installed.go(SETTINGS)
    expect(installed.page.get_by_role("button", name=TURN_ON)).to_be_visible()
    installed.page.evaluate(
        "document.querySelectorAll('#devices [hidden]').forEach((part) => (part.hidden = false))"
    )
    for theme in ("light", "dark"):
        installed.page.emulate_media(color_scheme=theme)
        assert violations(installed) == []
        assert installed.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    picture(installed, f"settings of devices {size['width']}")


def test_a_browser_could_install_it(installed: Window) -> None:
    tool = installed.page.context.new_cdp_session(installed.page)
    errors = {each["errorId"] for each in tool.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}  # as all windows of tests are
    manifest = json.loads(tool.send("Page.getAppManifest")["data"])
    assert manifest["short_name"] == "mLegitymacja"
    for icon in manifest["icons"]:
        assert installed.page.request.get(icon["src"]).headers["content-type"] == "image/png"
