"""What staff see in the admin ends at their faculties: in every list, search, action, choice and address."""

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
    """Offers and accepts, where one row is tied to another, what the admin shows of those others to whoever asks."""

    def get_field_queryset(
        self, db: str | None, db_field: RelatedField[Any, Any], request: HttpRequest
    ) -> QuerySet[models.Model] | None:
        """Return the rows that may be chosen."""
        related = db_field.related_model
        if related == "self" or not self.admin_site.is_registered(related):
            return super().get_field_queryset(db, db_field, request)
        return self.admin_site.get_model_admin(related).get_queryset(request)


class StudentScopeMixin(ScopedChoicesMixin):
    """Keeps the rows whose student is within the faculties of whoever looks; `student_path` leads to the student.

    All that the admin does goes through `get_queryset`: lists, search, actions, pages by address, and what
    autocompletion offers.
    """

    student_path = "student_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Keep those rows."""
        return super().get_queryset(request).filter(in_scope(request.user, self.student_path))


class FacultyScopeMixin(ScopedChoicesMixin):
    """Keeps the rows of the faculties of whoever looks; `faculty_path` leads to the faculty."""

    faculty_path = "faculty_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Keep those rows."""
        return super().get_queryset(request).filter(within_faculties(request.user, self.faculty_path))
