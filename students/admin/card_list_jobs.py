"""Jobs that extend and end the cards of a list."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import ending_jobs, extension_undo
from students.admin.card_forms import EndCardForm, ExtendCardForm
from students.admin.list_jobs import ListJob, list_job
from students.extension_jobs import extend_chosen
from students.half_years import extension_target
from students.models import EndReason, Job, User


def _extension_form(data: Any) -> ExtendCardForm:
    return ExtendCardForm(data, initial={"until": extension_target(timezone.localdate())})


def _extend(rows: QuerySet[Any], data: Mapping[str, Any], by: User) -> Job:
    return extend_chosen(rows, data["until"], by=by, preview=True)


def _end(rows: QuerySet[Any], data: Mapping[str, Any], by: User) -> Job:
    return ending_jobs.preview(rows, EndReason(data["reason"]), by=by)


list_job(
    ListJob(
        name="extend_cards",
        label=_("Przedłuż legitymacje…"),
        permission=extension_undo.PERMISSION,
        form=_extension_form,
        start=_extend,
        of_cards=True,
        explanation=(
            _(
                "Najpierw zobaczysz, ile legitymacji zostanie przedłużonych, ile mLegitymacji razem z nimi, a kogo "
                "portal pominie i dlaczego. Dopiero potem zaczniesz."
            ),
        ),
    )
)
list_job(
    ListJob(
        name="end_cards",
        label=_("Zakończ legitymacje…"),
        permission=ending_jobs.PERMISSION,
        form=EndCardForm,
        start=_end,
        of_cards=True,
        explanation=(
            _(
                "Najpierw zobaczysz, czyje legitymacje stracą dziś ważność i ile mLegitymacji skończy się razem z "
                "nimi. Dopiero potem zdecydujesz."
            ),
        ),
    )
)
