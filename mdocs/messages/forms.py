"""The form in which a student chooses which messages to get by e-mail."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mdocs.messages.kinds import Kind
from mdocs.messages.models import Unwanted
from students.models import Student


class Wanted(forms.Form):
    """The kinds of message that come by e-mail."""

    kinds = forms.MultipleChoiceField(
        label=_("Wysyłaj mi e-mail, gdy:"),
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: Any = None, *, student: Student) -> None:
        self.student = student
        unwanted = set(Unwanted.objects.filter(student=student).values_list("kind", flat=True))
        super().__init__(data, initial={"kinds": [kind for kind in Kind if kind not in unwanted]})

    def save(self) -> None:
        """Keep the choice."""
        wanted = set(self.cleaned_data["kinds"])
        with transaction.atomic():
            Unwanted.objects.filter(student=self.student, kind__in=wanted).delete()
            Unwanted.objects.bulk_create(
                [Unwanted(student=self.student, kind=kind) for kind in Kind if kind not in wanted],
                ignore_conflicts=True,
            )
