"""Matching: which account is the one for which the university vouches, and which roles it has.

No account is made here: accounts come from the import and from the office.
"""

import unicodedata

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.university.identity import Identity
from students.models import User

_ESI = "urn:schac:personalUniqueCode:int:esi:"  # European Student Identifier, then the institution and a code


class NoAccount(Exception):
    """Nobody in the portal is who the university vouches for; `is_ambiguous` where more than one might be."""

    def __init__(self, *, is_ambiguous: bool = False) -> None:
        super().__init__("no account matches")
        self.is_ambiguous = is_ambiguous


def account_of(identity: Identity) -> User:
    """Return the active account that setting SIGN_IN_MATCH leads to. Raises NoAccount."""
    values = [
        unicodedata.normalize("NFKC", one).strip() for one in identity.values(settings.SIGN_IN_ATTRIBUTE)
    ]
    found = {user.pk: user for value in values if value for user in _candidates(value)}
    if len(found) != 1:
        raise NoAccount(is_ambiguous=len(found) > 1)
    (user,) = found.values()
    return user


def _candidates(value: str) -> list[User]:
    active = User.objects.filter(is_active=True)
    match settings.SIGN_IN_MATCH:
        case "email":
            return list(active.filter(email__iexact=value)[:2])
        case "album_number":
            return list(active.filter(student__album_number=value)[:2])
        case "esi":
            prefix, _colon, code = value.rpartition(":")
            is_ours = prefix.lower() == f"{_ESI}{settings.ESI_INSTITUTION}".lower()
            return list(active.filter(student__album_number=code)[:2]) if is_ours and code else []
        case _:
            return list(User.objects.with_login(value).filter(is_active=True)[:2])


def has_second_factor(identity: Identity) -> bool:
    """Return whether the university says that a second factor was checked (setting SIGN_IN_FACTOR_VALUES)."""
    values = identity.values(settings.SIGN_IN_FACTOR_ATTRIBUTE) if settings.SIGN_IN_FACTOR_ATTRIBUTE else []
    return not set(values).isdisjoint(settings.SIGN_IN_FACTOR_VALUES)


@transaction.atomic
def apply_roles(user: User, identity: Identity) -> None:
    """Give and take the roles that setting SIGN_IN_ROLES maps to values of an attribute; without it, do nothing.

    Groups that the mapping does not name stay as they are, and so do superusers.
    """
    if not settings.SIGN_IN_ROLES:
        return
    values = set(identity.values(settings.SIGN_IN_ROLE_ATTRIBUTE))
    mapped = {group.name: group for group in Group.objects.filter(name__in=settings.SIGN_IN_ROLES.values())}
    wanted = {role for value, role in settings.SIGN_IN_ROLES.items() if value in values and role in mapped}
    # Locked, so that two sign-ins at once do not undo each other.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.groups.remove(*(group for name, group in mapped.items() if name not in wanted))
    user.groups.add(*(mapped[name] for name in wanted))
    is_staff = user.is_superuser or user.groups.exists()
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
