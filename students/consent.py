"""Limit above which somebody has to accept, by its number, that documents end: of an import and of the daily sweep."""

from django.conf import settings

TOO_MANY_ENDINGS = 4  # exit code of commands that stop at the limit


def needs_consent(endings: int, of: int) -> bool:
    """Return whether so many endings, among `of` rows or documents, have to be accepted by their number."""
    return endings > settings.MOST_ENDINGS and endings > settings.MOST_ENDINGS_SHARE * of
