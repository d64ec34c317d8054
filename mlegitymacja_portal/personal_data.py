"""Register of personal data: each field that says something of a person, why it is here, how long, and who gets it.

The one source of docs/privacy.md and of the privacy notice (RODO, art. 13, 14, 30). A test asks for a row, or a place
in NOT_PERSONAL, for every field of our models.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.retention import settings_in_words

DUTY: StrOrPromise = _(
    "obowiązek uczelni: art. 6 ust. 1 lit. c RODO, art. 74 ustawy – Prawo o szkolnictwie wyższym i nauce"
)
SECURITY: StrOrPromise = _(
    "bezpieczeństwo i rozliczalność: art. 6 ust. 1 lit. c i e, art. 5 ust. 2 i art. 32 RODO"
)
CONSENT: StrOrPromise = _("Twoja zgoda: art. 6 ust. 1 lit. a RODO")
NOBODY: StrOrPromise = _("nikomu")
MINISTRY: StrOrPromise = _("ministrowi właściwemu do spraw informatyzacji (mDokumenty, mObywatel)")
APPLICATIONS: StrOrPromise = _("aplikacjom, którym dasz dostęp")

_BY_RULE = settings_in_words()


@dataclass(frozen=True)
class PersonalData:
    """A row of the register: what it is in words, the fields that hold it, and what has to be told of it.

    `kept` is a time in words, or the name of a rule of RETENTION_MONTHS with what its time runs from.
    """

    what: StrOrPromise
    fields: Mapping[str, Iterable[str]]
    purpose: StrOrPromise
    basis: StrOrPromise
    kept: StrOrPromise
    rule: str = ""
    gets: StrOrPromise = NOBODY

    @property
    def how_long(self) -> StrOrPromise:
        """Return how long it is kept, with the months of this installation."""
        return f"{self.kept}: {_BY_RULE[self.rule]}" if self.rule else self.kept


# Fields that say nothing of a person: keys, words of the catalogue, figures, times and counters of the machinery.
NOT_PERSONAL: Mapping[str, Iterable[str] | None] = {
    **dict.fromkeys(
        (
            *("students.Faculty", "students.Programme", "students.PeriodicTask", "students.KeyCanary"),
            *(
                "mdocs.Breaker",
                "mdocs.Reconciliation",
                "mdocs.CertificateWarning",
                "mdocs.DailyFigures",
                "mdocs.KeptFigures",
                "mdocs.HalfYearFigures",
                "notifications.MessageTemplate",
                "notifications.PushService",
                "api.Endpoint",
                "api.Delivery",
            ),
            "usos_api.Consumer",
            *("operations.Sign", "operations.Watch", "operations.StorageMarker", "operations.Maintenance"),
        )
    ),
    "mdocs.Order": [
        *(
            "low_priority",
            "next_attempt_at",
            "leased_until",
            "poll_fast_until",
            "missing_since",
            "failures",
            "last_failure",
            "priority",
            "request_id",
        ),
    ],
    "mdocs.OrderEvent": ["request_id", "dispatched_at"],
    "mdocs.Confirmation": ["job", "undone_at"],
    "mdocs.OrphanDocument": ["found_at", "next_attempt_at", "failures"],
    "mdocs.SweepBrake": [
        "clock_seen_at",
        "stopped_at",
        "counts",
        "stopped_by_clock",
        "accepted",
        "accepted_at",
    ],
    # Of the staff who run the portal: which alarm they have seen.
    "operations.Alarm": [
        *("kind", "subject", "status", "facts", "since", "last_seen_at", "seen_at", "seen_by", "gone_at"),
        *("told_at", "end_told_at", "next_mail_at"),
    ],
    "notifications.Message": ["low_priority"],
    # Of the staff who wrote to students, and whose filter it is; the texts are the office's.
    "notifications.Mailing": [
        *("by", "created_at", "job", "template_name", "subject_pl", "body_pl", "subject_en", "body_en"),
    ],
    "students.SavedFilter": ["user", "name", "list", "query", "is_shared"],
    "notifications.PushDelivery": ["attempts", "next_attempt_at", "low_priority"],
    "students.CardExtension": ["job", "undone_at"],
    "students.Look": ["slot"],
    "students.Job": [
        *(
            "kind",
            "parameters",
            "state",
            "stop_asked",
            "total",
            "done",
            "counts",
            "cursor",
            "failure",
            "created_at",
        ),
        *("finished_at", "leased_until"),
    ],
    "students.JobNote": ["job", "outcome", "row"],
    "students.ImportedChange": ["job"],
}
