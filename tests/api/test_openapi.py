"""The OpenAPI document is valid and true: what schemathesis makes up from it never surprises the portal."""

import os
from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.urls import resources
from mdocs.statuses import Status
from students.models import Student, User
from tests.api.caller import make_token
from tests.mdocs.factories import make_order

EXAMPLES = int(os.environ.get("API_EXAMPLES", "10"))  # of each operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def document(db: None) -> dict[str, Any]:
    answer = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.1"
    validate_schema(document)  # type: ignore[no-untyped-call]


def test_the_document_describes_every_address(document: dict[str, Any]) -> None:

    assert len(document["paths"]) == len(resources)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert {"token": []} in operation["security"] and {"cookieAuth": []} in operation["security"]
            assert "Scope of a token" in operation["description"]
            assert {"401", "403", "404", "429", "500"} <= set(operation["responses"])


def shapes(document: dict[str, Any]) -> set[str]:
    """Return the names of what is asked and answered."""
    found = set()
    for operations in document["paths"].values():
        for operation in operations.values():
            for told in (operation.get("requestBody", {}), *operation["responses"].values()):
                for content in told.get("content", {}).values():
                    schema = content["schema"]
                    found.add(schema.get("items", schema)["$ref"].rpartition("/")[2])
    return found


def test_everything_that_is_asked_and_answered_has_a_true_example(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]
    assert len(shapes(document)) > 15
    for name in shapes(document):
        shape = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        (example,) = described[name]["examples"]
        Draft202012Validator(shape, format_checker=FormatChecker()).validate(example)
        if name != "Problem":
            assert set(example) == set(described[name]["properties"]), name


def test_the_page_to_try_it_loads_nothing_from_elsewhere(client: Client) -> None:
    page, script = client.get("/api/v1/docs/"), client.get("/api/v1/docs/?script=")
    assert page.status_code == script.status_code == 200
    assert script["Content-Type"].startswith("application/javascript")
    for answer in (page, script):
        text = answer.content.decode()
        assert "http://" not in text and "https://" not in text
    assert "<style" not in page.content.decode() and "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize("whose", ["student", "dean"])
def test_nothing_that_can_be_asked_breaks_a_promise(
    live_server: Any, document: dict[str, Any], student: Student, dean: User, whose: str, settings: Any
) -> None:
    settings.API_CALLS_PER_MINUTE = 1_000_000
    user = student.user if whose == "student" else dean
    make_order(student, Status.CANCELLED)
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    described = schemathesis.openapi.from_dict(document)
    described.config.update(base_url=live_server.url)
    asked = 0
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        asked += ask(found.ok(), headers)
    assert asked > 20 * EXAMPLES // 2


def ask(operation: Any, headers: dict[str, str]) -> int:
    """Ask an operation what hypothesis makes up, valid or not; return how often."""
    from hypothesis import given

    asked = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()
    return asked
