"""Search for students by name, by printed numbers, and by PESEL, which never stands in an address."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, path, resolve, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from students.admin.scoped import StudentScopeMixin
from students.cards.number_lists import like_pesels
from students.encryption import blind_index
from students.identifiers import normalised
from students.models import Student, StudentCard
from students.pesel import clean_pesel
from students.rate_limits import limit

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object

SEARCH = "q"  # the admin's own name for it
LIST = "list"  # the address of the list that is searched
_BETWEEN_DIGITS = re.compile(r"[\s\u2010-\u2015-]+")
_ELEVEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")


def find_pesel(text: str) -> str | None:
    """Return the eleven digits in a text that look like a PESEL, also with spaces or hyphens between them."""
    found = _ELEVEN_DIGITS.search(_BETWEEN_DIGITS.sub("", text)) or _ELEVEN_DIGITS.search(text)
    return found[0] if found else None


def students_matching(words: str) -> QuerySet[Student]:
    """Return the students who match every word, whatever their faculty.

    A word with a digit in it begins an album number or is the whole number of a student or a card, as a spreadsheet may
    have written it too, each found by its index; any other begins one of the names, ignoring case and diacritics.
    """
    found = Student.objects.all()
    for word in words.split():
        if any(letter.isdigit() for letter in word):
            number = normalised(word)
            begins = Student.objects.order_by().filter(album_number__startswith=word).values("pk")
            albums = Student.objects.order_by().filter(album_number__means=number).values("pk")
            cards = StudentCard.objects.order_by().filter(barcode_number__means=number).values("student")
            found = found.filter(pk__in=begins.union(albums, cards))
        else:
            found = found.named(word)
    return found


class StudentSearchMixin(StudentScopeMixin, Admin):
    """Search rows by their student; a PESEL in the address is removed with a warning."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows whose student matches; a PESEL matches nothing here."""
        if not search_term.strip():
            return queryset, False
        if find_pesel(search_term):
            return queryset.none(), False
        found = students_matching(search_term).order_by().values("pk")
        return queryset.filter(**{f"{self.student_path}__in": found}), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; redirect at once from an address with a PESEL."""
        if not find_pesel(request.GET.get(SEARCH, "")):
            title = {"title": capfirst(self.opts.verbose_name_plural)}
            return super().changelist_view(request, {**title, **(extra_context or {})})
        messages.warning(
            request,
            _(
                "Numer PESEL nie może stać w adresie strony, więc niczego nie wyszukano. Wpisz go w polu "
                "wyszukiwania na liście studentów."
            ),
        )
        rest = request.GET.copy()
        del rest[SEARCH]
        return redirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)


class SearchByPostMixin(StudentSearchMixin):
    """Search of every list in the admin, sent by POST so that it may be a PESEL."""

    student_path = "pk"

    def get_urls(self) -> list[Any]:
        """Add the address that the search forms post to."""
        door = self.admin_site.admin_view(require_POST(self.search))
        return [path("search/", door, name="students_student_search"), *super().get_urls()]

    @method_decorator(sensitive_post_parameters(SEARCH))
    @sensitive_variables()
    def search(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the student with this PESEL, or to the list with the other words as its search."""
        listed, own = _list_searched(request), reverse("admin:students_student_changelist")
        may_look = self.has_view_or_change_permission(request)
        if listed == own and not may_look:
            raise PermissionDenied
        text = request.POST.get(SEARCH, "").strip()
        number = find_pesel(text)
        if number and may_look:
            limit("pesel_searches", request.user.pk)
            if found := student_numbered(self.get_queryset(request), number):
                return redirect("admin:students_student_page", found)
        rest = request.POST.copy()
        for name in ("csrfmiddlewaretoken", LIST, SEARCH):
            rest.pop(name, None)
        # Other lists are searched by numbers of cards and orders too, and those may have eleven digits.
        if number and (listed == own or like_pesels([number])):
            messages.warning(request, _why_nobody(number))
        elif text:
            rest[SEARCH] = text
        return redirect(f"{listed}?{rest.urlencode()}" if rest else listed)


@sensitive_variables()
def student_numbered(visible: QuerySet[Any], number: str) -> int | None:
    """Return the key of the student with this PESEL, card number or album number: all may have eleven digits."""
    for question in (
        {"pesel_index": blind_index(number)},
        {"cards__barcode_number__means": number},
        {"album_number__means": number},
    ):
        if found := visible.order_by().filter(**question).values_list("pk", flat=True).first():
            return int(found)
    return None


def _list_searched(request: HttpRequest) -> str:
    """Return the address of the list that the form belongs to: always one of the admin's."""
    sent = request.POST.get(LIST, "")
    try:
        name = resolve(sent).view_name
    except Resolver404:
        name = ""
    is_list = name.startswith("admin:") and name.endswith("_changelist")
    return sent if is_list else reverse("admin:students_student_changelist")


def _why_nobody(number: str) -> Any:
    try:
        clean_pesel(number)
    except ValidationError as mistake:
        return mistake.message
    return _("Nikt na Twoich wydziałach nie ma tego numeru PESEL.")
