"""LangDict of the contract: a text in all languages of the portal."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import override

LangDict = dict[str, str]


def lang_dict(pl: str, en: str) -> LangDict:
    """Return a LangDict of a text written in both languages."""
    return {"pl": pl, "en": en}


def translated(text: Callable[[], object]) -> LangDict:
    """Return a LangDict of a translatable text, evaluated once in each language."""
    spoken: LangDict = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            spoken[language] = str(text())
    return spoken
