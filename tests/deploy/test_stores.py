"""Settings of PostgreSQL, Redis and PgBouncer: each exists where tests run, with a value that it takes."""

import re
from configparser import ConfigParser

import pytest
import redis
from django.conf import settings
from django.db import connection

from script.lib.server import WORKERS
from tests.structure.tree import ROOT

DEPLOY = ROOT / "deploy"


def lines(path: str, separator: str) -> dict[str, str]:
    found = {}
    for line in (DEPLOY / path).read_text().splitlines():
        text = re.sub(r"\s+#.*", "", line).strip()
        if text and not text.startswith("#"):
            name, _, value = text.partition(separator)
            found[name.strip()] = value.strip().strip("'\"")
    return found


@pytest.mark.django_db
def test_postgresql_knows_each_setting_and_its_unit() -> None:
    wanted = lines("postgresql/mlegitymacja.conf", "=")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, vartype, enumvals FROM pg_settings")
        known = {name: (kind, choices) for name, kind, choices in cursor.fetchall()}
    for name, value in wanted.items():
        kind, choices = known[name]
        if kind == "bool":
            assert value in {"on", "off"}, name
        elif kind == "enum":
            assert value in choices, name
        elif kind in {"integer", "real"}:
            assert re.fullmatch(r"-?[\d.]+(kB|MB|GB|ms|s|min|h)?", value), name


def test_redis_knows_each_setting() -> None:
    known = redis.Redis.from_url(settings.REDIS_URL).config_get("*")
    wanted = lines("redis/mlegitymacja.conf", " ")
    assert wanted.keys() <= known.keys()
    assert wanted["maxmemory-policy"] == "noeviction"


def test_pgbouncer_lets_go_of_a_connection_after_each_transaction() -> None:
    read = ConfigParser(comment_prefixes=";")
    read.read(DEPLOY / "pgbouncer/pgbouncer.ini")
    assert read["pgbouncer"]["pool_mode"] == "transaction"
    pool = int(read["pgbouncer"]["default_pool_size"]) + int(read["pgbouncer"]["reserve_pool_size"])
    assert pool < int(lines("postgresql/mlegitymacja.conf", "=")["max_connections"])


def test_the_sum_of_connections_fits_where_it_is_compared() -> None:
    """Sums of the guide and of the table of capacity are right, and the settings leave room for them."""
    guide, capacity = ((ROOT / "docs" / name).read_text() for name in ("deployment.md", "capacity.md"))
    section = guide.partition("\n## Connections\n")[2].partition("\n## ")[0]
    (row,) = re.findall(r"^\| connections .*$", capacity, re.MULTILINE)
    sums = re.findall(r"((?:[\d,]+ \+ )+[\d,]+) = ([\d,]+)", section + row)
    assert len(sums) == 5
    for parts, total in sums:
        assert sum(int(part.replace(",", "")) for part in parts.split(" + ")) == int(total.replace(",", ""))
    threads = int(
        re.findall(r"^threads = (\d+)", (ROOT / "mlegitymacja_portal/gunicorn.py").read_text(), re.M)[0]
    )
    assert f"WEB_CONCURRENCY × ({threads} + 1)" in section
    three = sum(len(worker[0].partition("=")[2].split(",")) for worker in WORKERS.values() if worker[1:])
    prefork = sum(1 for worker in WORKERS.values() if not worker[1:])
    assert f"({prefork} × ENGINE_WORKERS + {three} + {len(WORKERS)})" in section
    read = ConfigParser(comment_prefixes=";")
    read.read(DEPLOY / "pgbouncer/pgbouncer.ini")
    one, *_, most = (int(total.replace(",", "")) for _, total in sums[2:])
    assert one <= int(lines("postgresql/mlegitymacja.conf", "=")["max_connections"])
    assert most <= int(read["pgbouncer"]["max_client_conn"])
