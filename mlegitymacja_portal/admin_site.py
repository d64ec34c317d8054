"""Admin site: search and daily work on every page, the dashboard on its front page, students and orders first."""

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator

from accounts import login_throttle
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
        from students.admin import quick_search  # not before: what is registered there needs this site

        search = self.admin_view(partial(quick_search.search, site=self))
        return [path("search/", search, name="search"), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the user's shortcuts, which the side menu and the front page show."""
        from students.admin import shortcuts

        return {**super().each_context(request), "shortcuts": shortcuts.usable_by(request.user)}

    @method_decorator(login_throttle.limited)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in, with the login throttle of the portal."""
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard to users who may view orders."""
        user = request.user
        context: dict[str, Any] = {}
        if isinstance(user, User) and user.has_perm("mdocs.view_order"):
            context["dashboard"] = build(user, timezone.now())
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Sort the apps, those of the daily work first."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: (*_FIRST, app["app_label"]).index(app["app_label"]))
