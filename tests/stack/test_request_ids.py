"""One click, found in every log: the web's, the workers', and mDokumenty's own."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER
from tests.waiting import wait_until

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"
LINE = re.compile(rf"{TIME} [A-Z]+ \S+ \[(?P<id>[0-9a-f-]{{36}}|-)\] ")
LOGS = ("web", "worker-send", "worker-poll", "worker-notifications", "beat")


def lines(stack: Stack, name: str, text: str = "") -> list[str]:
    """Return the lines of a log in which a text is."""
    log: Path = stack.portal.folder / "log" / f"{name}.log"
    return [line for line in log.read_text().splitlines() if text in line]


def steps(stack: Stack, order: str) -> Iterator[tuple[str, str]]:
    """Return from which log each step of an order is, and the line, as they happened."""
    found = [(line, name) for name in LOGS for line in lines(stack, name, f"order={order} ")]
    return ((name, line) for line, name in sorted(found))


def test_a_click_is_found_from_the_web_to_mdokumenty_and_back_by_its_request_id(stack: Stack) -> None:
    (student,) = stack.students(1)
    clicked = student.http.send(student.request(student.look(), ORDER), follow_redirects=False)
    request_id = clicked.headers["X-Request-Id"]
    stack.wait_until_ready([student])
    ((order, known_there),) = stack.ask(
        "SELECT o.id::text, mdokumenty_id FROM mdocs_order o JOIN students_student s ON s.id = o.student_id"
        " WHERE s.album_number = %s",
        student.album_number,
    )
    wait_until(lambda: any("to=ready" in line for _, line in steps(stack, order)))
    wait_until(lambda: sum("told=" in line for _, line in steps(stack, order)) == 3)
    found = [(name, line) for name, line in steps(stack, order) if "told=" not in line]
    told = [(name, line) for name, line in steps(stack, order) if "told=" in line]

    ways = [re.search(r"from=(\w*) to=(\w+) reason=(\w+)", line) for _, line in found]
    assert [way.groups() for way in ways if way] == [
        ("", "waiting", "ordered"),
        ("waiting", "processing", "accepted"),
        ("processing", "ready", "codes_ready"),
    ]
    assert [name for name, _ in found] == ["web", "worker-send", "worker-poll"]
    assert {name for name, _ in told} == {"worker-notifications"}
    assert {LINE.match(line)["id"] for _, line in [*found, *told]} == {request_id}  # type: ignore[index]
    assert [f"mdokumenty={known_there} " in line for _, line in found] == [False, True, True]
    assert re.search(r"call=submit outcome=answered seconds=\d", found[1][1])
    assert re.search(r"call=query outcome=answered seconds=\d", found[2][1])

    (access,) = lines(stack, "web", f'[{request_id}] "POST ')
    assert " 302 " in access
    called = [call["path"] for call in stack.sandbox.ledger()["calls"] if call["request_id"] == request_id]
    assert called == ["/v1/orders"]
    stored = stack.ask("SELECT request_id::text FROM mdocs_orderevent WHERE order_id = %s", order)
    assert stored == [(request_id,)] * 3


def test_a_call_that_fails_is_a_line_with_its_outcome(stack: Stack) -> None:
    stack.sandbox.behave(faults={"error_500": 1.0})
    (student,) = stack.students(1)
    request_id = student.http.send(student.request(student.look(), ORDER)).history[0].headers["X-Request-Id"]
    failed = re.compile(
        r"from=waiting to=waiting reason=\w+ call=submit outcome=(retry_later|outcome_unknown) "
    )
    wait_until(lambda: any(failed.search(line) for line in lines(stack, "worker-send", request_id)))
    stack.sandbox.behave(**CALM)
    stack.wait_until_ready([student])  # so that no other test counts it


def test_every_line_of_every_process_has_one_format(stack: Stack) -> None:
    for name in LOGS:
        dated = [line for line in lines(stack, name) if re.match(r"\W?20\d\d", line)]
        assert [line for line in dated if not LINE.match(line)] == [], name
        assert dated or name == "beat"
