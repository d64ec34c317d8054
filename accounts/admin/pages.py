"""Admin pages about accounts: invitations of many, and one account's sessions, tokens and second factors."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit, events, security
from accounts.admin.student_section import factors_of
from accounts.credentials import end_access
from accounts.event_models import EventKind
from accounts.invitations import invitees, jobs
from accounts.invitations.invitees import Standing
from accounts.models import AccountEvent, Session
from students.admin.accounts import outranks
from students.models import User
from students.scope import sees_every_faculty

_EVENTS_SHOWN = 20


def urls() -> list[URLPattern]:
    """Return the addresses of these pages, below /admin/."""
    guarded = admin.site.admin_view
    return [
        path("accounts/invitations/", guarded(invitations), name="invitations"),
        path("accounts/<int:user_id>/security/", guarded(account), name="account_security"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Show how many people would be invited, and why others are not; start inviting them."""
    user = _clerk(request, "accounts.invite")
    if not settings.PASSWORDS:
        raise Http404
    if request.method == "POST":
        return redirect(jobs.start(user))
    counts = invitees.count(invitees.accounts_of_students(user), timezone.now())
    context = {
        "title": _("Zaproszenia do portalu"),
        "to_invite": counts[Standing.TO_INVITE],
        "others": [
            (Standing(key).label, many) for key, many in counts.items() if many and key != Standing.TO_INVITE
        ],
        "sends_as": settings.DEFAULT_FROM_EMAIL,
    }
    return _show(request, "invitations", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show what opens an account, and end it; invite its owner. 404 for an account that the user may not see."""
    clerk = _clerk(request, "accounts.view_security")
    owner = get_object_or_404(User.objects.filter(pk=user_id).select_related("student"))
    if not _may_see(clerk, owner):
        raise Http404
    may = {
        "end": clerk.has_perm("accounts.end_session") and not outranks(owner, clerk),
        "reset": clerk.has_perm("accounts.reset_factor") and not outranks(owner, clerk) and owner != clerk,
        "invite": clerk.has_perm("accounts.invite") and settings.PASSWORDS,
    }
    if request.method == "POST":
        return _act(request, owner, request.POST.get("action", ""), may)
    standing = invitees.with_standing(User.objects.filter(pk=owner.pk), timezone.now()).get()
    context = {
        "title": _("Logowanie i sesje: %(who)s") % {"who": owner.get_full_name() or owner.get_username()},
        "owner": owner,
        "standing": Standing(vars(standing)["standing"]),
        "may_be_invited": vars(standing)["standing"] in {Standing.TO_INVITE, Standing.INVITED},
        "sessions": Session.objects.of_user(owner),
        "factors": factors_of(owner),
        "links": security.links_of(owner),
        "events": AccountEvent.objects.of_user(owner)[:_EVENTS_SHOWN],
        "may": may,
    }
    return _show(request, "account", context)


def _act(request: HttpRequest, owner: User, action: str, may: dict[str, bool]) -> HttpResponse:
    if not may.get(action):
        raise PermissionDenied
    if action == "end":
        end_access(owner)
        audit.record_action(owner, "signed_out_everywhere")
        events.record(owner, EventKind.SESSIONS_ENDED)
        messages.success(
            request, _("Konto jest wylogowane wszędzie. Tokeny i aplikacje nie mają już dostępu.")
        )
    elif action == "reset":
        Authenticator.objects.filter(user=owner).delete()
        end_access(owner)
        audit.record_action(owner, "factor_removed")
        events.record(owner, EventKind.FACTOR_REMOVED, detail=_("wszystkie, przez pracownika uczelni"))
        messages.success(
            request, _("Drugie składniki są usunięte, a konto wylogowane. Właściciel dostanie e-mail.")
        )
    else:
        sent = invitees.invite_again(owner, timezone.now())
        if sent == Standing.TO_INVITE:
            messages.success(request, _("Zaproszenie wysłano na adres %(email)s.") % {"email": owner.email})
        else:
            messages.warning(request, _("Zaproszenia nie wysłano: %(why)s.") % {"why": sent.label})
    return redirect("admin:account_security", owner.pk)


def _may_see(clerk: User, owner: User) -> bool:
    """Return whether an account is a student's of the user's faculties, or any, for who may see accounts at all."""
    if invitees.accounts_of_students(clerk).filter(pk=owner.pk).exists():
        return True
    return sees_every_faculty(clerk) and clerk.has_perm("students.view_user")


def _clerk(request: HttpRequest, permission: str) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(permission):
        raise PermissionDenied
    return user


def _show(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return TemplateResponse(
        request, f"admin/accounts/{template}.html", admin.site.each_context(request) | context
    )
