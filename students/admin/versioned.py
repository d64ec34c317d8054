"""Pages of the admin over rows that others write too: forms with a version, and the row locked while it is saved."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from students.page_versions import VERSION, PageVersion
from students.versioned_forms import VersionedInlineFormSet, VersionedModelForm

if TYPE_CHECKING:
    Options = admin.ModelAdmin[Any]
else:
    Options = object


class VersionedAdminMixin(Options):
    """Send the version of the rows along with the page; save only what was touched, and nothing in conflict.

    Works with forms that are VersionedModelForm and inlines whose formset is a VersionedInlineFormSet.
    """

    form = VersionedModelForm

    def lock(self, pk: Any) -> None:
        """Lock the row until the transaction ends; whatever changes the page's rows waits for it."""
        list(self.model._base_manager.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))

    def lock_requested(self, object_id: str) -> None:
        """Lock the row of a page's address; an address without a row locks nothing."""
        try:
            self.lock(self.opts.pk.to_python(unquote(object_id)))
        except ValidationError:
            return  # such a page does not exist, as Django is about to find

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lock the row before it is compared and saved."""
        with transaction.atomic():
            if request.method == "POST" and object_id is not None:
                self.lock_requested(object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Update the changed columns only."""
        if not change:
            super().save_model(request, obj, form, change)
        elif columns := form.changed_columns():
            obj.save(update_fields=columns)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Add the version: a new one to a new page and after a conflict, else the one that the page came with."""
        if context["original"] is not None:
            context["version"] = _version(request, context)
        return super().render_change_form(request, context, *args, **kwargs)


def _version(request: HttpRequest, context: dict[str, Any]) -> str:
    page = context["adminform"]
    inlines = [
        each for each in context["inline_admin_formsets"] if isinstance(each.formset, VersionedInlineFormSet)
    ]
    if page.form.is_bound:
        if not (page.form.is_stale or any(inline.formset.is_stale for inline in inlines)):
            return request.POST.get(VERSION, "")  # a mistake was shown, and nothing of what changed meanwhile
        page.form = page.form.as_now()
        for inline in inlines:
            inline.formset = inline.formset.as_now()
    forms = [page.form, *(form for inline in inlines for form in inline.formset.initial_forms)]
    return PageVersion({form.key: form.stored for form in forms}).token()
