"""Links between the pages of the admin."""

from django.urls import reverse
from django.utils.html import format_html

from students.models import Student


def student_link(student: Student) -> str:
    """Return a link to a student's page, by the student's name."""
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:students_student_page", args=[student.pk]), student
    )
