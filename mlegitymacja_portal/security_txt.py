"""security.txt (RFC 9116): whom to tell of a weakness of this installation."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

_HOLDS_FOR = timedelta(days=180)  # RFC 9116, 2.5.5, recommends less than a year


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with the contact (SECURITY_CONTACT, or else HELP_EMAIL); raise Http404 where there is none."""
    contact = settings.SECURITY_CONTACT or (f"mailto:{settings.HELP_EMAIL}" if settings.HELP_EMAIL else "")
    if not contact:
        raise Http404
    expires = (timezone.now() + _HOLDS_FOR).astimezone(timezone.get_fixed_timezone(0))
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: pl, en",
        f"Canonical: {settings.PORTAL_URL or request.build_absolute_uri('/').rstrip('/')}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


urlpatterns = [path(".well-known/security.txt", security_txt, name="security_txt")]
