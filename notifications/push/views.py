"""Views of devices: turning one on or off in the settings, and replacing its endpoint by the service worker."""

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
from students.user_agents import device_of


@personal("POST")
def turn_on(request: SignedInRequest) -> HttpResponse:
    """Subscribe the requesting browser to the student's messages; called by static/portal/devices.js."""
    student = Student.objects.of_user(request.user).defer("pesel").first()
    form = PushSubscriptionForm(request.POST)
    if not vapid.is_on() or student is None:
        return _problem(_("Na tym koncie nie można włączyć powiadomień."), 409)
    if not form.is_valid():
        return _problem(_errors(form), 400)
    name = device_of(request)
    devices.subscribe(student, form.address(), name, instead_of=str(form.cleaned_data["old_endpoint"]))
    return HttpResponse(status=204)


@personal("POST")
def turn_off(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Unsubscribe one of the student's devices. Idempotent."""
    device = Subscription.objects.of_user(request.user).defer("address").filter(pk=device_id).first()
    if device is not None:
        Subscription.objects.filter(pk=device.pk).delete()
        said = _("Powiadomienia na urządzeniu „%(name)s” są wyłączone.") % {"name": device.name}
        notices.success(request, said)
    return redirect("notifications:message_settings")


@csrf_exempt  # no session here: the old endpoint authenticates the browser
@never_cache
@require_POST
def replace_endpoint(request: HttpRequest) -> HttpResponse:
    """Replace the endpoint of a browser by the one that its push service has given it."""
    form = PushSubscriptionChangeForm(request.POST)
    if not form.is_valid():
        return _problem(_errors(form), 400)
    known = vapid.is_on() and devices.replace_endpoint(str(form.cleaned_data["old_endpoint"]), form.address())
    return HttpResponse(status=204) if known else _problem(_("Nie znamy tego urządzenia."), 404)


def _errors(form: PushSubscriptionForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _problem(text: str, status: int) -> HttpResponse:
    return JsonResponse({"problem": text}, status=status)
