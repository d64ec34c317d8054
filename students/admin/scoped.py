"""What staff see in the admin ends at their faculties: in every list, search, action, choice and address."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from students.scope import in_scope

if TYPE_CHECKING:
    Options = admin.options.BaseModelAdmin[Any]
else:
    Options = object


class Scoped(Options):
    """Keeps the rows whose student is within the faculties of whoever looks; `student_path` leads to the student.

    All that the admin does goes through `get_queryset`: lists, search, actions, pages by address, and what
    autocompletion offers.
    """

    student_path = "student_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Keep those rows."""
        return super().get_queryset(request).filter(in_scope(request.user, self.student_path))
