"""/health/live and /health/ready, with each component away, slow, or behind."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from mdocs.models import Breaker
from operations.models import Sign
from tests.operations.signs import make_well, sign


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.fixture
def busy_workers(db: None) -> None:
    make_well()
    MigrationRecorder.Migration.objects.update(applied=timezone.now())  # a kept database is older


@pytest.mark.usefixtures("busy_workers")
def test_ready_tells_how_each_component_is(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    components = dict.fromkeys(
        (
            *(
                "database",
                "keys",
                "redis",
                "beat",
                "workers",
                "orders_due",
                "mdokumenty",
                "messages",
                "phones",
            ),
            *("certificate", "periodic_tasks", "sweep", "sign_in", "storage", "disk", "clock"),
            *("reconciliation", "webhooks"),
        ),
        "ok",
    )
    assert answer.json() == {"status": "ok", "components": components}


@pytest.mark.usefixtures("busy_workers")
@pytest.mark.parametrize("state", ["open", "not_accepted"])
@pytest.mark.parametrize("cause", ["", "name_not_found"])
def test_what_only_delays_orders_is_degraded(client: Client, state: str, cause: str) -> None:
    Breaker.objects.update(state=state, next_probe_at=timezone.now(), cause=cause)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["components"]["mdokumenty"] == (f"{state}: {cause}" if cause else state)


@pytest.mark.usefixtures("busy_workers")
@pytest.mark.parametrize(
    ("role", "queue", "component", "says"),
    [
        ("worker", "send", "workers", "not seen: send"),
        ("worker", "poll", "workers", "not seen: poll"),
        ("worker", "emails", "workers", "not seen: emails"),
        ("beat", "", "beat", "not seen"),
    ],
)
def test_who_is_away_is_named(client: Client, role: str, queue: str, component: str, says: str) -> None:
    Sign.objects.filter(role=role, queue=queue).delete()
    sign(role, queue, seen=timedelta(seconds=40))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    others = {name: said for name, said in answer.json()["components"].items() if said != "ok"}
    assert others == {component: says}


@pytest.mark.usefixtures("busy_workers")
def test_no_machine_is_named_to_the_public(client: Client) -> None:
    Sign.objects.filter(queue="send").update(
        findings={"photos": "not shared"}, process="send@inside.example.edu"
    )
    answer = client.get("/health/ready")
    assert answer.json()["components"]["storage"] == "not shared"
    assert "inside" not in answer.content.decode()


@pytest.mark.usefixtures("busy_workers")
def test_without_redis_orders_are_still_taken(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["components"]["redis"] == "unreachable"


@pytest.mark.django_db
def test_a_redis_that_says_nothing_is_not_waited_for(client: Client, settings: Any, silent_port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_port}"
    begin = time.monotonic()
    assert client.get("/health/ready").json()["components"]["redis"] == "no answer"
    assert time.monotonic() - begin < 15


@pytest.mark.django_db
def test_without_the_database_nothing_can_be_served(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["components"]["database"] == "unreachable"


@pytest.mark.django_db
def test_a_database_that_says_nothing_is_not_waited_for(
    client: Client, monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(silent_port))
    begin = time.monotonic()
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["components"]) == (503, {"database": "no answer"})
    assert time.monotonic() - begin < 15


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_keeps_it_from_being_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = 'away' WHERE app = 'students' AND name = '0001_initial'"
        )
        try:
            answer = client.get("/health/ready")
        finally:
            cursor.execute("UPDATE django_migrations SET name = '0001_initial' WHERE name = 'away'")
    assert answer.status_code == 503
    assert answer.json()["components"]["database"] == "migrations missing"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_an_answer_is_never_kept_and_changes_nothing(client: Client, address: str) -> None:
    assert "no-store" in client.get(address)["Cache-Control"]
    assert client.head(address).status_code == 200
    refused = client.post(address)
    assert refused.status_code == 405
    assert refused.json()["error"]["code"] == "405"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["10.1.2.3", "10.1.2.3:8000", "[fd00::1]:8000", "portal-0.portal.svc", "a_b", ""]
)
@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_a_probe_asks_by_whatever_name_it_knows(
    client: Client, settings: Any, host: str, address: str
) -> None:
    settings.ALLOWED_HOSTS = ["legitymacja.example.edu"]
    settings.SECURE_SSL_REDIRECT = True
    for answer in (
        client.get(address, headers={"host": host}),
        client.head(address, headers={"host": host, "x-forwarded-host": "elsewhere.example"}),
    ):
        assert answer.status_code == 200
        assert "X-Request-Id" in answer and answer["X-Content-Type-Options"] == "nosniff"
    assert client.get("/logowanie/", headers={"host": host or "a_b"}, secure=True).status_code == 400
