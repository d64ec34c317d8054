"""Identity that the university's sign-in vouches for, in any protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256


class SignInFailed(Exception):
    """The university's sign-in did not vouch for anybody. The message, in English and without personal data, is for
    the log."""


class SignInUnavailable(Exception):
    """The university's server could not be asked. The message is for the log."""


@dataclass(frozen=True)
class Identity:
    """Somebody for whom the university vouches: the name it knows them by, and its attributes.

    `session` and `subject` are what its single logout will name.
    """

    name: str
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    session: str = ""
    subject: str = ""

    def values(self, attribute: str) -> Sequence[str]:
        """Return the values of an attribute; "" stands for the name itself."""
        return [self.name] if not attribute else self.attributes.get(attribute, [])


def as_values(value: object) -> list[str]:
    """Return the values of an attribute, which may come alone or as a list."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(one) for one in values if one not in (None, "")]


def reference_hash(text: str) -> str:
    """Return the SHA-256 under which a session stores what the university calls it; empty for nothing."""
    return sha256(text.encode()).hexdigest() if text else ""
