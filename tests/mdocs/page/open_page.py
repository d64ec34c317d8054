"""The student's page, open in a browser: what htmx and static/portal/live.js send for it, and what comes back."""

import json
import re
from typing import Any

from django.test import Client

from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document

STATE = f"{PAGE}stan/"


class OpenPage:
    """A page as it was when it was opened."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.html = client.get(PAGE).content.decode()
        region = Document(self.html).all("div", id="status")[0]
        self.region = region.attrs
        self.tag: dict[str, str] = json.loads(region.attrs.get("hx-headers", "{}"))

    def ask(self, *, looks: bool = True, client: Client | None = None, tag: str | None = None) -> Any:
        """Ask whether anything has changed, as somebody who looks at the page or has only left it open.

        Another `client` or `tag` is what somebody else might try.
        """
        tags = self.tag if tag is None else {"If-None-Match": tag}
        headers = {"HX-Request": "true", **tags, **({"X-Somebody-Looks": "1"} if looks else {})}
        return (client or self.client).get(STATE, headers=headers)

    @property
    def shown(self) -> str:
        """What there is to see in the region that changes."""
        return visible(self.html[self.html.index('<div id="status"') : self.html.index("</main>")])


def visible(region: str) -> str:
    """The region without what differs each time and is not seen: the forms' tokens, and the tag."""
    return re.sub(r'hx-headers="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", region).strip()
