"""A student who lets applications in, at a portal that runs."""

from urllib.parse import urlsplit

from tests.mdocs.page.html import Document
from tests.stack.visitor import Visitor


class Person(Visitor):
    """Signs in, and presses the button of an application's question."""

    def let_in(self, address: str) -> str:
        """Agree, and return the PIN, or the address to which the browser is sent."""
        page = self._asked(address)
        request = self.request(page, "Zgadzam się", agree="1")
        answer = self.http.send(request, follow_redirects=False)
        if answer.is_redirect:
            return answer.headers["Location"]
        assert answer.status_code == 200, answer.text
        (pin,) = Document(answer.text).texts("strong", **{"class": "local-pin"})
        return pin

    def _asked(self, address: str) -> Document:
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}"
        self.http.cookies.clear()
        answer = self.http.get(path, follow_redirects=False)
        assert answer.headers["Location"].startswith("/logowanie/?next="), "asks who it is"
        form = self.look(answer.headers["Location"])
        return self.send(form, "Zaloguj się", username=self.username, password="demo")
