"""Accounts in the admin: roles and faculties are given here, within the rights of the giver."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.related import RelatedField
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from students.admin.erasing_accounts import AccountErasingMixin
from students.admin.permissions import PermissionLabelsMixin
from students.admin.scoped import ScopedChoicesMixin
from students.admin.versioned import VersionedAdminMixin
from students.models import User
from students.scope import sees_every_faculty
from students.versioned_forms import VersionedModelForm

RIGHTS = ("is_active", "is_staff", "groups", "faculties")
ONLY_FOR_SUPERUSERS = ("is_superuser", "user_permissions")


def held_by(user: Any) -> Q:
    """Return the condition that an account holds a permission; inactive accounts count too."""
    return Q(group__user=user) | Q(user=user)


def lacked_by(user: Any) -> QuerySet[Permission]:
    """Return the permissions that an account does not have."""
    return Permission.objects.exclude(pk__in=Permission.objects.filter(held_by(user)).values("pk"))


def outranks(account: User, user: Any) -> bool:
    """Return whether an account has a right that `user` lacks."""
    if user.is_superuser:
        return False
    return account.is_superuser or lacked_by(user).filter(held_by(account)).exists()


class AccountForm(VersionedModelForm[User], UserChangeForm[User]):
    """Form of an account."""


@admin.register(User)
class AccountAdmin(
    AccountErasingMixin, ScopedChoicesMixin, PermissionLabelsMixin, VersionedAdminMixin, UserAdmin[User]
):
    """Admin of accounts.

    Changed by superusers, and by staff who may change accounts of every faculty, up to their own rank.
    """

    form = AccountForm
    filter_horizontal = ("groups", "faculties", "user_permissions")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show superuser status and single permissions to superusers only."""
        if obj is None:
            return self.add_fieldsets
        rights = (*RIGHTS, *ONLY_FOR_SUPERUSERS) if request.user.is_superuser else RIGHTS
        return (
            (None, {"fields": ("username", "password")}),
            (_("Dane osobowe"), {"fields": ("first_name", "last_name", "email")}),
            (_("Uprawnienia"), {"fields": rights}),
            (_("Daty"), {"fields": ("last_login", "date_joined")}),
        )

    def get_field_queryset(
        self, db: str | None, db_field: RelatedField[Any, Any], request: HttpRequest
    ) -> QuerySet[Any] | None:
        """Return the groups that give nothing beyond the user's own permissions."""
        if db_field.related_model is Group and not request.user.is_superuser:
            return Group.objects.exclude(permissions__in=lacked_by(request.user)).order_by("name")
        return super().get_field_queryset(db, db_field, request)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Lock the account while its password is changed, since Django writes all columns."""
        with transaction.atomic():
            if request.method == "POST":
                self.lock_requested(id)
            return super().user_change_password(request, id, form_url)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Require the permission, every faculty, and an account with no more rights than the user's."""
        return super().has_change_permission(request, obj) and self._is_within_rank(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Return False: an unused account is made inactive, since the audit log refers to it."""
        return False

    def _is_within_rank(self, request: HttpRequest, account: User | None) -> bool:
        if not sees_every_faculty(request.user):
            return False
        return account is None or not outranks(account, request.user)
