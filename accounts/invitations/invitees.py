"""Standing of accounts for an invitation, and inviting them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts import audit, events
from accounts.event_models import AccountEvent, EventKind
from accounts.links import INVITATION_LASTS
from students.models import Student, User


class Standing(models.TextChoices):
    """Standing of an account: to be invited, or why not."""

    TO_INVITE = "to_invite", _("do zaproszenia")
    INVITED = "invited", _("zaproszenie z ostatnich 7 dni jeszcze działa")
    HAS_PASSWORD = "has_password", _("ma już hasło")
    NO_ADDRESS = "no_address", _("nie ma adresu e-mail")
    INACTIVE = "inactive", _("konto jest wyłączone")


def with_standing(accounts: "models.QuerySet[User]", now: datetime) -> "models.QuerySet[Any]":
    """Annotate accounts with their `standing`."""
    lately = AccountEvent.objects.filter(
        user=OuterRef("pk"), kind=EventKind.INVITED, at__gt=now - INVITATION_LASTS
    )
    return accounts.annotate(
        standing=Case(
            When(is_active=False, then=Value(Standing.INACTIVE)),
            When(~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX), then=Value(Standing.HAS_PASSWORD)),
            When(email="", then=Value(Standing.NO_ADDRESS)),
            When(Exists(lately), then=Value(Standing.INVITED)),
            default=Value(Standing.TO_INVITE),
            output_field=models.CharField(),
        )
    )


def accounts_of_students(by: User) -> "models.QuerySet[User]":
    """Return the accounts of the students whom a member of staff may see."""
    return User.objects.filter(student__in=Student.objects.in_scope(by))


def count(accounts: "models.QuerySet[User]", now: datetime) -> dict[str, int]:
    """Return how many accounts have each standing, in one query."""
    rows = with_standing(accounts, now).order_by().values("standing").annotate(many=Count("pk"))
    found = {row["standing"]: row["many"] for row in rows}
    return {standing: found.get(standing, 0) for standing in Standing.values}


@transaction.atomic
def invite(keys: Sequence[int], now: datetime) -> list[tuple[User, str]]:
    """Invite those of these accounts that are to be; return each account with what it was. Twice is once."""
    locked = User.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True, of=("self",))
    list(locked.values_list("pk", flat=True))
    users = list(with_standing(User.objects.filter(pk__in=keys).order_by("pk"), now))
    invited = [user for user in users if user.standing == Standing.TO_INVITE]
    events.record_invitations(invited)
    audit.record_invitations(invited)
    return [(user, user.standing) for user in users]


def invite_again(user: User, now: datetime) -> Standing:
    """Invite one person on the office's wish, also while an earlier invitation works; return what the account was.

    `TO_INVITE` means that it was sent.
    """
    (account,) = with_standing(User.objects.filter(pk=user.pk), now)
    standing = Standing(account.standing)
    if standing not in {Standing.TO_INVITE, Standing.INVITED}:
        return standing
    events.record(user, EventKind.INVITED)
    audit.record_invitations([user])
    return Standing.TO_INVITE
