"""A university with a sign-in, and a browser that goes to and fro between it and the portal."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from script.lib.network import free_port
from tests.accounts.university.server import CLIENT_ID, CLIENT_SECRET, PASSWORD
from tests.waiting import wait_until


@dataclass
class University:
    """The server, and what its people do in a browser."""

    url: str
    folder: Path
    portal: str

    def sign_in(self, browser: requests.Session, url: str, login: str) -> requests.Response:
        """Follow the portal's button to the university, type a password there, and go where it leads."""
        page = browser.get(url)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None, page.text
        body = {"username": login, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        return browser.post(page.url, data=body)


@pytest.fixture(scope="session")
def university_process(tmp_path_factory: pytest.TempPathFactory, live_server: Any) -> Iterator[University]:
    """One server for all tests."""
    folder, port, portal = tmp_path_factory.mktemp("university"), free_port(), live_server.url
    command = [sys.executable, "-m", "tests.accounts.university.server", str(port), str(folder), portal]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            return requests.get(f"{url}/up/", timeout=5).ok
        except requests.ConnectionError:
            return False

    wait_until(is_up)
    yield University(url, folder, portal)
    process.terminate()
    process.wait()


@pytest.fixture
def browser() -> requests.Session:
    """A browser."""
    return requests.Session()


@pytest.fixture
def cas(university_process: University, settings: Any) -> University:
    """The university with CAS, whose names are the logins of the portal."""
    settings.UNIVERSITY_SIGN_IN, settings.CAS_URL = "cas", f"{university_process.url}/cas"
    settings.PORTAL_URL = university_process.portal
    return university_process


@pytest.fixture
def oidc(university_process: University, settings: Any) -> University:
    """The university with OpenID Connect, whose `preferred_username` is the login of the portal."""
    settings.UNIVERSITY_SIGN_IN, settings.OIDC_ISSUER = "oidc", f"{university_process.url}/o"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.SIGN_IN_ATTRIBUTE = "preferred_username"
    settings.PORTAL_URL = university_process.portal
    return university_process
