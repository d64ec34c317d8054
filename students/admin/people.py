"""Accounts, students and photos in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from students.admin.readonly import NoChanges
from students.forms import StudentForm
from students.models import Enrolment, Photo, Student, StudentCard, User
from students.photos import store_photo

# Fields of StudentForm for typing into: what they stand for is shown masked, or as a picture.
TYPED_ONLY = frozenset({"pesel", "remove_pesel", "new_photo"})

admin.site.register(User, UserAdmin)


class EnrolmentInline(admin.TabularInline[Enrolment, Student]):
    """What the student studies."""

    model = Enrolment
    autocomplete_fields = ("programme",)
    extra = 0


class CardInline(NoChanges, admin.TabularInline[StudentCard, Student]):
    """The student's cards."""

    model = StudentCard
    fields = readonly_fields = ("barcode_number", "issued_on", "valid_until", "ended_on", "end_reason")
    show_change_link = True
    extra = 0


@admin.register(Student)
class StudentAdmin(admin.ModelAdmin[Student]):
    """Students. Not to be searched by PESEL: what is searched for stands in the address."""

    form = StudentForm
    fields = (
        "user",
        "first_names",
        "last_name",
        "album_number",
        "birth_date",
        "sex",
        "masked_pesel",
        "pesel",
        "remove_pesel",
        "photo_shown",
        "new_photo",
    )
    readonly_fields = ("masked_pesel", "photo_shown")
    autocomplete_fields = ("user",)
    list_display = ("last_name", "first_names", "album_number", "masked_pesel", "birth_date", "has_photo")
    list_display_links = ("last_name", "first_names")
    list_filter = ("enrolments__status", "enrolments__programme__level")
    search_fields = ("album_number", "last_name", "cards__barcode_number")
    show_full_result_count = False
    inlines = (EnrolmentInline, CardInline)

    def get_fields(self, request: HttpRequest, obj: Student | None = None) -> Any:
        """Leave out what only a form can hide: without the right to change, fields are printed as they are stored."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fields
        return tuple(name for name in self.fields if name not in TYPED_ONLY)

    @admin.display(description="PESEL")
    def masked_pesel(self, student: Student) -> str:
        """Show the PESEL with its second half hidden."""
        return student.masked_pesel

    @admin.display(description=_("zdjęcie"), boolean=True)
    def has_photo(self, student: Student) -> bool:
        """Say whether there is a photo."""
        return student.photo_id is not None

    @admin.display(description=_("zdjęcie"))
    def photo_shown(self, student: Student) -> str:
        """Show the photo through the door that asks who is looking."""
        if student.photo_id is None:
            return "–"
        return format_html(
            '<img src="{}" alt="{}" height="160">',
            reverse("students:photo", args=[student.pk]),
            student.full_name,
        )

    @method_decorator(sensitive_post_parameters("pesel"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep a typed PESEL out of error reports."""
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Student, form: StudentForm, change: bool) -> None:
        """Write the columns that changed, and the photo if there is a new one."""
        if not change:
            obj.save()
        elif columns := form.changed_columns():
            obj.save(update_fields=columns)
        jpeg = form.cleaned_data.get("new_photo")
        if jpeg and isinstance(request.user, User):
            store_photo(obj, jpeg, by=request.user)


@admin.register(Photo)
class PhotoAdmin(NoChanges, admin.ModelAdmin[Photo]):
    """Photos, the replaced ones included: who added which, and when."""

    list_display = ("id", "student", "uploaded_at", "uploaded_by")
    list_select_related = ("student", "uploaded_by")
    search_fields = ("student__album_number", "student__last_name")
    fields = ("uploaded_at", "uploaded_by")
    show_full_result_count = False
