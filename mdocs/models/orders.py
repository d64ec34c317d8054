"""Models of orders and of what happens to them. The rules that must never break stand here as constraints too."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.querysets import OrderEventQuerySet, OrderQuerySet, priority_of_order
from mdocs.statuses import (
    FINAL,
    LIVE,
    REVOCABLE,
    Attention,
    Failure,
    Reason,
    RevocationReason,
    Status,
)
from students.encryption import EncryptedTextField
from students.models import Photo, Student


class Order(models.Model):
    """A student's request for an mLegitymacja, and its whole life after that.

    The state changes only through `mdocs.orders`. The id, the contract's idempotency key, exists before it is sent.
    """

    id = models.UUIDField(_("numer"), primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(  # order_newest_of_student is its index
        Student, models.PROTECT, related_name="orders", verbose_name=_("student"), db_index=False
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.WAITING, db_default=Status.WAITING
    )
    status_changed_at = models.DateTimeField(_("status od"), default=timezone.now, db_default=Now())
    created_at = models.DateTimeField(_("data zamówienia"), default=timezone.now, db_default=Now())
    ready_at = models.DateTimeField(_("kody gotowe od"), null=True, blank=True)  # the first time; stays
    valid_until = models.DateField(_("termin ważności"))

    # What is ordered, frozen at the click: the same key must always come with the same body. The holder's data (JSON)
    # and the photo are let go as soon as mDokumenty has them.
    album_number = models.CharField(_("numer albumu"), max_length=30)
    card_number = models.CharField(_("numer ELS"), max_length=30, blank=True, default="", db_default="")
    holder = EncryptedTextField(_("dane do zamówienia"), null=True, blank=True)
    # What remains of the holder's data, until the order is over: by it a change is noticed (mdocs.entitlement.rules).
    holder_fingerprint = models.CharField(
        _("odcisk danych osobowych"), max_length=64, blank=True, editable=False, default="", db_default=""
    )
    photo = models.ForeignKey(
        Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("zdjęcie")
    )

    # What mDokumenty says.
    mdokumenty_id = models.CharField(
        _("numer w mDokumentach"), max_length=100, null=True, blank=True, unique=True
    )
    remote_updated_at = models.DateTimeField(_("ostatnia zmiana w mDokumentach"), null=True, blank=True)
    sent_at = models.DateTimeField(_("być może wysłane"), null=True, blank=True)
    rejection_code = models.CharField(_("powód odmowy"), max_length=64, blank=True, default="", db_default="")
    qr_token = EncryptedTextField(_("kod QR"), null=True, blank=True)
    activation_code = EncryptedTextField(_("kod aktywacyjny"), null=True, blank=True)
    # Nothing but "" beside codes: it is drawn when shown. The version before reads the column; the next one drops it.
    qr_svg = EncryptedTextField(_("obraz kodu QR"), null=True, blank=True)
    codes_expire_at = models.DateTimeField(_("kody ważne do"), null=True, blank=True)
    codes_seen_at = models.DateTimeField(_("kody pokazano"), null=True, blank=True)

    # What the student, the office or the rules ask for.
    revocation_reason = models.CharField(
        _("powód unieważnienia"),
        max_length=24,
        choices=RevocationReason,
        blank=True,
        default="",
        db_default="",
    )
    order_again = models.BooleanField(_("zamówić ponownie"), default=False, db_default=False)
    extend_to = models.DateField(_("przedłużyć do"), null=True, blank=True)
    extension_asked_at = models.DateTimeField(_("przedłużenie od"), null=True, blank=True)
    # Under the rules `pesel`: the end of the half-year for which it was ordered or its student confirmed since.
    confirmed_until = models.DateField(_("potwierdzona do"), null=True, blank=True)
    reissue_required = models.BooleanField(_("potrzebna nowa mLegitymacja"), default=False, db_default=False)
    # A document that mDokumenty holds against this order (409 holder_has_document), to be revoked first.
    blocked_by = models.CharField(
        _("wcześniejszy dokument"), max_length=100, blank=True, default="", db_default=""
    )

    # State of the engine. Low priority: placed or ended together with many, so that nobody waits for just this one.
    low_priority = models.BooleanField(_("nikt na to nie czeka"), default=False, db_default=False)
    next_attempt_at = models.DateTimeField(_("następna próba"), null=True, blank=True)
    leased_until = models.DateTimeField(_("zajęte do"), null=True, blank=True)
    poll_fast_until = models.DateTimeField(_("student patrzy do"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("nieudane próby z rzędu"), default=0, db_default=0)
    # Since when each answer to a question has called it unknown; null: the last one did not.
    missing_since = models.DateTimeField(_("nieznane mDokumentom od"), null=True, blank=True)
    last_failure = models.CharField(
        _("ostatni błąd"), max_length=64, choices=Failure, blank=True, default="", db_default=""
    )
    attention = models.CharField(
        _("wymaga uwagi"), max_length=24, choices=Attention, blank=True, default="", db_default=""
    )
    # The request, or the task, that asked for what is due: the calls to mDokumenty stand under it in all logs.
    request_id = models.UUIDField(_("numer żądania"), null=True, blank=True, editable=False)

    priority = models.GeneratedField(
        expression=priority_of_order(), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )

    # Set by mdocs.engine.claims: this claim is the first that may lead to sending; the call that is due.
    unsent_before: bool = False
    operation: str = ""

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("zamówienie")
        verbose_name_plural = _("zamówienia")
        permissions = [
            ("revoke_order", _("Może anulować zamówienia i unieważniać mLegitymacje")),
            ("retry_order", _("Może ponawiać zamówienia, które czekają na pracownika")),
            ("write_off_order", _("Może zamykać zamówienia, których mDokumenty nie znają")),
            ("export_order", _("Może eksportować zamówienia")),
            ("order_cohort", _("Może zamawiać mLegitymacje dla wielu studentów naraz")),
            ("order_for_student", _("Może zamówić mLegitymację dla studenta")),
        ]
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(status__in=sorted(LIVE)), name="order_one_live_per_student"
            ),
            models.CheckConstraint(condition=Q(status__in=sorted(Status)), name="order_status_known"),
            models.CheckConstraint(
                condition=Q(last_failure__in=["", *sorted(Failure)]), name="order_last_failure_known"
            ),
            models.CheckConstraint(
                # A live order is looked at again, or waits for staff: none is forgotten. A final one wants nothing.
                condition=Q(status__in=sorted(LIVE)) & (Q(next_attempt_at__isnull=False) | ~Q(attention=""))
                | Q(status__in=sorted(FINAL), next_attempt_at__isnull=True, leased_until__isnull=True),
                name="order_live_is_looked_after",
            ),
            models.CheckConstraint(
                # All of them, or none any more when they are over and mDokumenty has not said so yet.
                condition=Q(
                    status=Status.READY,
                    qr_token__isnull=False,
                    activation_code__isnull=False,
                    qr_svg__isnull=False,
                    codes_expire_at__isnull=False,
                )
                | Q(
                    status=Status.READY,
                    qr_token__isnull=True,
                    activation_code__isnull=True,
                    qr_svg__isnull=True,
                    codes_expire_at__isnull=False,
                )
                | ~Q(status=Status.READY)
                & Q(
                    qr_token__isnull=True,
                    activation_code__isnull=True,
                    qr_svg__isnull=True,
                    codes_expire_at__isnull=True,
                ),
                name="order_codes_only_when_ready",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted({Status.PROCESSING, Status.REVOKING} | REVOCABLE))
                | Q(mdokumenty_id__isnull=False),
                name="order_known_there_has_its_id",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.REVOKING) | ~Q(revocation_reason=""),
                name="order_revoking_says_why",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_until__isnull=True)
                | Q(confirmed_until__month=3, confirmed_until__day=31)
                | Q(confirmed_until__month=10, confirmed_until__day=31),
                name="order_confirmed_for_half_years",
            ),
            models.CheckConstraint(
                condition=Q(extend_to__isnull=True) | Q(extend_to__gt=F("valid_until")),
                name="order_extension_is_later",
            ),
            models.CheckConstraint(
                condition=Q(extend_to__isnull=True, extension_asked_at__isnull=True)
                | Q(extend_to__isnull=False, extension_asked_at__isnull=False),
                name="order_extension_since_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="order_due",
            ),
            # With the key, so that the pages of a search for students are found in the index alone.
            models.Index(fields=["student", "-created_at", "-id"], name="order_newest_of_student"),
            models.Index(
                fields=["extension_asked_at"],
                condition=Q(extension_asked_at__isnull=False),
                name="order_being_extended",
            ),
            models.Index(fields=["attention"], condition=~Q(attention=""), name="order_needs_attention"),
            # What the dashboard counts (mdocs.office.dashboard), each out of an index alone.
            models.Index(
                fields=["status", "created_at"],
                condition=Q(status__in=sorted(LIVE)),
                name="order_live_by_state",
            ),
            models.Index(
                fields=["status_changed_at", "status"],
                condition=Q(status__in=sorted(FINAL)),
                name="order_ended",
            ),
            models.Index(
                fields=["ready_at", "created_at"],
                condition=Q(ready_at__isnull=False),
                name="order_made_ready",
            ),
            models.Index(fields=["-created_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "status_changed_at"], name="order_in_state_since"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def ends_earlier_first(self) -> bool:
        """Say whether an earlier document of the holder has to be revoked before this order can be sent."""
        return self.status == Status.WAITING and self.blocked_by != ""

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # Django adds none where there is one
        """Return the state in the reader's language. Django's own looks up the words of all states each time."""
        # A state that only the next version knows has no words here.
        return str(Status(self.status).label) if self.status in Status else self.status

    @property
    def is_live(self) -> bool:
        """Say whether the order is not over yet."""
        return self.status in LIVE


class OrderEvent(models.Model):
    """One step in an order's life: audit, history and outbox in one. Written only by `mdocs.orders`, never changed;
    `notifications.outbox` marks it as dispatched."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events", verbose_name=_("zamówienie"))
    at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())
    # Equal where something happened that did not change the state.
    old = models.CharField(_("z"), max_length=12, choices=Status, blank=True, default="", db_default="")
    new = models.CharField(_("na"), max_length=12, choices=Status)
    reason = models.CharField(_("dlaczego"), max_length=24, choices=Reason)
    detail = models.CharField(_("szczegóły"), max_length=100, blank=True, default="", db_default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kto"),
        help_text=_("puste: portal sam"),
    )
    request_id = models.UUIDField(_("numer żądania"), null=True, blank=True, editable=False)
    # When notifications.outbox handed it to its handlers; null: not yet.
    dispatched_at = models.DateTimeField(_("przekazano"), null=True, blank=True, editable=False)

    objects = OrderEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("zdarzenie zamówienia")
        verbose_name_plural = _("zdarzenia zamówień")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(new__in=sorted(Status)), name="orderevent_status_known"),
            # One warning, also when sweeps run concurrently.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(reason=Reason.CODES_EXPIRING),
                name="orderevent_one_warning_of_expiry",
            ),
            models.UniqueConstraint(
                fields=["order", "reason", "detail"],
                condition=Q(reason__in=[Reason.ENDS_IN_14_DAYS, Reason.ENDS_IN_3_DAYS]),
                name="orderevent_one_warning_of_end",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "at"], name="orderevent_of_order"),
            models.Index(
                fields=["id"], condition=Q(dispatched_at__isnull=True), name="orderevent_undispatched"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.get_new_display()}"
