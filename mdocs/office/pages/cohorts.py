"""View that orders for many students at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mdocs.office import cohorts
from mdocs.office.cohorts import Cohort
from mdocs.office.pages.permissions import permitted
from students.half_years import extension_target
from students.models import ENTITLING_LEVELS, Faculty, Programme, User
from students.scope import sees_every_faculty

TEMPLATE = "admin/mdocs/cohort/order.html"


class CohortForm(forms.Form):
    """Choice of the cohort: everybody, a faculty or a programme, within the user's faculties."""

    cohort = forms.ChoiceField(
        label=_("Dla kogo"),
        error_messages={"invalid_choice": _("Wybierz wydział lub kierunek z listy.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Faculty.objects.all() if sees_every_faculty(user) else user.faculties.all()
        programmes = Programme.objects.filter(faculty__in=own, level__in=ENTITLING_LEVELS)
        everybody = (
            _("wszyscy studenci") if sees_every_faculty(user) else _("wszyscy studenci Twoich wydziałów")
        )
        self.fields["cohort"].choices = [  # type: ignore[attr-defined]  # the field above
            ("all", everybody),
            (_("Wydziały"), [(f"faculty-{faculty.pk}", faculty.local_name) for faculty in own]),
            (
                _("Kierunki"),
                [
                    (f"programme-{programme.pk}", f"{programme} – {programme.faculty.code}")
                    for programme in programmes.select_related("faculty")
                ],
            ),
        ]

    @property
    def chosen(self) -> Cohort:
        """The cohort of a valid form."""
        kind, _dash, key = self.cleaned_data["cohort"].partition("-")
        match kind:
            case "faculty":
                return Cohort(faculty_id=int(key))
            case "programme":
                return Cohort(programme_id=int(key))
        return Cohort()

    @property
    def name(self) -> str:
        """The words for the cohort of a valid form."""
        for value, label in self.fields["cohort"].choices:  # type: ignore[attr-defined]
            for key, name in [(value, label)] if isinstance(value, str) else label:
                if key == self.cleaned_data["cohort"]:
                    return str(name)
        raise AssertionError("a valid form has chosen one of its choices")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(cohorts.PERMISSION)
def order(request: HttpRequest) -> HttpResponse:
    """Say how many orders a cohort would come to, then put the job in line that places them."""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Zamówienia dla wielu studentów"),
    }
    user = request.user
    if not cohorts.available() or not isinstance(user, User):
        return render(request, TEMPLATE, context, status=403)
    asked = request.POST if request.method == "POST" else request.GET
    form = CohortForm(asked if "cohort" in asked or request.method == "POST" else None, user=user)
    context["form"] = form
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400 if form.is_bound else 200)
    if request.method == "POST":
        job = cohorts.order(form.chosen, now_("Zamówienia: %(who)s") % {"who": form.name}, by=user)
        messages.success(request, _("Zlecono zamówienia. Portal składa je w tle; tę stronę można zamknąć."))
        return redirect(job)
    today = timezone.localdate()
    preview = cohorts.preview(form.chosen, user, today)
    context |= {
        "who": form.name,
        "preview": preview,
        "affected": preview.to_order,
        "until": extension_target(today),
    }
    return render(request, TEMPLATE, context)
