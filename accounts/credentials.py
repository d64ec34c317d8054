"""Credentials: when a password is set or an account deactivated, what was opened with the old ones ends."""

from typing import Any

from allauth.core import context
from django.db.models.signals import post_save, pre_save
from django.dispatch import Signal

from accounts import audit, events
from accounts.event_models import EventKind
from accounts.models import Session
from accounts.sessions import hash_of
from students.models import User

# Sent with `user` when everything that opens an account has to end; apps with tokens of their own connect to it.
access_ended = Signal()
_RIGHTS = ("is_active", "is_staff")


def connect() -> None:
    """Connect to changes of accounts; called once, when the apps are ready."""
    pre_save.connect(_before, sender=User, dispatch_uid="accounts.before_change")
    post_save.connect(_after, sender=User, dispatch_uid="accounts.after_change")


def end_access(user: User, *, but: str | None = None) -> int:
    """End all sessions and tokens of an account, except the session with the cookie key `but`; return how many
    sessions."""
    ended = Session.objects.end([user.pk], but=hash_of(but) if but else None)
    access_ended.send(sender=User, user=user)
    return ended


def _before(instance: User, update_fields: frozenset[str] | None, **_kwargs: Any) -> None:
    """Find out whether rights change. Only a save that could change them costs a query."""
    concerned = set(_RIGHTS) & set(update_fields) if update_fields is not None else set(_RIGHTS)
    before: dict[str, Any] = {}
    if instance.pk and concerned:
        before = User.objects.filter(pk=instance.pk).values(*_RIGHTS).first() or {}
    changed = any(value != getattr(instance, name) for name, value in before.items())
    instance._rights_changed = changed  # type: ignore[attr-defined]


def _after(instance: User, created: bool, **_kwargs: Any) -> None:
    # Django keeps the new password here until it has been saved; none, where it only computes a better hash.
    is_new_password = not created and instance._password is not None  # type: ignore[attr-defined]
    if is_new_password:
        request = context.request
        is_own = request is not None and getattr(request, "user", None) == instance
        end_access(instance, but=request.session.session_key if is_own else None)
        audit.record(instance, "password_set", request)
        events.record(instance, EventKind.PASSWORD_SET, request)
    elif instance._rights_changed:  # type: ignore[attr-defined]
        end_access(instance)
