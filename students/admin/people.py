"""Students in the admin: the list, and the form of one student; `student_page` has the page to look at."""

from typing import Any

from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from students import signals
from students.admin import registry
from students.admin.enrolments import EnrolmentInline, OtherEnrolmentInline, others_of
from students.admin.erasing import ErasingMixin
from students.admin.filters import STUDENT_FILTERS
from students.admin.pesel import FullPeselMixin
from students.admin.photo_cropping import PhotoCroppingMixin
from students.admin.readonly import ReadOnlyMixin
from students.admin.search import SearchByPostMixin
from students.admin.student_list import StudentListMixin
from students.admin.student_page import StudentPageMixin
from students.admin.versioned import VersionedAdminMixin
from students.forms import NewStudentForm, StudentForm
from students.locking import lock_students
from students.models import Student, StudentCard, User
from students.photos import store_photo

# Fields of StudentForm for typing into: what they stand for is shown masked, or as a picture.
TYPED_ONLY = frozenset({"pesel", "remove_pesel", "new_photo", "cut_photo"})
CONFIRM_PESEL = "students.confirm_pesel"
ACCOUNT = ("login", "email")
PHOTO = ("new_photo", "cut_photo")
PERSON = ("first_names", "last_name", "album_number", "birth_date", "sex")


class CardInline(ReadOnlyMixin, admin.TabularInline[StudentCard, Student]):
    """Cards of a student."""

    model = StudentCard
    fields = readonly_fields = ("barcode_number", "issued_on", "valid_until", "ended_on", "end_reason")
    show_change_link = True
    extra = 0


@admin.register(Student)
class StudentAdmin(
    StudentListMixin,
    StudentPageMixin,
    ErasingMixin,
    FullPeselMixin,
    PhotoCroppingMixin,
    SearchByPostMixin,
    VersionedAdminMixin,
    admin.ModelAdmin[Student],
):
    """Admin of the students of a clerk's faculties."""

    form = StudentForm
    readonly_fields = ("account", "masked_pesel", "photo_shown")
    list_display_links = ("last_name", "first_names")
    search_fields = ("album_number", "last_name", "first_names", "cards__barcode_number")
    search_help_text = _("Numer albumu, nazwisko i imiona, numer legitymacji (kod kreskowy) albo PESEL.")
    show_full_result_count = False
    # Counting the rows of every choice of every filter would take longer than the list.
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "admin/students/student/change_form.html"

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Add the filters of other apps."""
        return (*STUDENT_FILTERS, *registry.filters())

    def get_inlines(self, request: HttpRequest, obj: Student | None) -> Any:
        """Show enrolments at other faculties where there are any."""
        if obj is None:
            return (EnrolmentInline,)
        if others_of(request).filter(student=obj).exists():
            return (EnrolmentInline, OtherEnrolmentInline, CardInline)
        return (EnrolmentInline, CardInline)

    def get_form(
        self, request: HttpRequest, obj: Student | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form for a new student, which has an account field, or for an existing one."""
        if obj is None:
            kwargs["form"] = NewStudentForm
        form = super().get_form(request, obj, change, **kwargs)
        form.asked_by = request.user  # type: ignore[attr-defined]  # a StudentForm
        return form

    def get_fields(self, request: HttpRequest, obj: Student | None = None) -> Any:
        """Leave out fields that are masked by the form only: without the right to change, stored values are shown."""
        if obj is None:
            return (*ACCOUNT, *PERSON, "pesel", "pesel_confirmed", *PHOTO)
        number = ("masked_pesel", "pesel", "remove_pesel", "pesel_confirmed")
        fields = ("account", *PERSON, *number, "photo_shown", *PHOTO)
        if self.has_change_permission(request, obj):
            return fields
        return tuple(name for name in fields if name not in TYPED_ONLY)

    def get_readonly_fields(self, request: HttpRequest, obj: Student | None = None) -> Any:
        """Show who may not confirm a PESEL whether it is."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.has_perm(CONFIRM_PESEL) else (*fields, "pesel_confirmed")

    @admin.display(description=_("konto"))
    def account(self, student: Student) -> str:
        """Return the account's name and e-mail address."""
        return ", ".join(filter(None, (student.user.username, student.user.email)))

    @admin.display(description=_("PESEL"))
    def masked_pesel(self, student: Student) -> str:
        """Return the PESEL with its second half hidden."""
        return student.masked_pesel

    @admin.display(description=_("zdjęcie"))
    def photo_shown(self, student: Student) -> str:
        """Return the photo as an image served through the permission-checked view."""
        if student.photo_id is None:
            return "–"
        return format_html(
            '<img src="{}" alt="{}" height="160">',
            reverse("students:photo", args=[student.pk]),
            student.full_name,
        )

    @method_decorator(sensitive_post_parameters("pesel"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep a typed PESEL out of error reports.

        A concurrent change between validation and save becomes a form error.
        """
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return super().changeform_view(request, *args, **kwargs)  # the form's own check sees it now

    def lock(self, pk: int) -> None:
        """Lock the student, and so the studies on the page: others change them under the same lock."""
        lock_students([pk])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Call the page what it is for."""
        context["title"] = _("Dane studenta") if context["original"] else _("Nowy student")
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Student, form: StudentForm, change: bool) -> None:
        """Save a new student's account first."""
        if isinstance(form, NewStudentForm):
            obj.user = form.save_account()
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: StudentForm, formsets: list[Any], change: bool
    ) -> None:
        """Save enrolments and a new photo; send `signals.students_changed` if anything changed."""
        super().save_related(request, form, formsets, change)
        by = request.user if isinstance(request.user, User) else None
        if jpeg := form.cleaned_data.get("new_photo"):
            store_photo(form.instance, jpeg, by=by)
        studies = any(each.new_objects or each.changed_objects or each.deleted_objects for each in formsets)
        if form.has_changed() or studies:
            signals.send_after_commit(signals.students_changed, [form.instance.pk], by=by)
