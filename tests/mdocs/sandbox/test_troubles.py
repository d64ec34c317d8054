"""What every call meets while the sandbox plays a trouble on the way."""

import gzip
from uuid import uuid4

import httpx
import pytest

from tests.mdocs.sandbox.university import University, application, error
from tests.mdocs.sandbox_process import Sandbox


@pytest.mark.parametrize("status", [400, 403, 404, 413, 502])
def test_a_proxy_answers_with_a_page_of_its_own_and_nothing_is_done(
    sandbox: Sandbox, university: University, status: int
) -> None:
    sandbox.behave(trouble=f"proxy_{status}")
    answer = university.submit(application())
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert answer.headers["Server"].startswith("nginx")
    assert sandbox.ledger()["orders"] == []
    assert [call["fault"] for call in sandbox.ledger()["calls"]] == [f"proxy_{status}"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_an_error_of_the_contract_comes_instead_of_the_work(
    sandbox: Sandbox, university: University, status: int
) -> None:
    sandbox.behave(trouble=f"error_{status}")
    assert error(university.submit(application()))[0] == status
    assert sandbox.ledger()["orders"] == []


def test_an_earlier_document_is_not_named(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(trouble="unnamed_409")
    answer = university.submit(application())
    assert error(answer) == (409, "holder_has_document")
    assert "order_id" not in answer.json()["error"]


def test_a_copy_that_lags_knows_no_order(sandbox: Sandbox, university: University) -> None:
    order_id = university.submit(application()).json()["order_id"]
    sandbox.behave(trouble="missing")
    assert university.query(order_id).json() == {"orders": [], "missing": [order_id]}


def test_answers_are_packed(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(trouble="packed")
    request = httpx.Request("GET", f"{sandbox.url}/v1/health", headers={"X-Request-Id": str(uuid4())})
    with httpx.Client() as client:
        response = client.send(request, stream=True)
        packed = b"".join(response.iter_raw())
    assert gzip.decompress(packed).startswith(b"\xef\xbb\xbf{")


def test_a_trouble_that_nobody_knows_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.behave(trouble="rain")
