"""Models of messages, and of the types that students opt out of by channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.page.shown_order import ended_by_office
from mdocs.querysets import ENCRYPTED
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import Mailing
from students.models import Faculty, Student, User
from students.offices import office_columns, office_from
from students.scope import in_scope

_KEPT = timedelta(days=365)  # the history of an order is kept longer


class EmailState(models.TextChoices):
    """State of a message's e-mail."""

    NOT_WANTED = "not_wanted", _("student jej nie chce")
    NO_ADDRESS = "no_address", _("student nie ma adresu e-mail")
    NO_ACCOUNT = "no_account", _("konto studenta jest wyłączone")
    OUTDATED = "outdated", _("przestała być prawdą, zanim ją wysłano")
    WAITING = "waiting", _("czeka na wysłanie")
    SENT = "sent", _("wysłano")
    REFUSED = "refused", _("serwer odbiorcy odrzucił adres")
    APART = "apart", _("osobny e-mail o koncie")  # which `accounts` sends


class Channel(models.TextChoices):
    """Channel of messages beside the portal, which has them all."""

    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("powiadomienie na urządzeniu")


class MessageQuerySet(models.QuerySet["Message", "Message"]):
    """Queries of messages."""

    def of_user(self, user: User | AnonymousUser) -> "MessageQuerySet":
        """Return the messages to the student with this account."""
        return self.filter(student__user=user.pk) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Return the messages that this user may see: one's own, or for staff with the permission their faculties'."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_staff and user.has_perm("notifications.view_message"):
            return self.filter(in_scope(user, "student_id"))
        return self.of_user(user)

    def unread(self) -> "MessageQuerySet":
        """Return the messages that have not been marked as read."""
        return self.filter(read_at__isnull=True)

    def with_event_and_order(self) -> "MessageQuerySet":
        """Select event and order, or mailing, from which texts are rendered, without encrypted columns; annotate
        `ended_by_office`."""
        selected = self.select_related("event", "order", "mailing").defer(
            *(f"order__{field}" for field in ENCRYPTED)
        )
        return selected.annotate(ended_by_office=ended_by_office("order", "student__user"))

    def email_due(self, now: Any) -> "MessageQuerySet":
        """Return the messages whose e-mail is due; those of a kind that this version does not know are left to the one
        that wrote them."""
        return self.filter(email_due_at__lte=now, kind__in=NotificationType.values)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> "list[Message]":
        """Claim up to `limit` messages whose e-mail is due, until the lease runs out; return them, the oldest first.

        What has failed comes after the others.

        Committed on return, so that no transaction is open during SMTP. Messages of a worker that dies are due again
        after the lease. Sets `opted_out` on each, whether its student has opted out since it was created, and `office`,
        the student's dean's office.
        """
        opt_outs = NotificationOptOut.objects.filter(
            student=OuterRef("student"), kind=OuterRef("kind"), channel=Channel.EMAIL
        )
        with transaction.atomic():
            claimed = list(
                self.email_due(now)
                .order_by("low_priority", "email_due_at")
                .with_event_and_order()
                .select_related("student__user")
                .defer("student__pesel", *(f"order__{field}" for field in ENCRYPTED))
                .annotate(
                    is_opted_out=Exists(opt_outs),
                    office_columns=office_columns(timezone.localdate(now), "student"),
                )
                .select_for_update(skip_locked=True, of=("self",))[:limit]
            )
            self.email_pending(claimed).update(email_due_at=now + lease)
        for message in claimed:
            message.opted_out = vars(message)["is_opted_out"]
            message.office = office_from(vars(message)["office_columns"])
        return sorted(claimed, key=lambda message: (message.low_priority, message.email_failures, message.pk))

    def email_pending(self, messages: "Sequence[Message]") -> "MessageQuerySet":
        """Return those of these messages whose e-mail is neither sent nor given up."""
        keys = [message.pk for message in messages]
        return self.model.objects.filter(pk__in=keys, email_state=EmailState.WAITING)

    def delete_old(self, now: datetime) -> int:
        """Delete messages older than _KEPT; return how many.

        Personal data are stored no longer than needed (RODO, art. 5).
        """
        deleted = self.filter(created_at__lt=now - _KEPT).delete()[1].get(self.model._meta.label, 0)
        Mailing.objects.filter(created_at__lt=now - _KEPT, messages=None).delete()
        return deleted


class Message(models.Model):
    """Message to a student: always in the portal, by e-mail if they want it and have an address.

    It has no text: that is rendered from its type and event when shown, in the reader's language. One from the office
    has a mailing instead, and the `values` that stood for its placeholders, by language. One about the account (type
    ACCOUNT) has neither: its `values` are the subject and the paragraphs, by language.
    """

    student = models.ForeignKey(
        Student, models.PROTECT, related_name="messages", db_index=False, verbose_name=_("student")
    )
    order = models.ForeignKey(
        "mdocs.Order",
        models.PROTECT,
        related_name="messages",
        null=True,
        blank=True,
        verbose_name=_("zamówienie"),
    )
    event = models.ForeignKey(
        "mdocs.OrderEvent",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("zdarzenie"),
    )
    mailing = models.ForeignKey(
        Mailing,
        models.PROTECT,
        related_name="messages",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("wysyłka dziekanatu"),
    )
    values = models.JSONField(_("wartości pól"), null=True, blank=True, editable=False)
    kind = models.CharField(_("rodzaj"), max_length=16, choices=NotificationType)
    created_at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())  # of its event
    read_at = models.DateTimeField(_("przeczytano"), null=True, blank=True)

    email_state = models.CharField(_("e-mail"), max_length=12, choices=EmailState)
    # Next attempt. A claim moves it on, so that the messages of a dead worker become due again by themselves.
    email_due_at = models.DateTimeField(_("następna próba"), null=True, blank=True)
    low_priority = models.BooleanField(_("nikt na to nie czeka"), default=False, db_default=False)
    email_failures = models.PositiveIntegerField(_("nieudane próby z rzędu"), default=0, db_default=0)
    email_failure = models.CharField(_("ostatni błąd"), max_length=64, blank=True, default="", db_default="")
    email_sent_at = models.DateTimeField(_("wysłano"), null=True, blank=True)

    opted_out: bool = False  # set by MessageQuerySet.claim_due
    office: Faculty | None = None  # as above

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("wiadomość")
        verbose_name_plural = _("wiadomości")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="message_once_for_an_event"),
            models.UniqueConstraint(
                fields=["mailing", "student"],
                condition=Q(mailing__isnull=False),
                name="message_once_of_a_mailing",
            ),
            models.CheckConstraint(
                condition=Q(
                    order__isnull=False, event__isnull=False, mailing__isnull=True, values__isnull=True
                )
                | Q(order__isnull=True, event__isnull=True, mailing__isnull=False, values__isnull=False)
                | Q(
                    order__isnull=True,
                    event__isnull=True,
                    mailing__isnull=True,
                    values__isnull=False,
                    kind=NotificationType.ACCOUNT,
                    email_state=EmailState.APART,
                ),
                name="message_about_order_mailing_or_account",
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(NotificationType)), name="message_kind_known"),
            models.CheckConstraint(
                condition=Q(email_state__in=sorted(EmailState)), name="message_email_state_known"
            ),
            models.CheckConstraint(
                # Only waiting e-mails have a next attempt.
                condition=Q(email_state=EmailState.WAITING, email_due_at__isnull=False)
                | ~Q(email_state=EmailState.WAITING) & Q(email_due_at__isnull=True),
                name="message_email_waiting_is_due",
            ),
            models.CheckConstraint(
                condition=Q(email_state=EmailState.SENT, email_sent_at__isnull=False)
                | ~Q(email_state=EmailState.SENT) & Q(email_sent_at__isnull=True),
                name="message_email_sent_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-id"], name="message_of_student"),
            models.Index(fields=["student"], condition=Q(read_at__isnull=True), name="message_unread"),
            models.Index(
                fields=["low_priority", "email_due_at"],
                condition=Q(email_due_at__isnull=False),
                name="message_email_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.mailing or self.order_id}"


class NotificationOptOut(models.Model):
    """Type of message that a student does not want on a channel. New types are wanted."""

    student = models.ForeignKey(
        Student, models.CASCADE, related_name="+", db_index=False, verbose_name=_("student")
    )
    kind = models.CharField(_("rodzaj"), max_length=16, choices=NotificationType)
    channel = models.CharField(
        _("droga"), max_length=8, choices=Channel, default=Channel.EMAIL, db_default=Channel.EMAIL
    )

    class Meta:
        verbose_name = _("niechciany rodzaj wiadomości")
        verbose_name_plural = _("niechciane rodzaje wiadomości")
        default_permissions = ()  # the student's alone
        constraints = [
            models.UniqueConstraint(fields=["student", "channel", "kind"], name="optout_once_on_a_channel"),
            models.CheckConstraint(condition=Q(channel__in=sorted(Channel)), name="optout_channel_known"),
            models.CheckConstraint(condition=Q(kind__in=sorted(NotificationType)), name="optout_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.kind}, {self.channel}"
