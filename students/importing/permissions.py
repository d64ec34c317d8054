"""Permission to import."""

from django.contrib.auth.models import AnonymousUser

from students.models import User
from students.scope import sees_every_faculty


def may_import(user: User | AnonymousUser) -> bool:
    """Return whether `user` may import.

    A table is about every faculty, so it requires the view of all of them.
    """
    return bool(user.is_staff and user.has_perm("students.import_student") and sees_every_faculty(user))
