"""Saved filters of the admin's lists: saving, opening, and a page to rename, share and delete them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from students.admin.versioned import VersionedAdminMixin
from students.models import SavedFilter, User
from students.models.saved_filters import SavedFilterQuerySet
from students.versioned_forms import VersionedModelForm

# Of an address of a list: the searched words, which name people, and what is not a choice.
NOT_KEPT = (SEARCH_VAR, PAGE_VAR, ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR)


def kept_query(query: QueryDict) -> str:
    """Return what is kept of a list's address, in an order of its own; "" where nothing is chosen."""
    kept = query.copy()
    for name in NOT_KEPT:
        kept.pop(name, None)
    ordered = QueryDict(mutable=True)
    for name in sorted(kept):
        ordered.setlist(name, kept.getlist(name))
    return ordered.urlencode()


def list_address(label: str) -> str:
    """Return the address of a list by the label of its model."""
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


class NewFilterForm(forms.ModelForm[SavedFilter]):
    """Form of a filter to be saved."""

    class Meta:
        model = SavedFilter
        fields = ("name", "is_shared")


class SavedFilterForm(VersionedModelForm[SavedFilter]):
    """Form of a saved filter: its name, and whether others see it."""

    class Meta:
        model = SavedFilter
        fields = ("name", "is_shared")


@admin.register(SavedFilter)
class SavedFilterAdmin(VersionedAdminMixin, admin.ModelAdmin[SavedFilter]):
    """Saved filters of the user: opened, renamed, shared and deleted; they are made above the lists."""

    form = SavedFilterForm
    list_display = ("name", "open_link", "of_list", "is_shared")
    readonly_fields = ("of_list", "open_link")
    fields = ("name", "is_shared", "of_list", "open_link")

    def get_queryset(self, request: HttpRequest) -> SavedFilterQuerySet:
        """Return the user's own."""
        return SavedFilter.objects.filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody works in the office."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether it is one's own."""
        return self.has_module_permission(request) and (obj is None or obj.user_id == request.user.pk)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: they are saved above the list that they are of."""
        return False

    @admin.display(description=_("lista"))
    def of_list(self, saved: SavedFilter) -> str:
        """Return the name of the list."""
        office = _office_of(saved.list)
        return capfirst(str(office.opts.verbose_name_plural)) if office else saved.list

    @admin.display(description=_("otwórz"))
    def open_link(self, saved: SavedFilter) -> str:
        """Return the link that opens it, or that it does not work any more."""
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:students_savedfilter_open", args=[saved.pk]),
            _("Pokaż listę"),
        )

    def get_urls(self) -> list[Any]:
        """Add the addresses that save and open one."""
        own = [
            path(
                "save/",
                self.admin_site.admin_view(require_POST(self.save_filter)),
                name="students_savedfilter_save",
            ),
            path(
                "<int:filter_id>/open/",
                self.admin_site.admin_view(require_safe(self.open_filter)),
                name="students_savedfilter_open",
            ),
        ]
        return own + super().get_urls()

    def save_filter(self, request: HttpRequest) -> HttpResponse:
        """Save what is chosen in a list, and return to it."""
        label, user = request.POST.get("list", ""), request.user
        office = _office_of(label)
        if not isinstance(user, User):
            raise PermissionDenied
        if office is None:
            raise Http404
        if not office.has_view_or_change_permission(request):
            raise PermissionDenied
        query = kept_query(QueryDict(request.POST.get("query", "")))
        saved = SavedFilter(user=user, list=label, query=query)
        form = NewFilterForm(request.POST, instance=saved)
        errors = [str(problem) for problem in form.errors.get("name", [])]
        if not query:
            errors.append(say("Najpierw wybierz filtry. Szukane słowa nie są zapisywane."))
        if not errors:
            try:
                saved.full_clean()
                saved.save()
            except ValidationError as error:
                errors = error.messages
        for problem in errors:
            messages.error(request, problem)
        if not errors:
            messages.success(request, _("Zapisano filtr „%(name)s”.") % {"name": saved.name})
        return redirect(f"{list_address(label)}?{query}")

    def open_filter(self, request: HttpRequest, filter_id: int) -> HttpResponse:
        """Lead to the list as it was saved; where that does not work any more, say so and show no other list."""
        saved = get_object_or_404(SavedFilter.objects.for_user(request.user), pk=filter_id)
        office = _office_of(saved.list)
        if office is not None and not office.has_view_or_change_permission(request):
            raise PermissionDenied
        if office is not None and _is_understood(office, request, saved.query):
            return redirect(f"{list_address(saved.list)}?{saved.query}")
        messages.error(
            request,
            _(
                "Filtr „%(name)s” już nie działa: czegoś, co wybiera, nie ma na tej liście. Wybierz filtry od nowa i "
                "zapisz je, a ten usuń."
            )
            % {"name": saved.name},
        )
        return redirect("admin:students_savedfilter_changelist")


def _office_of(label: str) -> admin.ModelAdmin[Any] | None:
    """Return the admin of a list by the label of its model; None for one that there is not."""
    every = {model._meta.label_lower: office for model, office in admin.site._registry.items()}
    return every.get(label)


def _is_understood(office: admin.ModelAdmin[Any], request: HttpRequest, query: str) -> bool:
    """Return whether a list understands these filters: each is one of its own, with a value that it offers."""
    asked = HttpRequest()
    asked.method, asked.user, asked.GET = "GET", request.user, QueryDict(query)
    asked.META, asked.path = request.META, request.path
    try:
        rows: QuerySet[Any] = office.get_changelist_instance(asked).get_queryset(asked)
        rows.exists()
    except (IncorrectLookupParameters, SuspiciousOperation, ValidationError, ValueError):
        return False
    return True
