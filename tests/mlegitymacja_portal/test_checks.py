"""Settings that contradict each other or are unsafe stop the start, each with a hint."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from mlegitymacja_portal.checks import check_settings
from script.lib.authority import Authority
from tests.structure.tree import ROOT

MINISTRY = Authority.new(Path(tempfile.mkdtemp()) / "ministry", last_day=400)
CERTIFICATE, KEY = MINISTRY.issue("portal", last_day=400)
EXPIRED, EXPIRED_KEY = MINISTRY.issue("expired", first_day=-9, last_day=-1)
EARLY, EARLY_KEY = MINISTRY.issue("early", first_day=1, last_day=9)
FERNET_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "portal"}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PRODUCTION: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "DEMO_DATA": False,
    "SECRET_KEY": "s" * 50,
    "ALLOWED_HOSTS": ["legitymacja.example.edu"],
    "PORTAL_URL": "https://legitymacja.example.edu",
    "FIELD_ENCRYPTION_KEYS": [FERNET_KEY],
    "FIELD_INDEX_KEY": "i" * 32,
    "INSTITUTION_ADDRESS": "ul. Kopernika 26",
    "HELP_EMAIL": "pomoc@example.edu",
    "DPO_EMAIL": "iod@example.edu",
    "MDOKUMENTY_URL": "https://mdokumenty.example.gov",
    "PUSH_KEY": "p" * 43,
    "RETENTION_MONTHS": {"orders": 24},
    "MDOKUMENTY_CERTIFICATE": CERTIFICATE,
    "MDOKUMENTY_KEY": KEY,
}
UNSAFE_IN_PRODUCTION: list[tuple[dict[str, Any], str]] = [
    ({"DEMO_DATA": True}, "E001"),
    ({"DEBUG": True}, "E002"),
    ({"SECRET_KEY": "s" * 49}, "E003"),
    ({"SECRET_KEY": "django-insecure-" + "s" * 50}, "E003"),
    ({"ALLOWED_HOSTS": []}, "E004"),
    ({"ALLOWED_HOSTS": ["legitymacja.example.edu", "*"]}, "E004"),
    ({"PORTAL_URL": ""}, "E016"),
    ({"PORTAL_URL": "http://legitymacja.example.edu"}, "E016"),
    ({"PORTAL_URL": "https://127.0.0.1"}, "E016"),
    ({"PORTAL_URL": "https://example.edu/legitymacja"}, "E016"),
    ({"MDOKUMENTY_URL": "http://127.0.0.1:8001"}, "W001"),
    ({"DPO_EMAIL": ""}, "W003"),
    ({"MDOKUMENTY_CERTIFICATE": "", "MDOKUMENTY_KEY": ""}, "W002"),
    ({"PUSH_KEY": ""}, "W004"),
    ({"RETENTION_MONTHS": {"orders": 24, "audit": 0}}, "W008"),
    ({"DATABASES": {"default": POSTGRESQL | {"HOST": "db.example.edu"}}}, "W005"),
    ({"DATABASES": {"default": POSTGRESQL | {"HOST": "10.0.0.1", "OPTIONS": {"sslmode": "prefer"}}}}, "W005"),
    ({"REDIS_URL": "redis://redis.example.edu:6379/0"}, "W006"),
    ({"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "mail.example.edu"}, "W007"),
    ({"S3_ENDPOINT": "http://minio.example.edu:9000"}, "W009"),
]
# Stop the start in production; in development they are said.
CERTIFICATE_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"MDOKUMENTY_CERTIFICATE": EXPIRED, "MDOKUMENTY_KEY": EXPIRED_KEY}, "not valid any more"),
    ({"MDOKUMENTY_CERTIFICATE": EARLY, "MDOKUMENTY_KEY": EARLY_KEY}, "not valid yet"),
    ({"MDOKUMENTY_KEY": EXPIRED_KEY}, "do not belong together"),
    ({"MDOKUMENTY_CERTIFICATE": str(ROOT / "pyproject.toml")}, "MDOKUMENTY_CERTIFICATE cannot be read"),
    ({"MDOKUMENTY_KEY": str(ROOT / "pyproject.toml")}, "MDOKUMENTY_KEY cannot be read"),
    ({"MDOKUMENTY_CA": str(ROOT / "pyproject.toml")}, "MDOKUMENTY_CA cannot be read"),
]
WRONG_EVERYWHERE: list[tuple[dict[str, Any], str]] = [
    ({"FIELD_ENCRYPTION_KEYS": []}, "E005"),
    ({"FIELD_ENCRYPTION_KEYS": [FERNET_KEY, "short"]}, "E005"),
    ({"FIELD_INDEX_KEY": "i" * 31}, "E006"),
    ({"MDOKUMENTY_URL": "mdokumenty.example.gov"}, "E007"),
    ({"MDOKUMENTY_URL": "ftp://mdokumenty.example.gov"}, "E007"),
    ({"MDOKUMENTY_URL": "http://mdokumenty.example.gov"}, "E008"),
    ({"MDOKUMENTY_URL": "http://10.0.0.1"}, "E008"),
    ({"MDOKUMENTY_CERTIFICATE": ""}, "E009"),
    ({"MDOKUMENTY_KEY": ""}, "E009"),
    ({"MDOKUMENTY_CA": "/nowhere/ca.pem"}, "E010"),
    ({"ELIGIBILITY_RULES": "usos"}, "E011"),
    ({"INSTITUTION_CODE": ""}, "E012"),
    ({"INSTITUTION_NAME": ""}, "E012"),
    ({"ENGINE_WORKERS": 0}, "E013"),
    ({"ENGINE_TICK": -1.0}, "E013"),
    ({"ENGINE_LEASE": 30.0, "MDOKUMENTY_TIMEOUT": 10.0}, "E014"),
    ({"PHOTO_PROPORTIONS": (1.3, 1.5)}, "E019"),
    ({"PHOTO_FRAME": (0, 45)}, "E019"),
    ({"PHOTO_FRAME": (45, 35), "PHOTO_PROPORTIONS": (0.5, 4.2)}, "E019"),
    ({"PHOTO_SMALLEST": (1063, 1488)}, "E020"),
    ({"PUSH_KEY": "short"}, "E017"),
    ({"PUSH_KEY": "ś" * 43}, "E017"),
]
FINE: list[dict[str, Any]] = [
    {},
    {"MDOKUMENTY_URL": "https://10.0.0.1:8443"},
    {"FIELD_ENCRYPTION_KEYS": [FERNET_KEY, FERNET_KEY]},
    {"ENGINE_LEASE": 30.1, "MDOKUMENTY_TIMEOUT": 10.0},
    {"ELIGIBILITY_RULES": "pesel"},
    {
        "DATABASES": {
            "default": POSTGRESQL | {"HOST": "db.example.edu", "OPTIONS": {"sslmode": "verify-full"}}
        }
    },
    {"DATABASES": {"default": POSTGRESQL | {"HOST": "/var/run/postgresql"}}},
    {"REDIS_URL": "rediss://redis.example.edu:6379/0"},
    {"REDIS_URL": "redis://[::1]:6379/0"},
    {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "mail.example.edu", "EMAIL_USE_TLS": True},
    {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "localhost"},
    {"PHOTO_PROPORTIONS": (1.4, 1.4), "PHOTO_FRAME": (5, 7)},
]


@pytest.mark.parametrize(("wrong", "number"), UNSAFE_IN_PRODUCTION + WRONG_EVERYWHERE)
def test_production_refuses(settings: Any, wrong: dict[str, Any], number: str) -> None:
    assert found(settings, PRODUCTION | wrong) == {f"mlegitymacja.{number}"}


@pytest.mark.parametrize(("wrong", "number"), WRONG_EVERYWHERE)
def test_development_refuses_what_is_wrong_everywhere(
    settings: Any, wrong: dict[str, Any], number: str
) -> None:
    assert found(settings, PRODUCTION | {"PRODUCTION": False} | wrong) == {f"mlegitymacja.{number}"}


@pytest.mark.parametrize(("relaxed", "_number"), UNSAFE_IN_PRODUCTION)
def test_development_may(settings: Any, relaxed: dict[str, Any], _number: str) -> None:
    assert found(settings, PRODUCTION | {"PRODUCTION": False} | relaxed) == set()


@pytest.mark.parametrize("fine", FINE)
def test_production_takes(settings: Any, fine: dict[str, Any]) -> None:
    assert found(settings, PRODUCTION | fine) == set()


@pytest.mark.parametrize(("wrong", "words"), CERTIFICATE_WRONG)
def test_production_does_not_start_with_a_certificate_that_does_not_serve(
    settings: Any, wrong: dict[str, Any], words: str
) -> None:
    assert found(settings, PRODUCTION | wrong) == {"mlegitymacja.E030"}
    (message,) = check_settings(None)
    assert words in message.msg
    assert found(settings, {"PRODUCTION": False}) == {"mlegitymacja.W030"}


def test_another_database_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert found(settings, {}) == {"mlegitymacja.E015"}


def found(settings: Any, values: dict[str, Any]) -> set[str]:
    """The ids of what the checks find, each of which has to come with a hint."""
    for name, value in values.items():
        setattr(settings, name, value)
    messages = check_settings(None)
    assert all(message.hint for message in messages)
    return {str(message.id) for message in messages}


def test_a_production_installation_has_to_say_whose_it_is(tmp_path: Path) -> None:
    done = run_in_production(tmp_path, "manage.py", "check", INSTITUTION_CODE="")
    assert done.returncode != 0
    assert "mlegitymacja.E012" in done.stderr


def test_a_production_installation_passes_djangos_deployment_checks(tmp_path: Path) -> None:
    done = run_in_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(("manage.py", "check"), id="manage.py"),
        pytest.param(
            (
                "-m",
                "gunicorn",
                "--config=python:mlegitymacja_portal.gunicorn",
                "--bind=127.0.0.1:0",
                "mlegitymacja_portal.wsgi",
            ),
            id="gunicorn",
        ),
        pytest.param(("-m", "celery", "--app=mlegitymacja_portal", "worker"), id="worker"),
        pytest.param(
            (
                "-m",
                "celery",
                "--app=mlegitymacja_portal",
                "beat",
                "--pidfile=",
                "--schedule={folder}/schedule",
            ),
            id="beat",
        ),
    ],
)
def test_no_program_starts_with_demo_data_in_production(tmp_path: Path, program: tuple[str, ...]) -> None:
    command = [part.format(folder=tmp_path) for part in program]
    done = run_in_production(tmp_path, *command, DEMO_DATA="true")
    assert done.returncode != 0
    assert "mlegitymacja.E001" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("ENVIRONMENT", "staging"), ("DEBUG", "maybe"), ("ENGINE_TICK", "often")]
)
def test_a_value_of_the_wrong_kind_stops_the_start_with_its_name(
    tmp_path: Path, name: str, value: str
) -> None:
    done = run_in_production(tmp_path, "manage.py", "check", **{name: value})
    assert done.returncode != 0
    assert name in done.stderr


def run_in_production(folder: Path, *program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one of the portal's programs with the environment of a sound production installation."""
    return subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env=in_production(folder) | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def in_production(folder: Path) -> dict[str, str]:
    """Return the environment of a sound production installation."""
    return os.environ | {
        "ENVIRONMENT": "production",
        "PORTAL_URL": "https://legitymacja.example.edu",
        "INSTITUTION_CODE": "PW",
        "INSTITUTION_NAME": "Politechnika Warszawska",
        "INSTITUTION_ADDRESS": "pl. Politechniki 1",
        "HELP_EMAIL": "pomoc@example.edu",
        "DPO_EMAIL": "iod@example.edu",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "".join(map(chr, range(48, 123))),
        "FIELD_ENCRYPTION_KEYS": FERNET_KEY,
        "FIELD_INDEX_KEY": "i" * 32,
        "ALLOWED_HOSTS": "legitymacja.example.edu",
        "MDOKUMENTY_URL": "https://mdokumenty.example.gov",
        "MDOKUMENTY_CERTIFICATE": CERTIFICATE,
        "MDOKUMENTY_KEY": KEY,
        **{f"KEEP_{name}_MONTHS": "24" for name in ("ORDERS", "PHOTOS", "PEOPLE", "AUDIT", "LOOKS")},
    }
