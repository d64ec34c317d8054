"""Erasure of one account without a student in the admin: of staff who left."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students import erasure
from students.admin.erasing import ERASE
from students.models import User

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[User]
else:
    Admin = object

TEMPLATE = "admin/students/user/erase.html"


class AccountErasingMixin(Admin):
    """Add the page, which asks for the login."""

    def get_urls(self) -> list[Any]:
        """Add the address."""
        page = self.admin_site.admin_view(self.erase)
        return [path("<int:account_id>/erase/", page, name="students_user_erase"), *super().get_urls()]

    def erase(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Show what goes and what stays; erase when that is confirmed."""
        account = get_object_or_404(self.get_queryset(request), pk=account_id)
        user = request.user
        if not (
            isinstance(user, User) and self.has_change_permission(request, account) and user.has_perm(ERASE)
        ):
            raise PermissionDenied
        obstacles = _obstacles(account, user)
        problem = ""
        if request.method == "POST" and not obstacles:
            if request.POST.get("confirmed", "").strip() == account.username:
                erasure.erase_account_alone(account, by=user)
                messages.success(request, _("Dane osobowe tego konta zostały usunięte."))
                return redirect("admin:students_user_changelist")
            problem = str(_("To nie jest login tego konta."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Usuń dane osobowe"),
            "opts": self.opts,
            "original": account,
            "typed": account.username,
            "obstacles": obstacles,
            "goes": erasure.GOES_OF_ACCOUNT,
            "stays": erasure.STAYS_OF_ACCOUNT,
            "problem": problem,
        }
        return TemplateResponse(request, TEMPLATE, context, status=400 if problem else 200)


def _obstacles(account: User, user: User) -> list[StrOrPromise]:
    if account == user:
        return [_("To Twoje własne konto.")]
    if hasattr(account, "student"):
        return [_("To konto studenta: jego dane usuwa się na stronie studenta.")]
    if account.is_active:
        return [_("To konto jest aktywne: najpierw je wyłącz.")]
    return []
