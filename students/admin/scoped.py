"""Faculty scope of the admin: restricts lists, search, actions, choices and addresses to the user's faculties."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.db.models.fields.related import RelatedField
from django.http import HttpRequest

from students.scope import in_scope, within_faculties

if TYPE_CHECKING:
    Options = admin.options.BaseModelAdmin[Any]
else:
    Options = object


class ScopedChoicesMixin(Options):
    """Restrict related choices to what the admin of the related model shows the user."""

    def get_field_queryset(
        self, db: str | None, db_field: RelatedField[Any, Any], request: HttpRequest
    ) -> QuerySet[models.Model] | None:
        """Return the rows that may be chosen."""
        related = db_field.related_model
        if related == "self" or not self.admin_site.is_registered(related):
            return super().get_field_queryset(db, db_field, request)
        return self.admin_site.get_model_admin(related).get_queryset(request)


class StudentScopeMixin(ScopedChoicesMixin):
    """Restrict rows to students of the user's faculties; `student_path` is the path to the student.

    Everything in the admin goes through `get_queryset`: lists, search, actions, pages by address, and autocompletion.
    """

    student_path = "student_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Return the rows in scope."""
        return super().get_queryset(request).filter(in_scope(request.user, self.student_path))


class FacultyScopeMixin(ScopedChoicesMixin):
    """Restrict rows to the user's faculties; `faculty_path` is the path to the faculty."""

    faculty_path = "faculty_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Return the rows in scope."""
        return super().get_queryset(request).filter(within_faculties(request.user, self.faculty_path))
