"""Browsers are told to load nothing from elsewhere and to run nothing that stands in a page."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.students.factories import make_user

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if path.name != "mail.html"  # an e-mail has no files beside it
)
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)", re.IGNORECASE
)


def policy(answer: object) -> dict[str, str]:
    """Read the policy of an answer."""
    header: str = answer["Content-Security-Policy"]  # type: ignore[index]
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", PAGE, "/logowanie/", "/nie-ma/", "/admin/", "/admin/students/student/"]
)
def test_every_page_has_a_policy_that_allows_nothing_inline(
    client: Client, student: Student, address: str
) -> None:
    make_order(student, Status.READY)
    for user in (None, student.user, make_user(is_staff=True, is_superuser=True)):
        if user:
            client.force_login(user)
        answer = client.get(address)
        told = policy(answer)
        assert told["default-src"] == "'none'"
        assert told["script-src"] == told["img-src"] == "'self'"
        assert set(told["style-src"].split()) == {
            "'self'",
            *(block.source for block in settings.INLINE_STYLES.values()),
        }
        assert told["frame-ancestors"] == told["base-uri"] == "'none'"
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_only_the_page_for_scanning_may_use_the_camera(client: Client) -> None:
    scan = "/admin/students/studentcard/scan/"
    assert "camera=()" in client.get(scan)["Permissions-Policy"], "nobody is signed in"
    client.force_login(make_user(is_staff=True, is_superuser=True))
    allowed = client.get(scan)["Permissions-Policy"].split(", ")
    assert [each for each in allowed if not each.endswith("=()")] == ["camera=(self)"]
    assert "camera=()" in client.get("/admin/students/studentcard/")["Permissions-Policy"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_styles_or_scripts_of_its_own(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


def test_styles_in_pages_end_where_they_should_and_fetch_nothing() -> None:
    for block in settings.INLINE_STYLES.values():
        assert "</" not in block.text and "url(" not in block.text and "@import" not in block.text


@pytest.mark.parametrize(
    "inline", ["<style>", '<p style="a">', '<a onclick="b()">', "<script>", '<a href="javascript:c()">']
)
def test_the_search_for_them_finds_them(inline: str) -> None:
    assert INLINE.search(inline)
    assert not INLINE.search('<script src="/x.js" defer></script><p class="a">on = "b"</p>')
