"""What the settings of messages ask for, and the service worker when its browser got another address."""

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mdocs.page.decorators import SignedInRequest, personal
from notifications.push import devices, vapid
from notifications.push.forms import PushSubscriptionChangeForm, PushSubscriptionForm
from notifications.push.models import Subscription
from students.models import Student


@personal("POST")
def turn_on(request: SignedInRequest) -> HttpResponse:
    """Have the browser that asks show the student's messages; a script asks (static/portal/devices.js)."""
    student = Student.objects.of_user(request.user).defer("pesel").first()
    form = PushSubscriptionForm(request.POST)
    if not vapid.is_on() or student is None:
        return _problem(_("Na tym koncie nie można włączyć powiadomień."), 409)
    if not form.is_valid():
        return _problem(_said(form), 400)
    name = devices.device_name(request.headers.get("User-Agent", ""))
    devices.subscribe(student, form.address(), name, instead_of=str(form.cleaned_data["old_endpoint"]))
    return HttpResponse(status=204)


@personal("POST")
def turn_off(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Have one of the student's devices show nothing any more; pressing twice does no harm."""
    device = Subscription.objects.of_user(request.user).defer("address").filter(pk=device_id).first()
    if device is not None:
        device.delete()
        said = _("Powiadomienia na urządzeniu „%(name)s” są wyłączone.") % {"name": device.name}
        notices.success(request, said)
    return redirect("notifications:message_settings")


@csrf_exempt  # nobody is signed in here: the old address itself says who asks
@never_cache
@require_POST
def replace_endpoint(request: HttpRequest) -> HttpResponse:
    """Follow a browser to the new address that its push service gave it."""
    form = PushSubscriptionChangeForm(request.POST)
    if not form.is_valid():
        return _problem(_said(form), 400)
    known = vapid.is_on() and devices.replace_endpoint(str(form.cleaned_data["old_endpoint"]), form.address())
    return HttpResponse(status=204) if known else _problem(_("Nie znamy tego urządzenia."), 404)


def _said(form: PushSubscriptionForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _problem(text: str, status: int) -> HttpResponse:
    return JsonResponse({"problem": text}, status=status)
