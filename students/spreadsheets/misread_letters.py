"""Letters that a program read in another encoding than they were written in, before it saved them as they looked.

The encoding of the file says nothing about them any more: the workbook or the UTF-8 is sound.
"""

import re

_ENCODINGS = ("cp1250", "iso8859-2", "cp1252", "latin-1")
# Of what the letters should have been: accented ones of Latin scripts. Of others, RÓŻA in Windows-1250 would be one.
_EUROPEAN = re.compile("[\u00c0-\u017f]")
# What becomes of ź and ą: a capital behind a small letter. Other ones, as in hÉigeartaigh, may be meant.
_CAPITAL_INSIDE = re.compile("[a-ząćęłńóśźż][ĽŸĄ]")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_LOST = ("\ufffd", "?")


def is_misread(text: str) -> bool:
    """Return whether a name cannot be what was written: UTF-8 read as another encoding, lost or escaped letters."""
    if any(sign in text for sign in _LOST) or _ENTITY.search(text):
        return True
    if text.isascii():
        return False
    return bool(_CAPITAL_INSIDE.search(text)) or any(
        _is_utf8_read_as(encoding, text) for encoding in _ENCODINGS
    )


def _is_utf8_read_as(encoding: str, text: str) -> bool:
    try:
        meant = text.encode(encoding).decode()
    except UnicodeError:
        return False
    return all(_EUROPEAN.match(sign) for sign in meant if not sign.isascii())
