"""View of the notification settings: types of message by channel, and the student's devices."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mdocs.page.decorators import READ, SignedInRequest, personal
from notifications.messages.forms import NotificationSettingsForm
from notifications.push import vapid
from notifications.push.models import Subscription
from students.models import Student
from students.offices import office_columns, office_from


@personal(*READ, "POST")
def message_settings(request: SignedInRequest) -> HttpResponse:
    """Show and save the types of message that come by e-mail and push; list the devices."""
    students = Student.objects.of_user(request.user).defer("pesel")
    student = students.annotate(office=office_columns(timezone.localdate())).first()
    if student is None:
        return render(request, "notifications/settings.html")
    form = NotificationSettingsForm(
        request.POST if request.method == "POST" else None, student=student, push=vapid.is_on()
    )
    if form.is_valid():
        form.save()
        notices.success(request, _("Zapisaliśmy Twój wybór."))
        return redirect("notifications:message_settings")
    devices = Subscription.objects.of_user(request.user).defer("address") if vapid.is_on() else ()
    context = {
        "form": form,
        "devices": devices,
        "push_key": vapid.public_key(),
        "own_office": office_from(vars(student)["office"]),
    }
    return render(request, "notifications/settings.html", context)
