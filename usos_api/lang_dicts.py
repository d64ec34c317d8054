"""Texts in all languages of the portal at once: the LangDict of the contract."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import override

LangDict = dict[str, str]


def lang_dict(pl: str, en: str) -> LangDict:
    """Make a LangDict of a text written here in both languages."""
    return {"pl": pl, "en": en}


def translated(text: Callable[[], object]) -> LangDict:
    """Make a LangDict of a text that the portal has in its catalogue: it is composed once in each language."""
    spoken: LangDict = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            spoken[language] = str(text())
    return spoken
