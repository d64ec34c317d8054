"""The version: the same in pyproject.toml and in the changelog; the release that is run beside it is the last one."""

import re
import tomllib

from script.lib.releases import commit, read
from tests.structure.tree import ROOT

_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def test_the_changelog_begins_with_what_is_unreleased_and_with_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## .*$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    releases = [found for heading in headings if (found := _RELEASE.fullmatch(heading))]
    assert headings[0] == "## Unreleased"
    assert len(releases) == len(headings) - 1, "a version and its day: ## 0.2.0 - 2027-01-15"
    assert releases[0][1] == version
    assert sorted((found[2] for found in releases), reverse=True) == [found[2] for found in releases]


def test_the_release_in_the_archive_is_the_last_one() -> None:
    """In the commit of a release it is the one before; the next commit packs it anew (CONTRIBUTING.md, Releases)."""
    packed = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    known = [found[1] for found in _RELEASE.finditer((ROOT / "CHANGELOG.md").read_text())]
    assert packed in known[:2]
    assert re.fullmatch("[0-9a-f]{40}", commit())
