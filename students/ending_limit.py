"""Limit of endings: an import or a daily sweep that would end more documents has to be accepted by somebody.

They accept the number of documents, so that nothing else can end in their place.
"""

from django.conf import settings

TOO_MANY_ENDINGS = 4  # exit code of commands that stop at the limit


def exceeds_ending_limit(endings: int, of: int) -> bool:
    """Return whether so many endings, among `of` rows or documents, exceed both MOST_ENDINGS and MOST_ENDINGS_SHARE."""
    return endings > settings.MOST_ENDINGS and endings > settings.MOST_ENDINGS_SHARE * of
