"""Entries of the audit log about signing in: each one that succeeded, and each that failed."""

from collections.abc import Iterable, Mapping

from auditlog.cid import get_cid
from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.client_address import address_of
from students.audit_log import AuditedAction, record_actions
from students.models import User

LABELS: Mapping[str, StrOrPromise] = {
    "signed_in": _("zalogowano"),
    "sign_in_failed": _("nieudane logowanie"),
    "signed_out_everywhere": _("zakończono wszystkie sesje i tokeny"),
    "invited": _("zaproszono do portalu"),
    "password_set": _("ustawiono hasło"),
    "factor_added": _("dodano drugi składnik"),
    "factor_removed": _("usunięto drugi składnik"),
    "password": _("hasło"),
    "passkey": _("klucz dostępu"),
    "cas": _("logowanie uczelni (CAS)"),
    "oidc": _("logowanie uczelni (OpenID Connect)"),
    "unknown_account": _("nie ma takiego konta"),
    "factor": _("drugi składnik"),
    "too_many": _("zbyt wiele prób, następne czekają"),
    "left_out": _("dalszych nieudanych prób w ciągu tej godziny dziennik nie notuje"),
    "university": _("uczelnia nikogo nie potwierdziła"),
}


def record(user: User | None, done: str, request: HttpRequest | None, detail: str = "") -> None:
    """Record that `done` happened to an account; `user` is None where nobody has the login that was typed.

    What was typed is not kept: people type passwords into the wrong field.
    """
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_pk=str(user.pk) if user else "",
        object_id=user.pk if user else None,
        object_repr=user.get_username() if user else "–",
        action=LogEntry.Action.ACCESS,
        actor=user if user and done == "signed_in" else None,
        additional_data={"done": done} | ({"detail": detail} if detail else {}),
        remote_addr=address_of(request) if request else None,
        cid=get_cid(),
    )


def record_failure(login: str, request: HttpRequest, detail: str = "") -> None:
    """Record that signing in as `login` failed; without another detail, whether there is such an account."""
    user = User.objects.with_login(login).first()
    record(user, "sign_in_failed", request, detail or ("" if user else "unknown_account"))


def record_invitations(users: Iterable[User]) -> None:
    """Record that these people were invited, by the current user or job, with one INSERT."""
    record_actions(_action(user, "invited", by) for user in users for by in _actors())


def record_action(user: User, done: str) -> None:
    """Record that the current user has done something to an account."""
    record_actions(_action(user, done, by) for by in _actors())


def _actors() -> list[User]:
    """Return the current user, from the request or the job; nobody for what the portal does itself."""
    by = auditlog_value.get({}).get("actor")
    return [by] if by is not None and by.pk else []


def _action(user: User, done: str, by: User) -> AuditedAction:
    return AuditedAction(instance=user, called=user.get_username(), done=done, by=by, changes={})
