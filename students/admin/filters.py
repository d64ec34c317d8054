"""Filters of the list of students."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.conditions import RULES
from students.eligibility import not_met
from students.models import Enrolment, EnrolmentStatus, Faculty, Level, Student, StudentCard, User
from students.scope import within_faculties

BAD_LEVEL = "level"


class ValidatedFilter(admin.SimpleListFilter):
    """Filter that accepts only the values it offers; for any other the admin reports an error and drops the filters."""

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows that match the value."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the matching rows.

        Raises IncorrectLookupParameters for a value that is not offered.
        """
        value = self.value()
        if value is None:
            return queryset
        if value not in {word for word, _text in self.lookup_choices}:
            raise IncorrectLookupParameters
        return self.keep(request, queryset, value)


class YesNoFilter(ValidatedFilter):
    """Filter with the values yes and no."""

    def condition(self, today: date) -> Q:
        """Return the condition over Student for "yes"."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return both values."""
        return [("yes", _("tak")), ("no", _("nie"))]

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows for which the condition holds, or does not."""
        condition = self.condition(timezone.localdate())
        return queryset.filter(condition if value == "yes" else ~condition)


class FailedConditionFilter(ValidatedFilter):
    """Filter of students who fail a given condition for an mLegitymacja, by this installation's rules."""

    title = _("niespełniony warunek")
    parameter_name = "fails"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return each condition with its text, and the levels without a right."""
        rules = RULES[settings.ELIGIBILITY_RULES]
        own = [(condition.code, condition.text) for condition in rules]
        return [*own, (BAD_LEVEL, _("Poziom studiów daje prawo do mLegitymacji"))]

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the students who fail it."""
        by_code = {condition.code: not_met(condition) for condition in RULES[settings.ELIGIBILITY_RULES]}
        failing = by_code.get(value, Q(level_allowed=False))
        asked = Student.objects.with_conditions(timezone.localdate()).filter(failing)
        return queryset.filter(pk__in=asked.values("pk"))


class CardNotExtended(YesNoFilter):
    """Filter of students with a card in use that is not extended as far as an extension of today reaches."""

    title = _("ELS do przedłużenia")
    parameter_name = "card_behind"
    STUDYING = "studying"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Add those who study now at one of the user's faculties, whom an extension of many would extend."""
        return [*super().lookups(request, model_admin), (self.STUDYING, _("tak, u obecnych studentów"))]

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows for which the condition holds, or does not."""
        if value != self.STUDYING:
            return super().keep(request, queryset, value)
        today = timezone.localdate()
        own = within_faculties(request.user, "programme__faculty")
        current = Enrolment.objects.current(today).filter(own)
        return queryset.filter(self.condition(today), pk__in=current.values("student"))

    def condition(self, today: date) -> Q:
        """Return that condition."""
        return Q(Exists(StudentCard.objects.not_extended(today).filter(student=OuterRef("pk"))))


class OverdueStudiesFilter(YesNoFilter):
    """Filter of students whose studies go on although their planned end has passed: somebody should look."""

    title = _("minął planowany koniec studiów")
    parameter_name = "overdue"

    def condition(self, today: date) -> Q:
        """Return that condition."""
        return Q(Exists(Enrolment.objects.overdue(today).filter(student=OuterRef("pk"))))


class WithoutPhotoFilter(YesNoFilter):
    """Filter of students without a photo."""

    title = _("brak zdjęcia")
    parameter_name = "no_photo"

    def condition(self, today: date) -> Q:
        """Return that condition."""
        return Q(photo__isnull=True)


def faculty_choices(user: User | AnonymousUser) -> list[tuple[str, Any]]:
    """Return code and local name of each of the user's faculties."""
    return [(each.code, each.local_name) for each in Faculty.objects.filter(within_faculties(user))]


class EnrolmentFilter(ValidatedFilter):
    """Filter by enrolment; several of them must match the same enrolment."""

    parameter_name: str
    path: str

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the students with a matching enrolment."""
        chosen = {
            each.path: request.GET[each.parameter_name]
            for each in STUDIES_FILTERS
            if each.parameter_name in request.GET
        }
        if next(iter(chosen)) != self.path:
            return queryset  # the first of them has asked for all
        return queryset.filter(Exists(Enrolment.objects.filter(student=OuterRef("pk"), **chosen)))


class FacultyFilter(EnrolmentFilter):
    """Filter by faculty, among the user's faculties."""

    title = Faculty._meta.verbose_name
    parameter_name = "faculty"
    path = "programme__faculty__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the user's faculties."""
        return faculty_choices(request.user)


class LevelFilter(EnrolmentFilter):
    """Filter by level of studies."""

    title = _("poziom studiów")
    parameter_name = "level"
    path = "programme__level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return all levels."""
        return list(Level.choices)


class StatusFilter(EnrolmentFilter):
    """Filter by status of the enrolment."""

    title = _("status studiów")
    parameter_name = "status"
    path = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return all statuses."""
        return list(EnrolmentStatus.choices)


STUDIES_FILTERS: tuple[type[EnrolmentFilter], ...] = (FacultyFilter, LevelFilter, StatusFilter)
STUDENT_FILTERS: tuple[type[ValidatedFilter], ...] = (
    FailedConditionFilter,
    CardNotExtended,
    OverdueStudiesFilter,
    WithoutPhotoFilter,
    *STUDIES_FILTERS,
)
