"""Columns and fields of the admin have words: what has none is shown as its name in the code, in English."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise

THEIRS = ("django.", "django_celery_beat.", "auditlog.", "oauth2_provider.", "allauth.")
OURS = [shown for model, shown in admin.site._registry.items() if not model.__module__.startswith(THEIRS)]
UNNAMED = {"__str__", "action_checkbox"}  # the model's own name, and Django's box


def names_of(shown: Any) -> set[str]:
    """Names that the class of an admin page lists."""
    fieldsets = flatten_fieldsets(shown.fieldsets) if shown.fieldsets else flatten(shown.fields or ())
    return {*shown.list_display, *shown.readonly_fields, *fieldsets} - UNNAMED


def words_of(shown: Any, name: str) -> Any:
    """What stands over a column or beside a field."""
    try:
        return shown.model._meta.get_field(name).verbose_name
    except (FieldDoesNotExist, AttributeError):
        pass
    for owner in (shown, shown.model, shown.form):
        if (found := getattr(owner, name, None)) is not None:
            return getattr(getattr(found, "fget", found), "short_description", None)
    return shown.form.declared_fields[name].label


@pytest.mark.parametrize("shown", OURS, ids=lambda shown: shown.model._meta.label)
def test_each_column_and_field_has_words_that_can_be_translated(shown: Any) -> None:
    wordless = sorted(name for name in names_of(shown) if not isinstance(words_of(shown, name), Promise))
    assert not wordless
