"""Description of webhooks in the OpenAPI document: its `webhooks`, as Standard Webhooks has them."""

from typing import Any

_HEADERS = {
    "webhook-id": "The same each time that a message is sent again: keep those that you have worked off.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970: refuse one that is minutes old.",
    "webhook-signature": "One or more signatures with spaces between them: `v1,` and the base64 HMAC-SHA256 of "
    "`id.timestamp.body` under the bytes of the secret. During an exchange of secrets there are two.",
}
_ANSWERS = {
    "2XX": "Taken.",
    "410": "Nothing is wanted any more: the endpoint is switched off.",
    "4XX": "Refused: sent again up to 24 times, for about nine hours.",
    "5XX": "Not now: sent again later, after `Retry-After` at the earliest.",
}
_ORDER_CHANGED = (
    "An order has come into another state. The message holds neither codes nor a PESEL, and may come twice "
)
_ORDER_CHANGED += "or out of order: `timestamp` says when it happened."
_TEST = "An administrator tries whether the receiver can be reached and checks signatures."


def webhooks() -> dict[str, Any]:
    """Return the `webhooks` of the document; the schemas are those of `api.serializers.webhooks`."""
    return {
        "orderChanged": _described("order_changed", "An order has changed", _ORDER_CHANGED, "OrderMessage"),
        "webhookTest": _described("webhook_test", "A test", _TEST, "TestMessage"),
    }


def _described(name: str, summary: str, description: str, schema: str) -> dict[str, Any]:
    operation = {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": ["Webhooks"],
        "security": [],
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
            }
            for header, text in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        },
        "responses": {status: {"description": text} for status, text in _ANSWERS.items()},
    }
    return {"post": operation}
