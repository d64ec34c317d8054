"""Archives that would do harm are refused before anything of them is unpacked, and no others are."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from students.spreadsheets import archives
from students.spreadsheets.archives import Limits, open_archive
from students.spreadsheets.errors import UnreadableFile

MIB = 1024 * 1024
PLENTY = Limits(entries=1_000, total=10**9, ratio=10)


def packed(entries: Mapping[str, bytes], *, comment: bytes = b"", **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        archive.comment = comment
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def refusal(file: io.BytesIO, limits: Limits) -> str:
    """Return why an archive is refused; nothing when it is opened."""
    try:
        open_archive(file, limits)
    except UnreadableFile as error:
        return str(error)
    return ""


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("comment", [b"", b"c" * 0xFFFF])
def test_a_table_of_contents_that_is_too_long_is_not_even_read(
    monkeypatch: pytest.MonkeyPatch, zip64: bool, comment: bytes
) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0 if zip64 else 0xFFFF)
    file = packed({f"{number:0300}.jpg": b"" for number in range(3)}, comment=comment)
    monkeypatch.setattr(archives, "ZipFile", None)
    assert "za dużo plików" in refusal(file, Limits(entries=3, total=10**9, ratio=10))


@pytest.mark.parametrize(("entries", "said"), [(2, "za dużo plików"), (3, "")])
def test_entries_are_counted(entries: int, said: str) -> None:
    refused = refusal(packed({f"{number}.jpg": b"" for number in range(3)}), Limits(entries, 10**9, 10))
    assert (said in refused) and bool(said) == bool(refused)


@pytest.mark.parametrize(("total", "is_refused"), [(11, True), (12, False)])
def test_what_is_unpacked_has_a_limit(total: int, is_refused: bool) -> None:
    file = packed({"1.jpg": b"1" * 6, "2.jpg": b"2" * 6})
    assert ("za duże" in refusal(file, Limits(entries=2, total=total, ratio=10))) == is_refused


@pytest.mark.parametrize(("size", "is_refused"), [(10 * MIB, False), (10 * MIB + 1, True)])
def test_a_high_ratio_does_no_harm_up_to_ten_megabytes(size: int, is_refused: bool) -> None:
    file = packed({"1.jpg": bytes(size)}, compression=zipfile.ZIP_DEFLATED)
    assert ("za duże" in refusal(file, PLENTY)) == is_refused


def test_much_that_is_hardly_packed_is_taken() -> None:
    assert refusal(packed({"1.jpg": bytes(11 * MIB)}), PLENTY) == ""


@pytest.mark.parametrize(("flags", "is_refused"), [(0x1, True), (0x2, False)])
def test_an_archive_with_a_password_is_refused_in_words(flags: int, is_refused: bool) -> None:
    content = bytearray(packed({"1.jpg": b"x"}).getvalue())
    content[content.rindex(b"PK\x01\x02") + 8] |= flags  # general purpose bit flags (APPNOTE 4.3.12)
    assert ("hasłem" in refusal(io.BytesIO(content), PLENTY)) == is_refused


def test_a_table_of_contents_that_is_too_large_is_found_before_the_longest_comment() -> None:
    directory = (10**9).to_bytes(8, "little")
    of_zip64 = b"PK\x06\x06" + bytes(36) + directory + bytes(8) + b"PK\x06\x07" + bytes(16)
    end = b"PK\x05\x06" + bytes(16) + b"\xff\xff" + b"x" * 0xFFFF
    assert "za dużo plików" in refusal(io.BytesIO(of_zip64 + end), PLENTY)
