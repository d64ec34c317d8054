"""This installation's client shows the certificate of the settings, and trusts the authority that they name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mdocs import mdokumenty as md
from mdocs.engine import gateway
from script.lib.authority import Authority
from tests.mdocs.mdokumenty.examples import REFERENCE, order_request
from tests.mdocs.mdokumenty.test_tls import server_of


@pytest.fixture
def ministry(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path / "ministry")


@pytest.fixture
def _closes() -> Iterator[None]:
    """Have the client, which is made from this test's settings, be closed with the test."""
    yield
    gateway.connection().close()


@pytest.mark.usefixtures("_closes")
@pytest.mark.parametrize("left_out", ["", "MDOKUMENTY_CERTIFICATE", "MDOKUMENTY_CA"])
def test_an_order_goes_through_with_both_and_with_nothing_less(
    ministry: Authority, settings: Any, left_out: str
) -> None:
    with server_of(ministry, ministry.issue("server")) as server:
        settings.MDOKUMENTY_URL = server.url
        settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY = ministry.issue("portal")
        settings.MDOKUMENTY_CA = ministry.ca
        if left_out:
            setattr(settings, left_out, "")
            with pytest.raises(md.NotAccepted):
                gateway.connection().submit(order_request())
        else:
            assert gateway.connection().submit(order_request()).client_reference == REFERENCE
