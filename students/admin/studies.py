"""Faculties, programmes and enrolments in the admin."""

from django.contrib import admin

from students.models import Enrolment, Faculty, Programme


@admin.register(Faculty)
class FacultyAdmin(admin.ModelAdmin[Faculty]):
    """Faculties."""

    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin[Programme]):
    """Programmes."""

    list_display = ("name", "level", "faculty")
    list_filter = ("level", "faculty")
    list_select_related = ("faculty",)
    search_fields = ("name", "name_en")


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin[Enrolment]):
    """Enrolments of all students."""

    list_display = ("student", "programme", "status", "started_on", "ended_on")
    list_filter = ("status", "programme__level")
    list_select_related = ("student", "programme")
    search_fields = ("student__album_number", "student__last_name")
    autocomplete_fields = ("student", "programme")
    show_full_result_count = False
