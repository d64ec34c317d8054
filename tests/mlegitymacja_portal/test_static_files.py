"""Static files of two versions side by side in one folder."""

from pathlib import Path
from typing import Any

from mlegitymacja_portal.static_files import CompressedOnce


def collect(settings: Any, sources: Path, place: Path) -> None:
    """Collect what is in a folder, as `collectstatic` does."""
    settings.STATICFILES_DIRS = [sources]
    storage = CompressedOnce(location=place, base_url="/static/")
    paths = {}
    for source in sources.iterdir():
        (place / source.name).write_bytes(source.read_bytes())
        paths[source.name] = (storage, source.name)
    assert all(not isinstance(result, Exception) for _name, _hashed, result in storage.post_process(paths))


def test_a_process_of_the_version_before_finds_its_files_after_the_new_ones_are_there(
    settings: Any, tmp_path: Path
) -> None:
    before, after, place = (tmp_path / name for name in ("before", "after", "place"))
    for folder in (before, after, place):
        folder.mkdir()
    (before / "gone.css").write_text("a {}")
    (before / "page.css").write_text("b {}")
    (after / "page.css").write_text("c {}")
    collect(settings, before, place)
    collect(settings, after, place)

    settings.STATICFILES_DIRS = [before]
    started_again = CompressedOnce(location=place, base_url="/static/")
    for name in ("gone.css", "page.css"):
        hashed = started_again.stored_name(name)
        assert (place / hashed).read_text() == (before / name).read_text()
    settings.STATICFILES_DIRS = [after]
    new = CompressedOnce(location=place, base_url="/static/")
    assert new.stored_name("page.css") != started_again.stored_name("page.css")
