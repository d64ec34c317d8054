"""Photos in the admin."""

from django.contrib import admin

from students.admin.readonly import ReadOnlyMixin
from students.admin.search import StudentSearchMixin
from students.models import Photo


@admin.register(Photo)
class PhotoAdmin(ReadOnlyMixin, StudentSearchMixin, admin.ModelAdmin[Photo]):
    """Photos: who added which, and when. Replaced ones are nobody's, and seen by those who see every faculty."""

    student_path = "student__pk"
    list_display = ("id", "student", "uploaded_at", "uploaded_by")
    list_select_related = ("student", "uploaded_by")
    search_fields = ("student__album_number", "student__last_name")
    fields = ("uploaded_at", "uploaded_by")
    show_full_result_count = False
