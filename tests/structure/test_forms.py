"""Fields of forms: what is listed is shown, and what is shown is listed.

Django says nothing of most of what is listed in vain: a read-only field outside of the fieldsets, options of a field
that a form does not have, a `clean_…` without its field, a name in a template that no form knows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from auditlog.registry import auditlog
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.forms.forms import BaseForm
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import get_resolver
from rest_framework.serializers import BaseSerializer

from students.admin.versioned import VersionedAdminMixin
from students.models import User
from students.versioned_forms import VersionedInlineFormSet, VersionedModelForm
from tests.structure.tree import APPS, files, name

OPTIONS_OF_FIELDS = ("widgets", "labels", "help_texts", "error_messages", "field_classes")
NAMED_IN_AN_ADMIN = (
    *("prepopulated_fields", "radio_fields", "autocomplete_fields", "raw_id_fields"),
    *("filter_horizontal", "filter_vertical"),
)
_NAME_IN_A_TEMPLATE = re.compile(r"\bform\.(\w+)")


def subclasses(of: type) -> set[type]:
    """Return the project's classes below one of Django's."""
    get_resolver().url_patterns  # noqa: B018 -- imports all views, and so all forms
    found, rest = set(), [of]
    while rest:
        for each in rest.pop().__subclasses__():
            rest.append(each)
            if each.__module__.partition(".")[0] in APPS:
                found.add(each)
    return found


def fields_of(form: type) -> set[str]:
    """Return the names of a form's or a serializer's fields."""
    fields: dict[str, Any] = getattr(form, "base_fields", None) or getattr(form, "_declared_fields", {})
    return set(fields)


def in_vain(form: Any) -> Iterator[str]:
    """Yield what a form says about fields that it does not have."""
    fields = fields_of(form)
    options = getattr(form, "_meta", None)
    for option in OPTIONS_OF_FIELDS:
        yield from (
            f"{option}: {field}" for field in sorted(set(getattr(options, option, None) or ()) - fields)
        )
    model = getattr(options, "model", None)
    known = {field.name for field in model._meta.get_fields()} if model else set[str]()
    yield from (
        f"exclude: {field}" for field in getattr(options, "exclude", None) or () if field not in known
    )
    yield from (
        f"field_order: {field}" for field in getattr(form, "field_order", None) or () if field not in fields
    )
    for method in vars(form):
        field = re.sub(r"^(clean|validate)_", "", method)
        if field != method and field not in fields:
            yield method


def test_a_form_speaks_of_fields_that_it_has() -> None:
    found = subclasses(BaseForm) | subclasses(BaseSerializer)
    assert len(found) > 15
    faults = [f"{form.__qualname__}: {what}" for form in found for what in in_vain(form)]
    assert not faults, "\n".join(faults)


def test_a_template_shows_fields_that_a_form_has() -> None:
    fields = {field for form in subclasses(BaseForm) for field in fields_of(form)}
    missing = [
        f"{name(path)}: form.{field}"
        for path in files(".html", under=("templates",))
        if not name(path).startswith(("templates/mfa/", "templates/account/"))  # forms of django-allauth
        for field in _NAME_IN_A_TEMPLATE.findall(path.read_text())
        if field not in fields
        and not hasattr(forms.ModelForm, field)
        and field not in {"errors", "html", "cleaned_data"}
    ]
    assert not missing, "\n".join(missing)


@pytest.fixture
def request_of_superuser(rf: RequestFactory, db: None) -> HttpRequest:
    """Return a request for a page of the admin by who may do everything."""
    request = rf.get("/admin/")
    request.user = User.objects.create_superuser("root", password="x")
    return request


def pages(request: HttpRequest) -> Iterator[list[tuple[Any, Any]]]:
    """Yield the pages of each admin and inline, each with the object that it is for: None for a new one."""
    for model, of_model in admin.site._registry.items():
        stored = model()
        stored.pk = stored.pk or 1  # as good as stored for who only asks which fields are shown
        yield [(of_model, None), (of_model, stored)]
        inlines = defaultdict(list)
        for obj in (None, stored):
            for inline in of_model.get_inline_instances(request, obj):
                inlines[type(inline)].append((inline, obj))
        yield from inlines.values()


def form_of(page: Any, request: HttpRequest, obj: Any) -> type[BaseForm]:
    """Return the class of the form that a page or an inline shows."""
    if hasattr(page, "get_formset"):
        of_inline: type[BaseForm] = page.get_formset(request, obj).form
        return of_inline
    of_page: type[BaseForm] = page.get_form(request, obj, change=obj is not None)
    return of_page


def faults_of(versions: list[tuple[Any, Any]], request: HttpRequest) -> Iterator[str]:
    """Yield what an admin lists and shows on none of its pages, and fields of a page's form that it does not show."""
    shown, listed = set[str](), set[str]()
    for page, obj in versions:
        on_this_page = set(flatten_fieldsets(page.get_fieldsets(request, obj)))
        shown |= on_this_page
        listed |= set(page.get_readonly_fields(request, obj))
        listed.update(*(getattr(page, option) for option in NAMED_IN_AN_ADMIN))
        if (
            page.has_change_permission(request)
            if obj
            else page.has_add_permission(request, *_parent(page, obj))
        ):
            hidden = fields_of(form_of(page, request, obj)) - on_this_page
            yield from (f"{type(page).__name__}: {field} is in the form and not shown" for field in hidden)
        else:  # Django shows a dash for what does not exist
            unknown = {
                field for field in on_this_page if not hasattr(page, field) and not hasattr(page.model, field)
            }
            yield from (f"{type(page).__name__}: {field} is nothing that there is" for field in unknown)
    yield from (f"{type(page).__name__}: {field} is listed and not shown" for field in listed - shown)


def _parent(page: Any, obj: Any) -> tuple[Any, ...]:
    return (obj,) if hasattr(page, "parent_model") else ()


def test_a_page_of_the_admin_shows_what_it_lists(request_of_superuser: HttpRequest) -> None:
    found = [faults_of(versions, request_of_superuser) for versions in pages(request_of_superuser)]
    assert len(found) > 15
    faults = [fault for each in found for fault in each]
    assert not faults, "\n".join(faults)


def test_a_page_of_the_admin_that_changes_rows_knows_what_it_showed(
    request_of_superuser: HttpRequest,
) -> None:
    found = set()
    for model, page in admin.site._registry.items():
        stored = model()
        stored.pk = stored.pk or 1
        stored._state.adding = False
        assert not page.list_editable, "a list has no version of its rows"
        if page.has_change_permission(request_of_superuser):
            found.add(model.__name__)
            assert isinstance(page, VersionedAdminMixin), model
            assert issubclass(form_of(page, request_of_superuser, stored), VersionedModelForm), model
        for inline in page.get_inline_instances(request_of_superuser, stored):
            if inline.has_change_permission(request_of_superuser, stored):
                found.add(inline.model.__name__)
                formset = inline.get_formset(request_of_superuser, stored)
                assert issubclass(formset, VersionedInlineFormSet), inline
                assert issubclass(formset.form, VersionedModelForm), inline
    assert found >= {"Student", "Enrolment", "User", "Group", "Faculty", "Programme", "Endpoint", "Consumer"}


def test_a_list_of_the_admin_sorts_by_columns_that_it_has() -> None:
    missing = {
        type(of_model).__name__: column
        for of_model in admin.site._registry.values()
        for column in of_model.sortable_by or ()
        if column not in of_model.list_display
    }
    assert missing == {}


def test_a_filter_is_in_a_list_of_the_admin(request_of_superuser: HttpRequest) -> None:
    listed: set[Any] = {
        each[1] if isinstance(each, tuple) else each
        for of_model in admin.site._registry.values()
        for each in of_model.get_list_filter(request_of_superuser)
    }
    ours = subclasses(admin.ListFilter)
    kinds = {kind for each in ours for kind in each.__mro__[1:]}
    missing = sorted(each.__qualname__ for each in ours - kinds - listed)
    assert not missing, f"in no list_filter: {missing}"


def test_the_audit_log_is_told_of_columns_that_exist() -> None:
    assert len(auditlog.get_models()) > 5
    missing = [
        f"{model.__name__}: {field}"
        for model in auditlog.get_models()
        for fields in _fields_of_the_log(auditlog.get_model_fields(model))
        for field in fields
        if field not in {each.name for each in model._meta.get_fields()}
    ]
    assert not missing, "\n".join(missing)


def _fields_of_the_log(options: Any) -> Iterable[Iterable[str]]:
    return (
        options[key] or () for key in ("include_fields", "exclude_fields", "mask_fields", "mapping_fields")
    )
