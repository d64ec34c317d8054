"""One portal for the whole folder, over HTTPS, and each engine that is on this machine in front of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.engines import firefox, webkit
from tests.engines.chromium import chromium
from tests.engines.engine import Driver, Engine
from tests.engines.server import SecureServer

ENGINES: dict[str, Callable[[SecureServer], AbstractContextManager[Driver]]] = {
    "Chromium": chromium,
    "Firefox": firefox.firefox,
    "WebKit": webkit.webkit,
}
MISSING = {
    "Firefox": [] if firefox.PROGRAM else ["firefox-esr"],
    "WebKit": [
        package
        for package, program in (("webkit2gtk-driver", webkit.DRIVER), ("xvfb", webkit.SCREEN))
        if not program
    ],
}


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[SecureServer]:
    """Return the portal that all tests of this folder share."""
    server = SecureServer(tmp_path_factory.mktemp("tls"))
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield server
    server.terminate()


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest,
    server: SecureServer,
    transactional_db: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    """Return a new window of each engine; where its packages are missing the test is skipped, but in CI (CI=true)."""
    name = request.param
    if missing := MISSING.get(name):
        assert os.environ.get("CI") != "true", f"missing: {missing}"
        pytest.skip(f"{name} is not here: apt-get install {' '.join(missing)}")
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    # Playwright runs a loop in the thread of the tests; what they ask the database is not asked from inside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with ENGINES[name](server) as driver:
        engine = Engine(name, driver, server.url)
        engine.go("/pomoc/")
        engine.run("document.cookie = 'language=pl; path=/; secure'")
        yield engine
