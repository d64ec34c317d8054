"""Parts of a check: what it has found, its words, and the moment at which all checks run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django_stubs_ext import StrOrPromise

from operations import signs
from operations.alarm_kinds import Kind
from operations.models import Sign
from students import periodic

AT_ONCE = timedelta()


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: an English word for it, what of, and the numbers and names in its words.

    `said` is what /health/ready says of it, where that is more than the word.
    """

    status: str
    subject: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True)
class Words:
    """Words for what is wrong and how to mend it; `%(subject)s` and the facts stand in both.

    An alarm is mailed once it has lasted for `patience`; `is_logged` says that ADMINS have been told already: by a
    critical record of the log, which is mailed to them, or by a mail of its own.
    """

    wrong: StrOrPromise
    mend: StrOrPromise
    patience: timedelta = AT_ONCE
    is_logged: bool = False


@dataclass(frozen=True)
class Fact:
    """Something that a check has measured, whether or not anything is wrong: its words, and what stands in them."""

    words: StrOrPromise
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.words) % self.values


@dataclass
class Moment:
    """The moment at which the checks run, and what several of them need."""

    now: datetime
    unwell: set[Kind] = field(default_factory=set)  # of the checks before

    @cached_property
    def signs(self) -> list[Any]:
        """Return all signs of life, with their ages."""
        return list(signs.read())

    @cached_property
    def periodic_troubles(self) -> list[tuple[str, str]]:
        """Return what is wrong with periodic tasks: "failed" or "late", and the task."""
        return periodic.troubles(self.now)

    @cached_property
    def processes(self) -> list[Any]:
        """Return a sign of each process that is there."""
        alive = [sign for role in Sign.Role for sign in self.alive(role)]
        return list({sign.process: sign for sign in alive}.values())

    def alive(self, role: str) -> list[Any]:
        """Return the signs of the processes of a role that are there."""
        return [sign for sign in self.signs if sign.role == role and signs.age_of(sign) <= signs.SEEN]


@dataclass(frozen=True)
class Check:
    """One check: `find` yields what is wrong, `words` has an entry for each status that it may find.

    - `needs`: the checks that must have found nothing, since their cause would be this one's as well.
    - `names_nobody`: its subjects may stand in /health/ready, which anybody may read.
    - `thorough`: it calls other servers, so that only the doctor runs it.
    - `stops_all`: nothing can be served while it finds something.
    - `measure`: figures for the doctor, also where nothing is wrong.
    """

    kind: Kind
    find: Callable[[Moment], Iterable[Finding]]
    words: Mapping[str, Words]
    needs: tuple[Kind, ...] = ()
    names_nobody: bool = True
    thorough: bool = False
    stops_all: bool = False
    measure: Callable[[Moment], Iterable[Fact]] | None = None
