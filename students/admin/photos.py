"""Photos in the admin."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from students.admin.readonly import ReadOnlyMixin
from students.admin.search import StudentSearchMixin
from students.models import Photo


@admin.register(Photo)
class PhotoAdmin(ReadOnlyMixin, StudentSearchMixin, admin.ModelAdmin[Photo]):
    """Admin of photos: student, user and time.

    Replaced photos belong to no student, so only staff of every faculty see them.
    """

    student_path = "student__pk"
    list_display = ("student", "uploaded_at", "uploaded_by")
    list_select_related = ("student", "uploaded_by")
    search_fields = ("student__album_number", "student__last_name")
    fields = ("uploaded_at", "uploaded_by")
    show_full_result_count = False

    @admin.display(description=_("student"))
    def student(self, photo: Photo) -> str:
        """Return whose photo it is, if it has not been replaced."""
        return str(photo.student) if hasattr(photo, "student") else gettext("zastąpione")
