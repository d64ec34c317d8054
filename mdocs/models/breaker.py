"""Model of the circuit breaker."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.querysets import Lane
from mdocs.statuses import Operation


class Breaker(models.Model):
    """State of the circuit breaker of one lane, shared by all workers; always exactly one row for each
    (docs/reference/design.md, The engine)."""

    class State(models.TextChoices):
        CLOSED = "closed", _("działa")
        OPEN = "open", _("nie odpowiada")
        NOT_ACCEPTED = "not_accepted", _("połączenie lub wywołania nie są przyjmowane")

    class Cause(models.TextChoices):
        """Cause of a breaker that is not closed; the values are those of `mdocs.mdokumenty.Cause`."""

        NAME_NOT_FOUND = "name_not_found", _("nie znaleziono adresu serwera (DNS)")
        CONNECTION_REFUSED = "connection_refused", _("serwer odmówił połączenia")
        NO_ROUTE = "no_route", _("nie można się połączyć z serwerem")
        TIMEOUT = "timeout", _("serwer nie odpowiedział w czasie")
        CONNECTION_LOST = "connection_lost", _("połączenie zostało przerwane")
        TLS = "tls", _("nie udało się nawiązać połączenia TLS")
        OUR_CERTIFICATE_EXPIRED = "our_certificate_expired", _("nasz certyfikat stracił ważność")
        OUR_CERTIFICATE_REVOKED = "our_certificate_revoked", _("nasz certyfikat unieważniono")
        OUR_CERTIFICATE_MISSING = "our_certificate_missing", _("serwer nie dostał naszego certyfikatu")
        OUR_CERTIFICATE_UNKNOWN = "our_certificate_unknown", _("serwer nie uznaje naszego certyfikatu")
        THEIR_CERTIFICATE_EXPIRED = "their_certificate_expired", _("certyfikat serwera stracił ważność")
        THEIR_CERTIFICATE_EARLY = "their_certificate_early", _("certyfikat serwera jeszcze nie jest ważny")
        THEIR_CERTIFICATE_OF_ANOTHER = (
            "their_certificate_of_another",
            _("certyfikat serwera jest na inny adres"),
        )
        THEIR_CERTIFICATE_UNTRUSTED = (
            "their_certificate_untrusted",
            _("certyfikatu serwera nie wystawił nikt, komu ufamy (MDOKUMENTY_CA)"),
        )
        UNAUTHORISED = "unauthorised", _("mDokumenty nie uznają naszego certyfikatu (401)")
        FORBIDDEN = "forbidden", _("mDokumenty nie uznają naszej umowy (403)")
        FOREIGN_REFUSAL = (
            "foreign_refusal",
            _("serwer pośredniczący odrzuca wywołania, najpewniej z powodu certyfikatu"),
        )
        FOREIGN_ANSWER = "foreign_answer", _("odpowiada inny serwer niż mDokumenty")
        UNREADABLE = "unreadable", _("odpowiedzi nie da się odczytać")
        SERVER_ERROR = "server_error", _("mDokumenty zgłaszają błąd po swojej stronie")
        BUSY = "busy", _("mDokumenty są przeciążone")
        UNWELL = "unwell", _("mDokumenty same zgłaszają, że nie działają")
        MISTAKES = "mistakes", _("mDokumenty odrzucają wywołania o różnych zamówieniach jako błędne")
        ALIKE = "alike", _("mDokumenty odmawiają różnym osobom z tego samego powodu")
        UNKNOWN = "unknown", _("przyczyna nieznana")

    lane = models.CharField(_("rodzaj pracy"), max_length=4, choices=Lane, primary_key=True)
    state = models.CharField(
        _("stan"), max_length=12, choices=State, default=State.CLOSED, db_default=State.CLOSED
    )
    changed_at = models.DateTimeField(_("od"), default=timezone.now, db_default=Now())
    failures = models.PositiveIntegerField(_("nieudane wywołania z rzędu"), default=0, db_default=0)
    # The call that was refused: only its being accepted again proves that all is well.
    refused_operation = models.CharField(
        _("nieprzyjęte wywołanie"), max_length=8, choices=Operation, blank=True, default="", db_default=""
    )
    cause = models.CharField(
        _("przyczyna"), max_length=30, choices=Cause, blank=True, default="", db_default=""
    )
    cause_detail = models.CharField(_("szczegóły"), max_length=100, blank=True, default="", db_default="")
    # The run of definite refusals (mdocs.engine.refusals): what they have in common, and of which orders they are.
    run_kind = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    run = models.JSONField(
        default=list, db_default=Value([], models.JSONField()), blank=True, editable=False
    )  # [[order, operation], …]
    # What the `Date` of mDokumenty's answers says beyond our clock, and when that was read.
    clock_difference = models.DurationField(_("różnica zegarów"), null=True, blank=True)
    clock_read_at = models.DateTimeField(_("zegary porównano"), null=True, blank=True)
    next_probe_at = models.DateTimeField(_("następna próba"), null=True, blank=True)
    engine_seen_at = models.DateTimeField(_("ostatni obchód workera"), null=True, blank=True)

    class Meta:
        verbose_name = _("stan mDokumentów")
        verbose_name_plural = _("stan mDokumentów")
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=sorted(Lane)), name="breaker_lane_known"),
            # One that is not closed is probed again: never stuck.
            models.CheckConstraint(
                condition=Q(state="closed", next_probe_at__isnull=True)
                | ~Q(state="closed") & Q(next_probe_at__isnull=False),
                name="breaker_paused_is_probed",
            ),
            models.CheckConstraint(
                condition=Q(state="not_accepted") | Q(refused_operation=""), name="breaker_refused_says_what"
            ),
        ]
        ordering = ["-lane"]

    def __str__(self) -> str:
        return f"{self.get_lane_display()}: {self.get_state_display()}"

    @property
    def cause_words(self) -> str:
        """Return why it is not closed, for people, with what came; empty where there is nothing to say."""
        words = str(self.get_cause_display())
        return f"{words} ({self.cause_detail})" if self.cause_detail else words
