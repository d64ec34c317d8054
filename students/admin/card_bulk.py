"""Admin page that starts a background extension of many cards."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from students.admin.card_forms import ExtendManyForm
from students.admin.card_pages import Office, clerk_of, needs, show
from students.extension_jobs import extend_group, extend_listed
from students.half_years import extension_target


@needs("students.extend_studentcard")
def page(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the form for cards and date; start the job and redirect to its progress."""
    clerk = clerk_of(request)
    form = ExtendManyForm(
        request.POST or None,
        request.FILES or None,
        clerk=clerk,
        initial={"until": extension_target(timezone.localdate())},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["numbers"]:
            job = extend_listed(data["numbers"], data["until"], by=clerk)
        else:
            job = extend_group(data["faculty"] or data["programme"], data["until"], by=clerk)
        return redirect(job)
    return show(office, request, "extend_many", title=_("Przedłuż wiele legitymacji"), form=form)
