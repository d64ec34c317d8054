"""What Prometheus scrapes of a running portal is what happened in it, whichever process did it."""

from collections import Counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER, Visitor
from tests.waiting import wait_until

Series = dict[tuple[str, tuple[str, ...]], float]


def scrape(stack: Stack) -> Series:
    """Return each series by its name and the values of its labels in the alphabet's order of their names."""
    answer = httpx.get(f"{stack.url}/metrics", headers={"Authorization": "Bearer scraped"}, timeout=60)
    answer.raise_for_status()
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def grown(stack: Stack, before: Series) -> Counter[tuple[str, tuple[str, ...]]]:
    """Return by how much each series is larger than before."""
    return Counter({name: int(value - before.get(name, 0)) for name, value in scrape(stack).items()})


def test_metrics_count_what_happened_in_web_and_workers(stack: Stack) -> None:
    before = scrape(stack)
    Visitor(stack.url, "ewa").sign_in()
    with_wrong_password = Visitor(stack.url, "ewa")
    form = with_wrong_password.look("/logowanie/")
    with_wrong_password.send(form, "Zaloguj się", username="ewa", password="wrong")
    students = stack.students(3)
    for student in students:
        student.press(ORDER)
    stack.wait_until_ready(students)
    step = "portal_order_steps_total"

    def made_ready() -> int:  # on a busy machine an answer comes late, and skips a state
        more = grown(stack, before)
        return sum(more[step, ("ready", old, "codes_ready")] for old in ("waiting", "processing"))

    wait_until(lambda: made_ready() == 3)
    more = grown(stack, before)

    assert more[step, ("waiting", "", "ordered")] == 3
    assert more["portal_mdokumenty_call_seconds_count", ("submit", "answered")] == 3
    assert more["portal_mdokumenty_call_seconds_count", ("query", "answered")] >= 1
    assert more["portal_orders_asked_about_total", ("query",)] >= 3
    assert more["portal_sign_ins_total", ("password", "signed_in")] == 1
    assert more["portal_sign_ins_total", ("password", "failed")] == 1
    assert more["portal_http_requests_total", ("POST", "login", "302")] == 1
    ordered = {
        labels for name, labels in more if name == "portal_http_requests_total" and more[name, labels] == 3
    }
    assert ("POST", "mdocs:place", "302") in ordered
    now = scrape(stack)
    assert now["portal_orders", ("ready",)] >= 3
    assert [now["portal_breaker", (lane, "closed")] for lane in ("send", "poll")] == [1, 1]
    assert not any(value for (name, _), value in now.items() if name == "portal_figures_failed")


def test_metrics_show_an_outage_and_what_waits(stack: Stack) -> None:
    before = scrape(stack)
    stack.sandbox.behave(outage=True)
    students = stack.students(6)
    for student in students:
        student.press(ORDER)
    wait_until(lambda: scrape(stack)["portal_breaker", ("send", "open")] == 1)
    wait_until(lambda: scrape(stack)["portal_lane_oldest_due_seconds", ("send",)] > 1)
    assert scrape(stack)["portal_orders", ("waiting",)] >= 6
    failed = grown(stack, before)
    assert (
        sum(
            count
            for (name, labels), count in failed.items()
            if name.endswith("call_seconds_count") and "answered" not in labels
        )
        >= 5
    )
    stack.sandbox.behave(**CALM)
    stack.wait_until_ready(students)
