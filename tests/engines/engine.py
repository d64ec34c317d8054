"""What the tests of every browser engine ask of one: pages, clicks, keys, Back, and being offline."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from tests.waiting import PATIENCE, wait_until


class Driver(Protocol):
    """Driver of one window of a browser; elements are named by XPath, which all protocols know."""

    gone: tuple[type[Exception], ...]  # what is raised while one page goes and the next comes

    def open(self, url: str) -> None:
        """Go to an address; return whether or not it can be reached."""
        ...

    def back(self) -> None:
        """Press Back."""
        ...

    def click(self, xpath: str) -> None:
        """Click an element that is there."""
        ...

    def type(self, xpath: str, text: str) -> None:
        """Press the keys of a text in an element; a line feed is Enter."""
        ...

    def run(self, script: str) -> Any:
        """Run the body of a function in the page and return what it returns."""
        ...

    def offline(self) -> AbstractContextManager[None]:
        """Be without a network, for a while."""
        ...


@dataclass
class Engine:
    """A browser's window at the portal, as a person uses it."""

    name: str
    driver: Driver
    url: str

    def go(self, path: str) -> None:
        """Open a page of the portal."""
        self.driver.open(self.url + path)

    def run(self, script: str) -> Any:
        """Run a script; None while one page goes and the next comes."""
        try:
            return self.driver.run(script)
        except self.driver.gone:
            return None

    def text(self) -> str:
        """Return what can be read in the window."""
        return str(self.run("return document.body.innerText") or "")

    def path(self) -> str:
        """Return where the window is."""
        return str(self.run("return location.pathname"))

    def reads(self, *wanted: str) -> None:
        """Wait until each of these can be read."""
        self.waits(
            lambda: (text := self.text()) and all(each in text for each in wanted), f"{wanted} is not in"
        )

    def waits(self, holds: Callable[[], object], else_say: str = "It has not come to it") -> None:
        """Wait until something holds of the page."""
        wait_until(holds, PATIENCE, lambda: f"{self.name}: {else_say}: {self.path()}: {self.text()}")

    def waits_for(self, condition: str) -> None:
        """Wait until an expression holds in the page."""
        self.waits(lambda: self.run(f"return Boolean({condition})"), f"not so: {condition}")

    def press(self, words: str) -> None:
        """Press the link or button that can be seen and says exactly this."""
        said = f'normalize-space()="{words}" or @value="{words}"'
        self.click(f"//*[self::a or self::button or self::input[@type='submit']][{said}]")

    def click(self, xpath: str) -> None:
        """Click the first of these elements that can be seen, once there is one."""
        found = 0

        def is_there() -> bool:
            nonlocal found
            if not self.run("return document.readyState === 'complete'"):
                return (
                    False  # its modules have run by then: pressed earlier, what they enhance is a plain link
                )
            found = self.run(_FIRST_SEEN.replace("XPATH", xpath.replace("`", ""))) or 0
            return bool(found)

        self.waits(is_there, f"nothing to click: {xpath}")
        self.driver.click(f"({xpath})[{found}]")

    def type(self, field: str, text: str) -> None:
        """Type into the field with this id."""
        self.waits_for(f"document.getElementById('{field}')")
        self.driver.type(f"//*[@id='{field}']", text)


_FIRST_SEEN = """
    const found = document.evaluate(`XPATH`, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    for (let place = 0; place < found.snapshotLength; place += 1)
        if (found.snapshotItem(place).getClientRects().length) return place + 1;
    return 0;
"""
