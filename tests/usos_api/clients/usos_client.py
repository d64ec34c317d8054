"""The published client `usos-api`, as it comes from PyPI, at work: run by test_clients.py in a Python of its own.

Its package has the name of our own app, so neither can be imported where the other is: this file is run with `-I`,
which leaves the portal off the path.
"""

import asyncio
import importlib
import json
import sys
from typing import Any

package: Any = importlib.import_module("usos_api")


async def with_a_token(base: str, key: str, secret: str, token: str, token_secret: str) -> None:
    """Ask for the user as the client does by default, with a token that was given elsewhere."""
    async with package.USOSClient(base, key, secret) as client:
        client.load_access_token(token, token_secret)
        user = await client.user_service.get_user()
        tell(user=json.loads(user.model_dump_json()))


async def main(base: str, key: str, secret: str, callback: str) -> None:
    """Get access, call what the client has methods for, and end the access."""
    async with package.USOSClient(base, key, secret) as client:
        client.set_scopes(["studies", "email", "photo", "cards", "personal"])
        tell(address=await client.get_authorization_url(callback, confirm_user=True))
        verifier = input()
        await client.authorize(verifier)
        user = await client.user_service.get_user()
        again = await client.user_service.get_user(fields=["id", "first_name", "last_name", "pesel"])
        consumer = await client.api_server_service.get_consumer_info()
        index = await client.api_documentation_service.get_method_index()
        method = await client.api_documentation_service.get_method_info("cards/mcard")
        module = await client.api_documentation_service.get_module_info("cards")
        scopes = await client.api_documentation_service.get_scopes()
        term = await client.term_service.get_term("2026/2027")
        terms = await client.term_service.get_terms(["2026/2027-Z", "2026/2027-L"])
        connection = client.connection
        by_get = await connection.get("services/cards/mcard", fields="orders[id|status]|why_cannot_order")
        bare = await connection.get("services/cards/user_cards")
        by_post = await connection.post("services/cards/make_mcard_order")
        order = (await connection.get("services/cards/mcard"))["orders"][0]
        one = await connection.post(
            "services/cards/mcard_order", order_id=order["id"], fields="id|status|token"
        )
        tell(
            connected=await client.test_connection(),
            user=json.loads(user.model_dump_json()),
            again=json.loads(again.model_dump_json()),
            consumer=json.loads(consumer.model_dump_json()),
            methods=[each.name for each in index],
            method=json.loads(method.model_dump_json()),
            module=json.loads(module.model_dump_json()),
            scopes=[each.key for each in scopes],
            term=json.loads(term.model_dump_json()),
            terms=[json.loads(each.model_dump_json()) for each in terms],
            by_get=by_get,
            cards=len(bare),
            by_post=by_post,
            order=one,
        )
        token = client.connection.auth_manager.get_access_token()
        await client.connection.auth_manager.logout()
        client.load_access_token(*token)
        try:
            await client.user_service.get_user()
        except Exception as refused:  # noqa: BLE001  # a type of a package that mypy takes for ours
            tell(refused=str(refused))


def tell(**what: Any) -> None:
    """Tell the test."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


asyncio.run((main if len(sys.argv) == 5 else with_a_token)(*sys.argv[1:]))
