"""Firefox, driven by Marionette, its own protocol: Debian has no geckodriver."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from marionette_driver.by import By
from marionette_driver.errors import MarionetteException
from marionette_driver.marionette import Marionette

from tests.engines.server import SecureServer
from tests.waiting import PATIENCE

PROGRAM = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PREFERENCES = {
    "intl.accept_languages": "pl",
    "intl.locale.requested": "pl",
    "network.disable-localhost-when-offline": True,  # else what is on this machine can be reached without a network
    "dom.webnotifications.enabled": False,
}

_WORK_OFFLINE = """
    Services.io.offline = arguments[0];
    Services.obs.notifyObservers(null, "net:prune-all-connections"); // those that are open would go on
"""


class FirefoxDriver:
    """Driver of the window of a Marionette session."""

    gone: tuple[type[Exception], ...] = (MarionetteException,)

    def __init__(self, session: Marionette) -> None:
        """Drive this session's window."""
        self.session = session

    def open(self, url: str) -> None:
        """Go to an address."""
        with suppress(MarionetteException):
            self.session.navigate(url)

    def back(self) -> None:
        """Press Back."""
        self.session.go_back()

    def click(self, xpath: str) -> None:
        """Click an element."""
        self.session.find_element(By.XPATH, xpath).click()

    def type(self, xpath: str, text: str) -> None:
        """Press the keys of a text in an element."""
        self.session.find_element(By.XPATH, xpath).send_keys(text.replace("\n", "\ue007"))

    def run(self, script: str) -> Any:
        """Run a script in the page."""
        return self.session.execute_script(script, sandbox=None)  # as the page's own scripts see it

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Press File > Work Offline."""
        self._work_offline(True)
        yield
        self._work_offline(False)

    def _work_offline(self, offline: bool) -> None:
        with self.session.using_context("chrome"):
            self.session.execute_script(_WORK_OFFLINE, script_args=[offline])


@contextmanager
def firefox(_server: SecureServer) -> Iterator[FirefoxDriver]:
    """Start Firefox."""
    session = Marionette(
        bin=PROGRAM,
        headless=True,
        prefs=PREFERENCES,
        port=0,
        # The library deletes this file and makes it anew: never a device.
        gecko_log=str(Path(tempfile.gettempdir()) / f"gecko-{os.getpid()}.log"),
        app_args=["-remote-allow-system-access"],
    )
    try:
        session.start_session({"acceptInsecureCerts": True})
        session.timeout.page_load = PATIENCE
        yield FirefoxDriver(session)
    finally:
        session.cleanup()
