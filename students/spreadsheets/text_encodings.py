"""Encoding of a text file with Polish names, told by what each encoding would make of its letters.

Windows-1250, ISO-8859-2 and CP852 can read any bytes, so none of them fails. Each reading is weighed by all letters of
the file: Polish ones are expected, other letters are possible, capitals inside a word and signs inside a name are not.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from students.spreadsheets.errors import UnreadableFile

CHUNK = 1 << 16  # bytes
# What a clerk may choose, by the names under which Python knows them.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "cp1250": "Windows-1250",
    "iso8859-2": "ISO-8859-2",
    "cp852": "CP852",
    "utf-16": "UTF-16",
}
# What speaks against an encoding before anything is read: how rarely offices have it today.
_PRIORS = {"cp1250": 0.0, "iso8859-2": 0.5, "cp852": 3.0}
_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_BEGIN_NO_WORD = frozenset("ąęńĄĘŃ")
_PUNCTUATION, _INSIDE_NAMES = frozenset("„”“’‘–—…\u00a0§«»°"), frozenset("’‘–—")
_DASHES = frozenset("–—")
_FOREIGN, _PUNCTUATED, _BEGINS, _CASE, _SIGN, _CONTROL = 2.0, 1.0, 3.0, 6.0, 10.0, 20.0
_DOUBT = 2.0  # a difference that is no larger than this decides nothing
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
SHOWN = 3  # names in each reading


def find_encoding(file: IO[bytes]) -> str:
    """Return the encoding of a text file.

    Raises UnreadableFile for what is no text, for damaged UTF-8, and in doubt, with some names in each reading.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return check_encoding(file, "utf-16")
    if len(start) == 4 and start[1::2] == b"\0\0" and b"\0" not in start[::2]:
        return check_encoding(file, "utf-16-le")
    if len(start) == 4 and start[::2] == b"\0\0" and b"\0" not in start[1::2]:
        return check_encoding(file, "utf-16-be")
    try:
        _check_text(file, "utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(file, error)
        return _weigh(file)
    return "utf-8-sig"


def check_encoding(file: IO[bytes], encoding: str) -> str:
    """Return the encoding if the whole file is text in it; raise UnreadableFile otherwise."""
    try:
        _check_text(file, encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("Plik nie jest tekstem w %(encoding)s. Zapisz go jako „CSV UTF-8” albo XLSX.")
            % {"encoding": ENCODINGS.get(encoding, encoding.upper())}
        ) from error
    return encoding


def _check_text(file: IO[bytes], encoding: str) -> None:
    for text in _decoded(file, encoding, "strict"):
        if _NO_TEXT.search(text):
            raise UnreadableFile(_("To nie jest plik tekstowy. Zapisz tabelę jako „CSV UTF-8” albo XLSX."))


def _refuse_damaged_utf8(file: IO[bytes], error: UnicodeDecodeError) -> None:
    # Text of another encoding hardly ever makes letters of UTF-8; in UTF-8 that was damaged they are the rule.
    broken = letters = 0
    for text in _decoded(file, "utf-8-sig", "replace"):
        damaged = text.count("\ufffd")
        broken += damaged
        letters += len(text) - len(text.encode("ascii", "ignore")) - damaged
    if letters > broken:
        raise UnreadableFile(
            _("Plik jest w UTF-8, ale uszkodzony. Wyeksportuj go jeszcze raz i wczytaj ponownie.")
        ) from error


def _decoded(file: IO[bytes], encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _weigh(file: IO[bytes]) -> str:
    """Return the encoding against which the letters of the file speak least."""
    contexts, words = _letters(file)
    weights = {
        encoding: prior + sum(count * _against(bytes_, encoding) for bytes_, count in contexts.items())
        for encoding, prior in _PRIORS.items()
    }
    best, *others = sorted(weights, key=weights.__getitem__)
    if weights[best] == float("inf"):
        raise UnreadableFile(
            _("Plik nie jest tekstem w UTF-8 ani Windows-1250. Zapisz go jako „CSV UTF-8” albo XLSX.")
        )
    for other in others:
        if weights[other] - weights[best] <= _DOUBT and _read(words, other) != _read(words, best):
            raise UnreadableFile(
                _(
                    "Nie wiadomo, jakie kodowanie ma ten plik. Wybierz to, w którym nazwiska są dobrze: %(readings)s."
                )
                % {
                    "readings": "; ".join(
                        f"{ENCODINGS[each]}: {_read(words, each)}" for each in (best, other)
                    )
                }
            )
    return best


def _letters(file: IO[bytes]) -> tuple[Counter[bytes], list[bytes]]:
    """Return the bytes beyond ASCII, each between its neighbours, with their numbers; and the first words with them."""
    contexts: Counter[bytes] = Counter()
    words: dict[bytes, None] = {}
    file.seek(0)
    before = b"\n"
    while chunk := file.read(CHUNK):
        piece = before[-1:] + chunk + b"\n"
        for found in _HIGH.finditer(piece, 1):
            contexts[piece[found.start() - 1 : found.start() + 2]] += 1
        if len(words) < SHOWN:
            words.update(dict.fromkeys(_WORD.findall(chunk)))
        before = chunk
    return contexts, list(words)[:SHOWN]


def _against(context: bytes, encoding: str) -> float:
    """Return what speaks against an encoding in a byte between its neighbours."""
    try:
        sign = context[1:2].decode(encoding)
    except UnicodeDecodeError:
        return float("inf")
    before, after = (context[place : place + 1].decode(encoding, "replace") for place in (0, 2))
    if not sign.isalpha():
        inside = before.isalpha() and after.isalpha()
        if sign in (_INSIDE_NAMES if inside else _PUNCTUATION):
            return _CASE if sign in _DASHES and after.isalpha() and not inside else _PUNCTUATED
        return _CONTROL if "\x80" <= sign <= "\x9f" else _SIGN
    against = 0.0 if sign in _POLISH else _FOREIGN
    if sign.isupper() and (before.islower() or (before.isupper() and after.islower())):
        against += _CASE
    if sign.islower() and before.isupper() and after.isupper():
        against += _CASE
    if sign in _BEGIN_NO_WORD and not before.isalpha():
        against += _BEGINS
    return against


def _read(words: list[bytes], encoding: str) -> str:
    return ", ".join(word.decode(encoding, "replace") for word in words)
