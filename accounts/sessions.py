"""Session engine (setting SESSION_ENGINE): Django's, in a table that says whose sessions they are.

The table holds the hash of a cookie's key, and what is kept in the session encrypted: for a while that is a link to a
new password, the key of an app that is being set up, the verifiers of the university's sign-in. A session ends 12 hours
after the sign-in (SESSION_COOKIE_AGE), and sooner when nobody uses it (IDLE_END, IDLE_END_STAFF). What a page asks for
by itself is no use (`accounts.middleware`).
"""

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from accounts.session_models import Session
from students.encryption import decrypt, encrypt
from students.prepared import Given, PreparedQuery

SIGN_IN = "sign_in"  # key of what is known about the sign-in; see accounts.signing_in
_WAITING = timedelta(hours=1)  # of a session in which nobody has signed in yet


def hash_of(key: str) -> str:
    """Return the primary key of the session whose cookie has this key."""
    return sha256(key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """Session store over `accounts.Session`."""

    _row: Session | None = None  # as it was loaded

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model of sessions."""
        return Session

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what is kept, encrypted with FIELD_ENCRYPTION_KEYS."""
        return encrypt(self.serializer().dumps(session_dict).decode("latin-1"))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what was kept; nothing where none of our keys fits, as Django does for what it has not signed."""
        try:
            kept: dict[str, Any] = self.serializer().loads(decrypt(str(session_data)).encode("latin-1"))
        except ValueError:
            return {}
        return kept

    def _get_session_from_db(self) -> Session | None:
        self._row = _unended().first(key=hash_of(self.session_key or ""), now=timezone.now())
        if self._row is None:
            self._session_key = None
        return self._row

    def exists(self, session_key: str) -> bool:
        """Return whether there is a session with this key."""
        return Session.objects.filter(pk=hash_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of the present state."""
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        sign_in, now = data.get(SIGN_IN, {}), timezone.now()
        since = datetime.fromisoformat(sign_in["at"]) if sign_in else now
        return Session(
            session_key=hash_of(key),
            session_data=self.encode(data),
            expire_date=_end(since, now, sign_in),
            user_id=data.get("_auth_user_id") or None,
            created_at=since,
            last_seen_at=now,
            device=sign_in.get("device", ""),
            network=sign_in.get("network", ""),
            university_session=sign_in.get("university_session", ""),
            university_subject=sign_in.get("university_subject", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """Delete this session, or the one with this key."""
        if key := session_key or self.session_key:
            Session.objects.filter(pk=hash_of(key)).delete()

    def note_use(self, now: datetime) -> None:
        """Put off the idle end; one UPDATE a minute at most, none in a session that nobody has loaded."""
        row = self._row
        if row is None or row.user_id is None or row.is_recent(now):
            return
        row.last_seen_at, row.expire_date = now, _end(row.created_at, now, self.get(SIGN_IN, {}))
        Session.objects.filter(pk=row.pk).update(last_seen_at=now, expire_date=row.expire_date)


@cache
def _unended() -> PreparedQuery[Session]:
    """Return the query of a session that has not ended, which every page asks."""
    key, now = Given("key", CharField()), Given("now", DateTimeField())
    return PreparedQuery(Session.objects.filter(pk=key, expire_date__gt=now))


def _end(since: datetime, now: datetime, sign_in: dict[str, Any]) -> datetime:
    if not sign_in:
        return now + _WAITING
    idle = settings.IDLE_END_STAFF if sign_in.get("is_staff") else settings.IDLE_END
    return min(since + timedelta(seconds=settings.SESSION_COOKIE_AGE), now + timedelta(seconds=idle))
