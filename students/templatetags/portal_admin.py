"""Template filters for the admin."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def item(words: Mapping[str, Any], key: str) -> Any:
    """Return a dictionary's value for a key, or the key itself where it is missing."""
    return words.get(key, key)
