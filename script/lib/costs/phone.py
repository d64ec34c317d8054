"""Costs of opening the student's page on a slow phone, behind nginx as it is deployed: bytes, requests, seconds.

The processor is slowed down four times, the network is Chromium's preset "Fast 3G" (now called "Slow 4G"): 1.6 Mbit/s
down and 750 kbit/s up, of which a tenth is lost, and 562.5 ms before the answer to each request, which stands for all
the round trips of 150 ms that a request takes on such a network. Lighthouse throttles by the same numbers.
"""

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from mdocs.statuses import Status
from script.lib.costs import browsers, people
from script.lib.costs.requests import PAGE
from script.lib.costs.rows import Row

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCREEN = ViewportSize(width=360, height=740)
SLOWER = 4  # times, than the processor of this machine
FAST_3G = {
    "offline": False,
    "latency": 150 * 3.75,  # ms
    "downloadThroughput": 1.6e6 / 8 * 0.9,  # bytes a second
    "uploadThroughput": 750e3 / 8 * 0.9,
}
GOAL = 1.5  # seconds until there is content
LONG_MADE = 3_600  # seconds: under way for as long as this is measured
PAINTS = """() => new Promise(resolve => {
  const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
  const done = largest => resolve({
    first, largest,
    blocking: performance.getEntriesByType('resource').filter(each => each.renderBlockingStatus === 'blocking').length,
    nodes: document.querySelectorAll('*').length,
  });
  new PerformanceObserver(list => done(Math.max(...list.getEntries().map(each => each.startTime))))
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done(first), 2000);
})"""


@dataclass(frozen=True)
class Load:
    """One look at a page: seconds until its first and its largest content, and what came over the network."""

    first: float
    largest: float
    requests: int
    bytes: int
    blocking: int


def phone(https: int, rounds: int) -> Iterator[Row]:
    """The student's page in three states, each with an empty cache, and the last with a full one."""
    people.behave(processing_seconds=[0, 0])
    students = {"can order": people.able(1)[0], "codes": people.with_order(Status.READY)}
    people.behave(processing_seconds=[LONG_MADE, LONG_MADE])
    students["under way"] = people.with_order(Status.WAITING)
    url = f"https://127.0.0.1:{https}"
    # Playwright's loop runs in this thread, and what is asked of the database meanwhile is not asked from inside it.
    cookies = {name: browsers.cookies_of(student.user_id) for name, student in students.items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for name, known in cookies.items():
            loads, again = zip(*(_visit(browser, url, known) for _ in range(rounds)), strict=True)
            yield from _rows(f"phone: {name}", loads)
        yield from _rows("phone: the same again", again)
        browser.close()


def _rows(name: str, loads: tuple[Load, ...]) -> Iterator[Row]:
    first, largest = (
        statistics.median(getattr(load, each) for load in loads) for each in ("first", "largest")
    )
    yield Row(f"{name}, first content", first, None, "s", goal=GOAL)
    yield Row(f"{name}, largest content", largest, None, "s", goal=GOAL)
    yield Row(f"{name}, weight", statistics.median(load.bytes for load in loads) / 1e3, None, "kB")
    yield Row(f"{name}, requests", statistics.median(load.requests for load in loads), None, "")
    yield Row(
        f"{name}, of them blocking", statistics.median(load.blocking for load in loads), None, "", goal=0
    )


def _visit(browser: Browser, url: str, cookies: dict[str, str]) -> tuple[Load, Load]:
    """Open the page in a browser that has never been there, then once more."""
    context = browser.new_context(
        viewport=SCREEN,
        device_scale_factor=3,
        is_mobile=True,
        has_touch=True,
        ignore_https_errors=True,
        locale="pl-PL",
    )
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", FAST_3G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    try:
        return _look(page, session, url), _look(page, session, url)
    finally:
        context.close()


def _look(page: Page, session: CDPSession, url: str) -> Load:
    weights: list[float] = []

    def weigh(event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:  # nothing of what the cache has
            weights.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", weigh)
    page.goto(f"{url}{PAGE}", wait_until="networkidle")
    said = page.evaluate(PAINTS)
    time.sleep(0.2)  # the last of the events
    session.remove_listener("Network.loadingFinished", weigh)
    if not said["first"] or not page.locator("#status").count():
        sys.exit(f"{page.url} has drawn no order")
    return Load(said["first"] / 1e3, said["largest"] / 1e3, len(weights), int(sum(weights)), said["blocking"])
