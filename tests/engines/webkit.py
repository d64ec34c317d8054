"""WebKitGTK, which shares Safari's engine, driven by Selenium on a screen that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.webkitgtk.service import Service

from tests.engines.server import SecureServer
from tests.waiting import PATIENCE

DRIVER = shutil.which("WebKitWebDriver")
SCREEN = shutil.which("Xvfb")


class WebKitDriver:
    """Driver of the window of a WebDriver session."""

    gone: tuple[type[Exception], ...] = (WebDriverException,)

    def __init__(self, session: WebKitGTK) -> None:
        """Drive this session's window."""
        self.session = session

    def open(self, url: str) -> None:
        """Go to an address."""
        with suppress(WebDriverException):
            self.session.get(url)

    def back(self) -> None:
        """Press Back."""
        self.session.back()

    def click(self, xpath: str) -> None:
        """Click an element."""
        self.session.find_element(By.XPATH, xpath).click()

    def type(self, xpath: str, text: str) -> None:
        """Press the keys of a text in an element."""
        self.session.find_element(By.XPATH, xpath).send_keys(text.replace("\n", "\ue007"))

    def run(self, script: str) -> Any:
        """Run a script in the page."""
        return self.session.execute_script(script)

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Tell the service worker that it is offline: this driver takes no network away."""
        self._worker_is_offline(True)
        yield
        self._worker_is_offline(False)

    def _worker_is_offline(self, offline: bool) -> None:
        self.session.execute_script(
            "navigator.serviceWorker.controller.postMessage({ offline: arguments[0] })", offline
        )


# What a service worker sees of being offline.
_CAN_BE_OFFLINE = """
let offline = false;
const online = self.fetch;
Object.defineProperty(self.navigator, "onLine", { get: () => !offline });
self.fetch = (...asked) => (offline ? Promise.reject(new TypeError("offline")) : online(...asked));
self.addEventListener("message", ({ data }) => (offline = data.offline));
"""


@contextmanager
def webkit(server: SecureServer) -> Iterator[WebKitDriver]:
    """Start the small browser that comes with WebKitGTK."""
    server.worker_begins = _CAN_BE_OFFLINE
    with screen() as display:
        options = WebKitGTKOptions()
        options.set_capability("acceptInsecureCerts", True)
        environment = {**os.environ, "DISPLAY": display, "LANG": "pl_PL.UTF-8", "LANGUAGE": "pl"}
        session = WebKitGTK(options=options, service=Service(DRIVER, env=environment))
        try:
            session.set_page_load_timeout(PATIENCE)
            yield WebKitDriver(session)
        finally:
            session.quit()
            server.worker_begins = ""


@contextmanager
def screen() -> Iterator[str]:
    """Start an X server without a screen; return its name for DISPLAY."""
    assert SCREEN is not None
    command = [SCREEN, "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield f":{process.stdout.readline().strip()}"
        process.terminate()
