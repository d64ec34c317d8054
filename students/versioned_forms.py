"""Forms over rows that others write too: an import, another clerk, a worker.

Such a form compares what it is sent with what the page showed (`students.page_versions`). A field that was not touched
is not written. A field that was touched and has changed meanwhile is a conflict: nothing is written, the form is shown
once more with both, and is from then on about the row as it is now. The caller locks the rows
(`students.admin.versioned`).
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.forms.utils import ErrorDict
from django.template.defaultfilters import yesno
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from students.page_versions import VERSION, PageVersion, Row, digest, key_of, plain

M = TypeVar("M", bound=models.Model)
P = TypeVar("P", bound=models.Model)
CHANGED = gettext_lazy(
    "Te dane zmieniły się, odkąd ta strona została otwarta. Nic nie zapisano. Sprawdź, co się zmieniło, i zapisz "
    "jeszcze raz, jeśli ma być tak, jak jest teraz w formularzu."
)
UNKNOWN = gettext_lazy(
    "Nie wiadomo, jakie dane pokazywała ta strona, gdy została otwarta. Nic nie zapisano. Sprawdź je i zapisz "
    "jeszcze raz."
)
_CODE = "changed_meanwhile"


class VersionedModelForm(forms.ModelForm[M]):
    """Form of a row, with the values that the page showed (`shown`) and those that are stored now (`stored`).

    `stands_for` maps fields to the columns that they change without showing them: of these the version holds a digest.
    With `whole_row` the columns make sense only together: any change meanwhile is a conflict with any of the form's.
    """

    stands_for: ClassVar[Mapping[str, str]] = {}
    whole_row: ClassVar[bool] = False

    def __init__(self, *args: Any, version: PageVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: Row = {}
        self.shown: Row | None = {}
        self.is_stale = False
        if self.instance._state.adding:
            return
        self.stored = self._stored_values()
        if self.is_bound:
            version = version or PageVersion.read(self.data.get(VERSION))
            self.shown = version.rows.get(self.key)

    @property
    def key(self) -> str:
        """Return the key of the row in a version."""
        return key_of(type(self.instance), self.instance.pk)

    def _stored_values(self) -> Row:
        """Return the values of the fields that the page shows, and digests of columns that it does not show."""
        shown = {
            name: plain(self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name in self.initial and name not in self.stands_for and not field.disabled
        }
        unseen = {self.stands_for[name] for name in self.fields if name in self.stands_for}
        return shown | {column: digest(self.instance, column) for column in unseen}

    @cached_property
    def changed_data(self) -> list[str]:
        """Return the fields that were touched: they differ from what the page showed, and from what is stored."""
        return [name for name in super().changed_data if self._is_touched(name, self.shown or {})]

    def _is_touched(self, name: str, shown: Row) -> bool:
        if name not in shown or name in self.stands_for:
            return True
        return self.fields[name].has_changed(self._read(name, shown[name]), self[name].data)

    def is_touched_since(self, shown: Row) -> bool:
        """Return whether anything differs from these values, whatever is stored."""
        return any(self._is_touched(name, shown) for name in shown.keys() & self.fields.keys())

    @cached_property
    def changed_meanwhile(self) -> list[str]:
        """Return the columns that are stored otherwise than the page showed them."""
        return [name for name, value in (self.shown or {}).items() if self.stored.get(name, value) != value]

    def _is_in_conflict(self) -> bool:
        if self.instance._state.adding or not self.has_changed():
            return False
        if self.shown is None:
            return True
        touched = {self.stands_for.get(name, name) for name in self.changed_data}
        return any(self.whole_row or column in touched for column in self.changed_meanwhile)

    def clean(self) -> dict[str, Any]:
        """Keep what is stored in fields that were not touched; refuse a change of what has changed meanwhile."""
        data = super().clean() or self.cleaned_data
        if self._is_in_conflict():
            self.is_stale = True
            self.add_error(None, ValidationError(UNKNOWN if self.shown is None else CHANGED, code=_CODE))
        for name in self.stored.keys() & data.keys() - set(self.changed_data) - self.stands_for.keys():
            if self._column(name).many_to_many:
                del data[name]  # written only where it is there
            else:
                data[name] = getattr(self.instance, name)
        return data

    def changed_columns(self) -> list[str]:
        """Return the columns that this form changes."""
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        changed = dict.fromkeys(self.stands_for.get(name, name) for name in self.changed_data)
        return [name for name in changed if name in columns]

    def as_now(self) -> Self:
        """Return the form to show after a conflict: about the row as it is stored, with what was typed."""
        now = type(self)(instance=self._meta.model._base_manager.get(pk=self.instance.pk))
        now.take_over(self)
        return now

    def take_over(self, typed: "VersionedModelForm[M]") -> None:
        """Show in this unbound form what was touched in `typed`, its errors, and what changed in its row meanwhile."""
        for name in typed.changed_data:
            self.initial[name] = typed[name].data
        errors = ErrorDict(typed.errors)
        for column in typed.changed_meanwhile:
            field = next((name for name, of in self.stands_for.items() if of == column), column)
            told = errors.get(field) or self.error_class()
            errors[field] = self.error_class([*told, typed._change_in_words(column)])
        self._errors = errors

    def _change_in_words(self, column: str) -> str:
        if column in self.stands_for.values():
            return _("To zmieniło się w międzyczasie.")
        before, now = (self._in_words(column, row[column]) for row in (self.shown or {}, self.stored))
        return _("To zmieniło się w międzyczasie: %(before)s → %(now)s.") % {"before": before, "now": now}

    def _column(self, name: str) -> Any:
        return self._meta.model._meta.get_field(name)

    def _read(self, name: str, value: Any) -> Any:
        """Return a value of a version as the field's `has_changed` expects it."""
        column = self._column(name)
        return value if column.many_to_many else column.to_python(value)

    def _in_words(self, name: str, value: Any) -> str:
        column = self._column(name)
        if value in (None, "", []):
            return "–"
        if column.is_relation:
            keys = value if isinstance(value, list) else [value]
            return ", ".join(map(str, column.related_model._base_manager.filter(pk__in=keys).order_by("pk")))
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        value = self._read(name, value)
        if isinstance(value, bool):
            return str(yesno(value))
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return str(localize(timezone.localtime(value) if isinstance(value, datetime) else value))


class VersionedInlineFormSet(BaseInlineFormSet[M, P, Any]):
    """Formset of the rows of another row; which rows there are belongs to the version too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_stale = False

    @cached_property
    def _version(self) -> PageVersion:
        return PageVersion.read(self.data.get(VERSION))

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Read the version once for all rows."""
        return {**super().get_form_kwargs(index), "version": self._version}

    @property
    def is_stale(self) -> bool:
        """Return whether a change of these rows is in conflict with what has changed meanwhile."""
        return self._is_stale or any(form.is_stale for form in self.forms)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Let a row pass that is gone: it is neither saved nor missing."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        if self._key_of_gone(i, form):
            form._errors, form.cleaned_data = {}, {}  # as ModelAdmin does with rows that are only looked at
        return form

    def _key_of_gone(self, i: int, form: Any) -> str:
        """Return the key of a row that the page showed and that does not exist any more; "" for any other."""
        if not self.is_bound or i >= self.initial_form_count() or not form.instance._state.adding:
            return ""
        key = key_of(self.model, self.data.get(f"{self.add_prefix(i)}-{self.model._meta.pk.name}"))
        return key if key in self._version.rows else ""

    def clean(self) -> None:
        """Refuse changes of rows where rows came or went meanwhile, and the deletion of a row that has changed."""
        super().clean()
        if self.instance._state.adding or not self._is_touched():
            return
        now = {key_of(self.model, row.pk): row for row in self.get_queryset()}
        seen = self._version.of_model(self.model)
        deleted = [form for form in self.initial_forms if form.cleaned_data.get(DELETION_FIELD_NAME)]
        told = [_("Doszło w międzyczasie: %(row)s.") % {"row": now[key]} for key in now.keys() - seen]
        if seen - now.keys():
            told.append(_("Usunięto w międzyczasie: %(number)d.") % {"number": len(seen - now.keys())})
        if not self._version.is_known:
            told = [str(UNKNOWN)]
        elif told or any(form.changed_meanwhile for form in deleted):
            told.insert(0, str(CHANGED))
        if told:
            self._is_stale = True
            raise ValidationError([ValidationError(text, code=_CODE) for text in told])

    def _is_touched(self) -> bool:
        for i, form in enumerate(self.forms):
            gone = self._key_of_gone(i, form)
            if form.is_touched_since(self._version.rows[gone]) if gone else form.has_changed():
                return True
        return False

    def as_now(self) -> Self:
        """Return the formset to show after a conflict: the rows as they are stored, with what was typed."""
        typed = {form.instance.pk: form for form in self.initial_forms if not form.instance._state.adding}
        added = [form for form in self.extra_forms if form.has_changed()]
        now = type(self)(instance=self.instance, prefix=self.prefix, queryset=self.queryset)
        now.extra += len(added)
        for form in now.initial_forms:
            if form.instance.pk in typed:
                form.take_over(typed[form.instance.pk])
        for form, its in zip(now.extra_forms, added, strict=False):
            form.take_over(its)
        vars(now).update(_errors=self.errors, _non_form_errors=self.non_form_errors())
        return now
