"""The system's Chromium, for tests that look at a page as a person does."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.waiting import PATIENCE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium(*options: str, keeps_pages: bool = False) -> Iterator[Browser]:
    """Start a browser, with further options; `keeps_pages`: with its back-forward cache, which Playwright turns off.

    Where there is none the test is skipped, except where everything has to be tried (CI=true).
    """
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "there is no Chromium on this machine"
        pytest.skip("there is no Chromium on this machine")
    expect.set_options(timeout=PATIENCE * 1000)
    without = ["--disable-back-forward-cache"] if keeps_pages else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*OPTIONS, *options], ignore_default_args=without
        )
        yield browser
        browser.close()
