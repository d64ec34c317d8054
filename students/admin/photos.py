"""Photos in the admin."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from students.admin.links import student_link
from students.admin.readonly import ReadOnlyMixin
from students.admin.search import StudentSearchMixin
from students.models import Photo


@admin.register(Photo)
class PhotoAdmin(ReadOnlyMixin, StudentSearchMixin, admin.ModelAdmin[Photo]):
    """Admin of photos: student, user and time.

    Replaced photos belong to no student, so only staff of every faculty see them.
    """

    student_path = "student__pk"
    list_display = ("holder", "uploaded_at", "uploaded_by")
    list_select_related = ("student", "uploaded_by")
    search_fields = ("student__album_number", "student__last_name")
    ordering = ("-pk",)
    fields = readonly_fields = ("student_link", "photo_shown", "uploaded_at", "uploaded_by")
    show_full_result_count = False

    @admin.display(description=_("student"))
    def holder(self, photo: Photo) -> str:
        """Return whose photo it is, if it has not been replaced."""
        return str(photo.student) if hasattr(photo, "student") else gettext("zastąpione")

    @admin.display(description=_("student"))
    def student_link(self, photo: Photo) -> str:
        """Return a link to the page of whose photo it is, if it has not been replaced."""
        if not hasattr(photo, "student"):
            return self.holder(photo)
        return student_link(photo.student)

    @admin.display(description=_("zdjęcie"))
    def photo_shown(self, photo: Photo) -> str:
        """Return the image, through the view that asks for the permission and records the look."""
        if not hasattr(photo, "student"):
            return "–"
        address = reverse("students:photo", args=[photo.student.pk])
        return format_html('<img src="{}" alt="{}" height="160">', address, photo.student.full_name)
