"""Canaries of the encryption keys: a portal with other keys than its database's would fail on one row after another.

Worse, it would encrypt new values with keys that nobody keeps, and give one PESEL to two students. So each key has a
known text in the database, compared at the start (mlegitymacja_portal.database_checks) and by /health/ready.
"""

from typing import Any

from students.encryption import blind_index, decrypt, encrypt
from students.models import KeyCanary, Student

_TEXT = "canary"


def plant(**_signal: Any) -> None:
    """Store the canaries that are missing; connected to post_migrate.

    A database that has PESELs already gets those of the keys that fit them: with wrong keys nothing is stored, and they
    stay unknown.
    """
    missing = set(KeyCanary.Key) - {KeyCanary.Key(canary.key) for canary in KeyCanary.objects.all()}
    if missing and not _wrong_for_students():
        KeyCanary.objects.bulk_create(
            [KeyCanary(key=key, value=_value(key)) for key in missing], ignore_conflicts=True
        )


def replant() -> None:
    """Store the canaries anew, after a rotation, under the keys of now."""
    for key in KeyCanary.Key:
        KeyCanary.objects.update_or_create(key=key, defaults={"value": _value(key)})


def wrong_keys() -> list[str]:
    """Return the names of the settings whose keys are not those of this database."""
    canaries = {KeyCanary.Key(canary.key): canary.value for canary in KeyCanary.objects.all()}
    if not canaries:
        return sorted(_wrong_for_students())
    return sorted(key.value for key, value in canaries.items() if not _fits(key, value))


def _value(key: KeyCanary.Key) -> str:
    return encrypt(_TEXT) if key is KeyCanary.Key.ENCRYPTION else blind_index(_TEXT, "canary")


def _fits(key: KeyCanary.Key, value: str) -> bool:
    if key is KeyCanary.Key.INDEX:
        return value == _value(key)
    try:
        return decrypt(value) == _TEXT
    except ValueError:
        return False


def _wrong_for_students() -> list[str]:
    """Return the settings whose keys do not fit the PESEL of a student, where there is one."""
    try:
        student = Student.objects.filter(pesel__isnull=False).only("pesel", "pesel_index").first()
    except ValueError:
        return [KeyCanary.Key.ENCRYPTION.value]
    if student is None or student.pesel_index == blind_index(student.pesel or ""):
        return []
    return [KeyCanary.Key.INDEX.value]
