"""CSV as spreadsheets, databases and people write it; each encoding is told by the letters of the whole file."""

import io

import pytest

from students.spreadsheets.csv_files import read_csv
from students.spreadsheets.errors import UnreadableFile

NAMES = ["Woźniak", "Święcicki", "Żółć", "Dąbrowska", "Kozioł", "Łęcka", "ĆWIKŁA", "Żądło"]
ENCODINGS = ["cp1250", "iso8859-2", "cp852", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def read(content: bytes, encoding: str | None = None) -> list[list[str]]:
    return [cells for _number, cells in read_csv(io.BytesIO(content), ["numer", "nazwisko"], encoding)]


def refusal(content: bytes, encoding: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content, encoding)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", [*NAMES, "Nowak", " ".join(NAMES)])
def test_a_single_polish_name_tells_the_encoding(name: str, encoding: str) -> None:
    assert read(f"numer;nazwisko\n1;{name}\n".encode(encoding))[1] == ["1", name]


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2", "cp852", "utf-8"])
@pytest.mark.parametrize("name", ["Müller", "Bäcker", "Dvořák", "Ľubica", "Šimková", "Kovács", "Brânză"])
def test_a_foreign_name_among_polish_ones_is_read_right(name: str, encoding: str) -> None:
    content = "\n".join(["numer;nazwisko", f"1;{name}", *(f"2;{each}" for each in NAMES * 3)]) + "\n"
    assert read(content.encode(encoding))[1] == ["1", name]


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
@pytest.mark.parametrize("name", ["Bäcker", "Ľubica", "Šimková", "Müller"])
def test_a_single_foreign_name_is_read_right_or_asked_about(name: str, encoding: str) -> None:
    content = f"numer;nazwisko\n1;{name}\n".encode(encoding)
    try:
        assert read(content)[1] == ["1", name]
    except UnreadableFile as refused:
        assert "jakie kodowanie" in str(refused) and name in str(refused)
    assert read(content, encoding)[1] == ["1", name], "who knows it can say it"


def test_typographic_signs_do_not_hide_the_encoding() -> None:
    text = "numer;nazwisko\n1;Nowak – „Ślązak”\n"
    assert read(text.encode("cp1250"))[1] == ["1", "Nowak – „Ślązak”"]


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        ("1;Żółć\n".encode("cp1250"), "utf-8-sig", "nie jest tekstem w UTF-8"),
        ("1;Żółć Święta\n".encode()[:-4] + b"\n", None, "uszkodzony"),
        (b"1;a\x00b\n", None, "nie jest plik tekstowy"),
    ],
)
def test_what_is_not_text_in_the_encoding_is_refused(
    content: bytes, encoding: str | None, words: str
) -> None:
    assert words in refusal(content, encoding)


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\r\nnumer;nazwisko\r\n1;Nowak\r\n",
        b"sep=,\nnumer,nazwisko\n1,Nowak\n",
        b"SEP=\t\nnumer\tnazwisko\n1\tNowak\n",
        b'"sep=;"\r\nnumer;nazwisko\r\n1;Nowak\r\n',
        b"sep=;;\r\nnumer;nazwisko\r\n1;Nowak\r\n",
        b"sep=;\r\n;;\r\nnumer;nazwisko\r\n1;Nowak\r\n",
        b"sep=,\nnumer;nazwisko\n1;Nowak\n",
        b"sep=!\nnumer!nazwisko\n1!Nowak\n",
        b"numer;nazwisko\n1;Nowak\n",
        b"\n,,\nnumer,nazwisko\n1,Nowak\n",
        b"numer,nazwisko\n1,Nowak\n",
        b"numer\tnazwisko\n1\tNowak\n",
        b"numer|nazwisko\n1|Nowak\n",
        b'"numer";"nazwisko"\n"1";"Nowak"\n',
        b"\n\nnumer;nazwisko\n\n;;\n1;Nowak",
        b"numer;nazwisko\r1;Nowak\r",
        "sep=;\nnumer;nazwisko\n1;Nowak\n".encode("utf-8-sig"),
        "sep=;\nnumer;nazwisko\n1;Nowak\n".encode("utf-16"),
    ],
)
def test_each_separator_is_found(content: bytes) -> None:
    assert read(content) == [["numer", "nazwisko"], ["1", "Nowak"]]


def test_the_line_of_the_separator_has_no_number() -> None:
    rows = read_csv(io.BytesIO(b"sep=;\nnumer;nazwisko\n1;Nowak\n"), ["numer"])
    assert [number for number, _cells in rows] == [1, 2]
    assert rows.read_as == ["Kodowanie: UTF-8, separator: średnik."]


def test_the_comma_of_a_number_separates_nothing() -> None:
    assert read(b"numer\n9,01235E+09\n") == [["numer"], ["9,01235E+09"]]
    assert read(b"9,01235E+09\n8\n") == [["9,01235E+09"], ["8"]]


def test_a_file_that_breaks_off_is_refused() -> None:
    assert "urywa się" in refusal(b"numer;nazwisko;x\n1;Nowak;x\n2;Now")
    assert read(b"numer;nazwisko;x\n1;Nowak;x\n2;Nowak;x")[2] == ["2", "Nowak", "x"]
    assert read(b"numer;nazwisko;x\n1;Nowak\n2;Nowak")[2] == ["2", "Nowak"], "all rows lack it"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_last_row_whose_line_ends_may_lack_its_empty_cells(end: str, encoding: str) -> None:
    content = end.join(["numer;nazwisko;x", "1;Nowak;x", "2;Nowak", ""])
    assert read(content.encode(encoding))[2] == ["2", "Nowak"]


@pytest.mark.parametrize("content", [b'numer;x\n"1;2\n', b'numer;x\n1;"2"3\n'])
def test_unbalanced_quotation_marks_are_refused(content: bytes) -> None:
    assert "cudzysłowy" in refusal(content)
