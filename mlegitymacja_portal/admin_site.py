"""Admin site: search and daily work on every page, the dashboard on its front page, students and orders first."""

from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mdocs.office.dashboard.page import build
from mlegitymacja_portal.accusatives import with_accusatives
from students.models import User

_FIRST = ("students", "mdocs", "notifications")


class PortalAdminSite(AdminSite):
    """Admin site of the dean's office."""

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Register models, whose names are bent where Polish bends them."""
        super().register(model_or_iterable, with_accusatives(admin_class or ModelAdmin), **options)

    def get_urls(self) -> list[Any]:
        """Add the search that stands on every page."""
        from accounts.admin import (
            pages as account_pages,  # not before: what is registered there needs this site
        )
        from operations.admin import technician
        from students.admin import quick_search

        search = self.admin_view(partial(quick_search.search, site=self))
        return [
            path("search/", search, name="search"),
            *account_pages.urls(),
            *technician.urls(),
            *super().get_urls(),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the user's shortcuts, which the side menu and the front page show, and those of the page itself."""
        from students.admin import shortcuts

        usable = shortcuts.usable_by(request.user)
        return {
            **super().each_context(request),
            "shortcuts": usable,
            "current_shortcuts": [shortcut for shortcut in usable if shortcut.leads_to(request)],
        }

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Lock the account while its password is changed, since Django writes all columns."""
        with transaction.atomic():
            if request.method == "POST":
                request.user = User.objects.select_for_update().get(username=request.user.get_username())
            return super().password_change(request, extra_context)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in, through the stages of every sign-in (accounts.signing_in); as Django's, but for that.

        Where there are no passwords (setting PASSWORDS) this leads to the university's sign-in. Raises PermissionDenied
        for who is signed in there and may not enter.
        """
        from accounts import second_factor
        from accounts.forms import OfficeSignInForm
        from accounts.views import OfficeSignIn

        if second_factor.is_missing(request):
            second_factor.note_wanted(request)
            return HttpResponseRedirect(reverse("security"))
        index = reverse("admin:index", current_app=self.name)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(index)
        if not settings.PASSWORDS:
            if request.user.is_authenticated:  # whom the sign-in would send back here
                raise PermissionDenied
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, index))
        context = {
            **self.each_context(request),
            "title": _("Logowanie"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in {*request.GET, *request.POST}:
            context[REDIRECT_FIELD_NAME] = index
        request.current_app = self.name
        view = OfficeSignIn.as_view(
            extra_context=context, authentication_form=OfficeSignInForm, template_name="admin/login.html"
        )
        return cast(HttpResponse, never_cache(view)(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show alarms to users who may see them, and the dashboard to users who may view orders."""
        from operations.admin import technician

        user = request.user
        context: dict[str, Any] = {
            "alarms": technician.open_alarms(user),
            "may_acknowledge": user.has_perm(technician.ACKNOWLEDGE),
        }
        if isinstance(user, User) and user.has_perm("mdocs.view_order"):
            context["dashboard"] = build(user, timezone.now())
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Sort the apps, those of the daily work first."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: (*_FIRST, app["app_label"]).index(app["app_label"]))
