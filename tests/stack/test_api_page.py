"""The page to try the API, as it is served: with all of its files, each the portal's own."""

import httpx

from tests.mdocs.page.html import Document
from tests.stack.stack import Stack


def test_the_page_to_try_the_api_has_all_its_files(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, trust_env=False) as browser:
        answer = browser.get("/api/v1/docs/")
        assert answer.status_code == httpx.codes.OK
        page = Document(answer.text)
        files = [script.attrs["src"] for script in page.all("script")]
        files += [link.attrs["href"] for link in page.all("link")]
        assert len(files) >= 4
        for file in files:
            assert browser.get(file).status_code == httpx.codes.OK, file
        assert browser.get("/api/v1/schema/").status_code == httpx.codes.OK
