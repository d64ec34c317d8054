"""One portal for the whole night, started as a person would start it, with the servers around it."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from signal import SIGTERM

import pytest
from pytest_httpserver import HTTPServer

from tests.night.portal import Night, variables
from tests.notifications.messages.mail_server import MailServer
from tests.running.portal import Portal
from tests.stack.stack import CALM, RunningSandbox

STUDENTS = 60
TO_START = 400  # seconds


@pytest.fixture(scope="session")
def night(pytestconfig: pytest.Config) -> Iterator[Night]:
    """Return the portal that all lines share."""
    if not pytestconfig.option.night:
        pytest.skip("takes twenty minutes: script/test --night tests/night")
    mail = MailServer()
    mail.start()
    with tempfile.TemporaryDirectory(prefix="night-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as another user
        with HTTPServer(host="127.0.0.1", threaded=True) as servers:
            portal = Portal(folder / "data", **variables(folder, mail, servers))
            Night.certificate_in(folder, days=300)
            portal.start()
            try:
                portal.wait_to_say("The portal is ready", TO_START)
                sandbox = RunningSandbox(portal.sandbox_port)
                with sandbox, closing(Night(portal, sandbox, servers, mail)) as running:
                    sandbox.behave(**CALM)
                    running.invite(STUDENTS)
                    yield running
            finally:
                if portal.process and portal.process.poll() is None:
                    portal.end(SIGTERM)
                mail.stop()
