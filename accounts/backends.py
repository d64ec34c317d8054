"""Authentication backend: Django's, which finds the account of a session with a prepared query."""

from functools import cache

from django.contrib.auth.backends import ModelBackend
from django.db.models import BigIntegerField

from students.models import User
from students.prepared import Given, PreparedQuery


class AccountBackend(ModelBackend):
    """Backend of names and passwords, which is asked on every page who a session belongs to."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account with this key if it may be used."""
        user = _by_key().first(account=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _by_key() -> PreparedQuery[User]:
    return PreparedQuery(User.objects.filter(pk=Given("account", BigIntegerField())))
