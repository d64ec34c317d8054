"""Enrolments in the admin: listed with their student, changed by staff of their faculty; changes send signals."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from students import signals
from students.admin.list_exports import ListExportMixin
from students.admin.list_jobs import ListJobsMixin
from students.admin.readonly import ReadOnlyMixin
from students.admin.scoped import ScopedChoicesMixin
from students.admin.search import StudentSearchMixin
from students.admin.versioned import VersionedAdminMixin
from students.locking import lock_students
from students.models import Enrolment, Programme, Student, User
from students.scope import sees_every_faculty, within_faculties
from students.versioned_forms import VersionedInlineFormSet, VersionedModelForm


class EnrolmentForm(VersionedModelForm[Enrolment]):
    """Form of an enrolment: programme, status and dates together say one thing."""

    whole_row = True


class EnrolmentFormSet(VersionedInlineFormSet[Enrolment, Student]):
    """Formset of a student's enrolments; fetches the programmes once for all rows."""

    default_error_messages = {
        "too_few_forms": _(
            "Dodaj studia na swoim wydziale: bez nich ten student nie będzie widoczny dla Twojego dziekanatu."
        )
    }

    @cached_property
    def _programmes(self) -> list[Any]:
        return list(self.form.base_fields["programme"].choices)

    def add_fields(self, form: forms.ModelForm[Enrolment], index: int | None) -> None:
        """Offer the programmes."""
        super().add_fields(form, index)
        if "programme" in form.fields:
            form.fields["programme"].widget.choices = self._programmes


class EnrolmentInline(ScopedChoicesMixin, admin.TabularInline[Enrolment, Student]):
    """Enrolments of a student at the user's faculties."""

    model = Enrolment
    form = EnrolmentForm
    formset = EnrolmentFormSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        """Return the enrolments at the user's faculties; `OtherEnrolmentInline` shows the others."""
        own = within_faculties(request.user, "programme__faculty")
        return super().get_queryset(request).filter(own).select_related("programme")

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the programmes without the add and change buttons; give each field of a row a name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(str(db_field.verbose_name))
        return field

    def get_extra(self, request: HttpRequest, obj: Student | None = None, **kwargs: Any) -> int:
        """Return one empty row, which works without JavaScript too."""
        return 0 if self._has_to_enrol(request, obj) else 1

    def get_formset(self, request: HttpRequest, obj: Student | None = None, **kwargs: Any) -> Any:
        """Require an enrolment of a new student whom the clerk could not see otherwise."""
        if self._has_to_enrol(request, obj):
            kwargs |= {"min_num": 1, "validate_min": True}
        return super().get_formset(request, obj, **kwargs)

    def _has_to_enrol(self, request: HttpRequest, student: Student | None) -> bool:
        return student is None and not sees_every_faculty(request.user)


class OtherEnrolmentInline(ReadOnlyMixin, admin.TabularInline[Enrolment, Student]):
    """Enrolments of a student at other faculties, read-only."""

    model = Enrolment
    fields = readonly_fields = ("programme", "status", "started_on", "ended_on")
    verbose_name_plural = _("studia na innych wydziałach")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        """Return the enrolments at other faculties."""
        return others_of(request).select_related("programme")


def others_of(request: HttpRequest) -> QuerySet[Enrolment]:
    """Return the enrolments outside the user's faculties."""
    if sees_every_faculty(request.user):
        return Enrolment.objects.none()
    return Enrolment.objects.exclude(within_faculties(request.user, "programme__faculty"))


@admin.register(Enrolment)
class EnrolmentAdmin(
    ListJobsMixin, ListExportMixin, StudentSearchMixin, VersionedAdminMixin, admin.ModelAdmin[Enrolment]
):
    """Admin of enrolments of students in scope; those at other faculties are read-only."""

    student_of = "student_id"
    form = EnrolmentForm
    list_display = ("student", "programme", "status", "started_on", "ended_on")
    list_filter = ("status", "programme__level")
    list_select_related = ("student", "programme")
    search_fields = ("student__album_number", "student__last_name")
    autocomplete_fields = ("student",)
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> Any:
        """Make the student of an existing enrolment read-only."""
        return () if obj is None else ("student",)

    def has_change_permission(self, request: HttpRequest, obj: Enrolment | None = None) -> bool:
        """Require the permission, and the enrolment to be at one of the user's faculties."""
        return super().has_change_permission(request, obj) and self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Enrolment | None = None) -> bool:
        """Require the permission, and the enrolment to be at one of the user's faculties."""
        return super().has_delete_permission(request, obj) and self._is_own(request, obj)

    def _is_own(self, request: HttpRequest, enrolment: Enrolment | None) -> bool:
        if enrolment is None or sees_every_faculty(request.user):
            return True
        own = Programme.objects.filter(within_faculties(request.user, "faculty"))
        return own.filter(pk=enrolment.programme_id).exists()

    def lock(self, pk: int) -> None:
        """Lock the student before the enrolment, as others do."""
        lock_students(Enrolment.objects.filter(pk=pk).values_list("student_id", flat=True))
        super().lock(pk)

    def save_model(self, request: HttpRequest, obj: Enrolment, form: Any, change: bool) -> None:
        """Save under the student's lock and send `signals.students_changed`."""
        lock_students([obj.student_id])
        super().save_model(request, obj, form, change)
        if not change or form.has_changed():
            _send_signal(request, [obj.student_id])

    def delete_model(self, request: HttpRequest, obj: Enrolment) -> None:
        """Delete under the student's lock and send `signals.students_changed`."""
        lock_students([obj.student_id])
        super().delete_model(request, obj)
        _send_signal(request, [obj.student_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> None:
        """Delete under the students' locks and send `signals.students_changed`."""
        with transaction.atomic():
            students = lock_students(queryset.values_list("student_id", flat=True))
            super().delete_queryset(request, queryset)
            _send_signal(request, students)


def _send_signal(request: HttpRequest, students: list[int]) -> None:
    by = request.user if isinstance(request.user, User) else None
    signals.send_after_commit(signals.students_changed, students, by=by)
