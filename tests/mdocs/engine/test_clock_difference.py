"""mDokumenty's clock, by the `Date` of its answers, is compared with ours: to be told, never to decide by."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from mdocs.engine import breaker
from mdocs.mdokumenty import Mdokumenty
from mdocs.querysets import Lane
from tests.mdocs.engine.worker import Worker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=7), timedelta(hours=-3)])
def test_the_difference_is_read_from_an_answer(ahead: timedelta) -> None:
    class Clock(BaseHTTPRequestHandler):
        """mDokumenty with a clock of its own."""

        def do_GET(self) -> None:
            body = b'{"status": "ok"}'
            self.send_response_only(200)
            self.send_header("Date", format_datetime(datetime.now(UTC) + ahead, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Clock)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    breaker.record_failure(Lane.SEND, timezone.now(), breaker.FAILURES_TO_OPEN)
    worker = Worker(
        Mdokumenty(f"http://127.0.0.1:{server.server_port}", timeout=5), timezone.now() + timedelta(minutes=1)
    )
    assert breaker.clock_difference(worker.now) is None
    worker.send()
    server.shutdown()
    server.server_close()
    difference = breaker.clock_difference(worker.now)
    assert difference is not None
    assert abs(difference - ahead) < timedelta(seconds=5)
    assert breaker.clock_difference(worker.now + timedelta(hours=2)) is None


def test_it_is_written_once_a_minute() -> None:
    now = timezone.now()
    for second, difference in [(0, 1), (30, 2), (61, 3)]:
        breaker.record_clock(Lane.POLL, timedelta(seconds=difference), now + timedelta(seconds=second))
        told = breaker.clock_difference(now + timedelta(seconds=second))
        assert told == timedelta(seconds=3 if second > 60 else 1)
