"""Template filters and tags for the admin."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList

from students.admin.saved_filters import kept_query
from students.models import SavedFilter

register = template.Library()


@register.filter
def item(words: Mapping[str, Any], key: str) -> Any:
    """Return a dictionary's value for a key, or the key itself where it is missing."""
    return words.get(key, key)


@register.inclusion_tag("admin/_saved_filters.html", takes_context=True)
def saved_filters(context: template.Context, changelist: ChangeList) -> dict[str, Any]:
    """Show what was saved of a list's filters, and the form that saves what is chosen; one query."""
    request, label = context["request"], changelist.opts.label_lower
    query = kept_query(request.GET)
    found = list(SavedFilter.objects.for_user(request.user).filter(list=label))
    return {
        "filters": [(saved, saved.query == query) for saved in found],
        "query": query,
        "label": label,
        "user": request.user,
        "csrf_token": context["csrf_token"],
        "is_own": any(saved.user_id == request.user.pk for saved in found),
    }
