"""The catalogue of one language: bring it up to what the portal says, and find what is wrong with it."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from script.lib.extraction import ROOT

LANGUAGES = ("en", "pl")
_WRITTEN_IN = "pl"  # the language of the texts in the code
_WIDTH = 110
_HEADER = """\
# The words of the portal in {name}. script/translations finds new texts; this file is where they are translated.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")
_TAG = re.compile(r"</?\w+|&\w+;")
_SPACE = re.compile(r"^\s*|\s*$")


def file_of(language: str, root: Path = ROOT) -> Path:
    """Name the catalogue of a language."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str, root: Path = ROOT) -> Catalog:
    """Read the catalogue of a language; an empty one where there is none yet."""
    file = file_of(language, root)
    with BytesIO(file.read_bytes() if file.exists() else b"") as text:
        return read_po(text, locale=language)


def needed(texts: Catalog, language: str) -> Catalog:
    """Keep the texts that a language needs words for: Polish only for forms of plurals, and where a context tells."""
    if language != _WRITTEN_IN:
        return texts
    kept = Catalog(charset="utf-8")
    for message in _messages(texts):
        if message.pluralizable or message.context:
            kept.add(
                message.id,
                locations=message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return kept


def update(language: str, texts: Catalog, root: Path = ROOT) -> None:
    """Write new texts into the catalogue, empty or marked as a guess (fuzzy), and drop what nobody says any more."""
    catalogue = read(language, root)
    catalogue.update(needed(texts, language), update_creation_date=False)
    catalogue.obsolete.clear()
    for message in _messages(catalogue):
        message.previous_id = []
        if language == _WRITTEN_IN and not message.pluralizable:
            message.string = message.id
            message.flags.discard("fuzzy")
    file = file_of(language, root)
    file.parent.mkdir(parents=True, exist_ok=True)
    locale = Locale.parse(language)
    header = _HEADER.format(name=locale.english_name, code=language, plural=catalogue.plural_forms)
    with file.open("wb") as out:
        out.write(header.encode())
        write_po(out, catalogue, width=_WIDTH, omit_header=True, include_lineno=False, include_previous=False)


def faults(language: str, texts: Catalog, root: Path = ROOT) -> list[str]:
    """Say, one line each, what keeps the catalogue of a language from being complete and right."""
    catalogue, wanted = read(language, root), needed(texts, language)
    return [f"{language}: {fault}" for fault in _faults(catalogue, wanted)]


def _faults(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    for message in _messages(wanted):
        if catalogue.get(message.id, message.context) is None:
            yield f"missing: {_shown(message)} ({message.locations[0][0]})"
    for message in [*_messages(catalogue), *catalogue.obsolete.values()]:
        if wanted.get(message.id, message.context) is None:
            yield f"said by nobody any more: {_shown(message)}"
        elif message.fuzzy:
            yield f"a guess (fuzzy): {_shown(message)}"
        else:
            yield from (f"{fault}: {_shown(message)}" for fault in _faults_of(message, catalogue.num_plurals))


def _faults_of(message: Message, plurals: int) -> Iterator[str]:
    texts = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    words = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    said = [each for each in words if each]
    if len(said) != (plurals if message.pluralizable else 1):
        yield "not translated"
        return
    for each in said:
        if not any(
            sorted(_PLACEHOLDER.findall(each)) == sorted(_PLACEHOLDER.findall(text)) for text in texts
        ):
            yield f"other placeholders in {each!r}"
        if not any(sorted(_TAG.findall(each)) == sorted(_TAG.findall(text)) for text in texts):
            yield f"other markup in {each!r}"
        if _SPACE.findall(each) != _SPACE.findall(texts[0]):
            yield f"other space at an end of {each!r}"


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _shown(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}: {text!r}" if message.context else repr(text)
