"""Forms of the admin: the reason for which an order is ended."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mdocs.statuses import STAFFS_REASONS


class EndForm(forms.Form):
    """Reason for ending orders: the student reads it, and mDokumenty is told."""

    reason = forms.ChoiceField(
        label=_("Powód"),
        choices=[("", _("– wybierz –")), *STAFFS_REASONS],
        error_messages={
            "required": _("Wybierz powód. Nic jeszcze nie zostało zmienione."),
            "invalid_choice": _("Wybierz powód z listy. Nic jeszcze nie zostało zmienione."),
        },
    )
