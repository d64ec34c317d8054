"""What the admin's templates cannot say by themselves."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def item(words: Mapping[str, Any], key: str) -> Any:
    """Look a key up; one that is not there stands for itself."""
    return words.get(key, key)
