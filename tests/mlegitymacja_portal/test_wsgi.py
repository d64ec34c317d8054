"""What gunicorn calls, with requests that no browser sends."""

from io import BytesIO
from typing import Any

import pytest

BODY = b"x=%ff"


@pytest.mark.django_db(transaction=True)  # each request begins and ends with its own connection
@pytest.mark.parametrize("letters", ["hex", "rot13", "undefined", "punycode", "zlib", "nonsense", "utf-16"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_claims_to_be_written_in_no_letters_is_answered(letters: str, method: str) -> None:
    from mlegitymacja_portal.wsgi import application  # its checks ask the database

    sent = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/services/apisrv/now",
        "QUERY_STRING": "y=%C5%BC",
        "CONTENT_TYPE": f"application/x-www-form-urlencoded; charset={letters}",
        "CONTENT_LENGTH": str(len(BODY)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(BODY),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []

    def start(status: str, headers: Any, error: Any = None) -> Any:
        statuses.append(status)

    answer = b"".join(application(sent, start))
    assert statuses in (["200 OK"], ["400 Bad Request"]), answer
