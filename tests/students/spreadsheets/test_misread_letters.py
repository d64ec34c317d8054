"""Letters that a program has misread before it saved the file are told from those of any language."""

import pytest

from students.spreadsheets.misread_letters import is_misread


@pytest.mark.parametrize(
    "name", ["Woźniak", "Zielóna", "Świt", "Żak", "Müller", "Nowak-Ösz", "Łoś", "Šimůnková"]
)
@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2", "cp1252", "latin-1"])
def test_utf_8_that_was_read_as_another_encoding_is_found(name: str, encoding: str) -> None:
    assert is_misread(name.encode().decode(encoding, "replace"))


@pytest.mark.parametrize(
    "text", ["WoĽniak", "WoŸniak", "KrĄg", "Wo?niak", "Wo\ufffdniak", "Wo&#378;niak", "&oacute;"]
)
def test_letters_that_were_lost_or_changed_are_found(text: str) -> None:
    assert is_misread(text)


@pytest.mark.parametrize(
    "name",
    ["RÓŻA", "STÓŁ", "MROŹNY-ŁÓŚ", "ŻÓŁĆ", "Ó hÉigeartaigh", "Ľubomír", "Ääkäs", "Çelik", "Đặng", "МІЦКЕВИЧ"],
)
def test_unusual_letters_are_not_taken_for_misread_ones(name: str) -> None:
    assert not is_misread(name)
