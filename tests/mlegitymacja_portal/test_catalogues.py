"""What Django reads is compiled from the catalogues; what is missing or of another day is found and made anew."""

from pathlib import Path

import pytest
from django.core.management import call_command

from mlegitymacja_portal import catalogues, checks

WORDS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Zamów"\nmsgstr "{}"\n'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The catalogue of a portal that says one thing, not compiled yet."""
    source = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(WORDS.format("Order"))
    monkeypatch.setattr(catalogues, "_ROOT", tmp_path / "locale")
    return source


def test_a_fresh_clone_is_compiled_once(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("compilemessages")
    assert f"Compiled: {source}" in capsys.readouterr().out
    call_command("compilemessages")
    assert capsys.readouterr().out == ""
    assert b"Order" in source.with_suffix(".mo").read_bytes()


def test_what_was_compiled_from_other_words_is_compiled_again(source: Path) -> None:
    catalogues.compile_stale()
    source.write_text(WORDS.format("Buy"))
    assert catalogues.compile_stale() == [source]
    assert b"Buy" in source.with_suffix(".mo").read_bytes()


@pytest.mark.parametrize("broken", [b"", b"half a file", b"\xde\x12\x04\x95\x00\x00\x00\x00\x05\x00"])
def test_what_is_broken_is_compiled_again(source: Path, broken: bytes) -> None:
    source.with_suffix(".mo").write_bytes(broken)
    assert catalogues.compile_stale() == [source]
    assert catalogues.compile_stale() == []


def test_nothing_starts_with_words_of_another_day(source: Path) -> None:
    catalogues.compile_stale()
    assert checks.check_settings(None) == []
    source.write_text(WORDS.format("Buy"))
    (error,) = checks.check_settings(None)
    assert (error.id, error.hint) == ("mlegitymacja.E018", "Run: manage.py compilemessages")
