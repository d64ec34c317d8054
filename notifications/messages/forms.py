"""Form of the notification settings: types of message by channel."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.messages.models import Channel, NotificationOptOut
from notifications.messages.notification_types import CHOICES
from students.models import Student


def _choice(label: Any) -> forms.MultipleChoiceField:
    choices = [(kind.value, kind.label) for kind in CHOICES]
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class NotificationSettingsForm(forms.Form):
    """Types of message that a student wants on each channel; push only if it is enabled."""

    email = _choice(_("Wysyłaj mi e-mail, gdy:"))
    phone = _choice(_("Pokazuj mi powiadomienie, gdy:"))

    def __init__(self, data: Any = None, *, student: Student, push: bool) -> None:
        self.student = student
        opt_outs = set(NotificationOptOut.objects.filter(student=student).values_list("channel", "kind"))
        wanted: dict[str, Any] = {
            channel: [kind for kind in CHOICES if (channel, kind) not in opt_outs] for channel in Channel
        }
        super().__init__(data, initial=wanted)
        if not push:
            del self.fields[Channel.PHONE]

    def save(self) -> None:
        """Save what is not wanted as opt-outs."""
        opt_outs = [
            NotificationOptOut(student=self.student, channel=channel, kind=kind)
            for channel, wanted in self.cleaned_data.items()
            for kind in CHOICES
            if kind not in wanted
        ]
        with transaction.atomic():
            NotificationOptOut.objects.filter(student=self.student, channel__in=self.cleaned_data).delete()
            NotificationOptOut.objects.bulk_create(opt_outs, ignore_conflicts=True)
