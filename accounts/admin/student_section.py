"""Sign-in of a student, as a section and buttons of the student's page."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.invitations.invitees import Standing, with_standing
from accounts.models import Session
from students.admin.registry import Button, Section, SectionRow, student_button, student_section
from students.models import Student, User
from students.moments import write_moment


@student_section
def sessions_of(request: HttpRequest, student: Student) -> Section | None:
    """List the sessions of a student's account, with the permission to view them."""
    if not request.user.has_perm("accounts.view_security"):
        return None
    return Section(
        title=_("Zalogowane urządzenia"),
        columns=(_("urządzenie"), _("skąd"), _("zalogowano"), _("ostatnio używane")),
        rows=[
            SectionRow(
                (
                    session.device or "–",
                    session.network or "–",
                    write_moment(session.created_at),
                    write_moment(session.last_seen_at),
                )
            )
            for session in Session.objects.of_user(student.user)
        ],
        nothing=_("Student nie jest teraz nigdzie zalogowany."),
    )


@student_button
def invitation(request: HttpRequest, student: Student) -> Button | None:
    """Offer to invite a student who has no password yet."""
    if not settings.PASSWORDS or not request.user.has_perm("accounts.invite"):
        return None
    account = with_standing(User.objects.filter(pk=student.user_id), timezone.now()).first()
    standing = vars(account)["standing"] if account else ""
    if standing not in {Standing.TO_INVITE, Standing.INVITED}:
        return None
    label = _("Wyślij zaproszenie") if standing == Standing.TO_INVITE else _("Wyślij zaproszenie ponownie")
    return Button(label, _security_page(student))


@student_button
def security(request: HttpRequest, student: Student) -> Button | None:
    """Lead to the account's sessions, tokens and second factors."""
    if not request.user.has_perm("accounts.view_security"):
        return None
    return Button(_("Logowanie i sesje"), _security_page(student))


def _security_page(student: Student) -> str:
    return reverse("admin:account_security", args=[student.user_id])


def factors_of(user: User) -> list[str]:
    """Return the names of an account's second factors."""
    return [str(factor) for factor in Authenticator.objects.filter(user=user).order_by("created_at")]
