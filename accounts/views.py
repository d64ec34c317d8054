"""Sign-in views: Django's own, in the portal's frame and words, leading through the stages of django-allauth."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts import second_factor, signing_in
from accounts.forms import SignInForm
from accounts.sessions import SIGN_IN
from accounts.university import providers
from accounts.university.views import logout_url
from students.models import User

STILL_THERE = "uczelnia"  # parameter of the sign-in page: the session at the university goes on


class SignIn(LoginView):
    """Sign-in view; redirects to `next` within the portal only.

    The ids of the inputs are part of the stable surface.
    """

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead who is signed in but for a second factor to where it is set up."""
        if second_factor.is_missing(request):
            second_factor.note_wanted(request)
            return HttpResponseRedirect(reverse("security"))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the password; 404 where the university's sign-in is the only way in (setting PASSWORDS)."""
        if not settings.PASSWORDS:
            raise Http404
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Set the ids of the inputs to `username` and `password`."""
        return {**super().get_form_kwargs(), "auto_id": "%s"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the university's own sign-in, where there is one."""
        own: dict[str, Any] = {"providers": providers.active(), "passwords": settings.PASSWORDS}
        if STILL_THERE in self.request.GET:
            own["leave_university"] = logout_url()
        return {**super().get_context_data(**kwargs), **own}

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, by way of the second factor where the account has one."""
        user: User = form.get_user()
        return signing_in.with_password(self.request, user, self.get_success_url())


class SignOut(LogoutView):
    """Sign-out; who came by the university is told that its own session goes on, and how to end it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        came_by = request.session.get(SIGN_IN, {}).get("method", "")
        response = super().post(request, *args, **kwargs)
        if came_by and came_by == settings.UNIVERSITY_SIGN_IN:
            return HttpResponseRedirect(f"{reverse('login')}?{STILL_THERE}=1")
        return response


class OfficeSignIn(LoginView):
    """The admin's sign-in page, leading through the same stages."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, by way of the second factor where the account has one."""
        return signing_in.with_password(self.request, form.get_user(), self.get_success_url())
