"""A student at a browser without JavaScript: httpx, cookies, and the forms as they stand in the page."""

import httpx

from tests.mdocs.page.html import Document

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
ORDER = "Zamów mLegitymację"
PASSWORD = "demo"  # of each of the cast


class Visitor:
    """Somebody who looks at the portal and presses its buttons."""

    def __init__(self, url: str, username: str, *, album_number: str = "", session: str = "") -> None:
        self.username = username
        self._address = ""
        self.album_number = album_number
        self.http = httpx.Client(
            base_url=url,
            follow_redirects=True,
            timeout=30,
            trust_env=False,
            headers={"Accept-Language": "pl"},
            cookies={"sessionid": session} if session else None,
            # A browser asks again where the server has just closed a connection that was idle; httpx does not.
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
        )

    def sign_in(self, password: str = PASSWORD) -> Document:
        """Sign in by the form, and give the page that comes then."""
        form = self.look("/logowanie/")
        return self.send(form, "Zaloguj się", username=self.username, password=password)

    def look(self, address: str = PAGE) -> Document:
        """Open a page. Raises `httpx.HTTPStatusError` where it is refused."""
        return self._open(self.http.build_request("GET", address))

    def press(self, button: str) -> Document:
        """Press a button of the student's page, and give the page that comes then."""
        return self.send(self.look(), button)

    def send(self, page: Document, button: str, **typed: str) -> Document:
        """Press a button of the page last seen. Raises `httpx.HTTPStatusError` where it is refused."""
        return self._open(self.request(page, button, **typed))

    def _open(self, request: httpx.Request) -> Document:
        answer = self.http.send(request, follow_redirects=True)
        answer.raise_for_status()
        self._address = str(answer.url)
        return Document(answer.text)

    def request(self, page: Document, button: str, **typed: str) -> httpx.Request:
        """Build what a browser sends when a button of the page is pressed."""
        form, fields = None, dict[str, str]()
        for element in page.elements:
            if element.tag == "form":
                form, fields = element, {}
            elif element.tag == "input" and "name" in element.attrs:
                fields[element.attrs["name"]] = element.attrs.get("value", "")
            elif element.tag == "button" and element.text == button and form:
                address = form.attrs.get("action") or self._address
                return self._submission(form.attrs.get("method", "get"), address, fields | typed)
        raise AssertionError(f"no button “{button}” for {self.username}: {page.main}")

    def _submission(self, method: str, address: str, fields: dict[str, str]) -> httpx.Request:
        if method == "post":
            return self.http.build_request("POST", address, data=fields)
        return self.http.build_request("GET", address, params=fields)
