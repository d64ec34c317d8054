"""Declaration of methods, once for serving and for describing them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rest_framework.request import Request

from students.models import User
from usos_api.models import AccessToken, Consumer, RequestToken


@dataclass(frozen=True)
class Withheld:
    """A selected field whose scope the token lacks, with what is answered in its place."""

    value: Any


# Which parts of a result are wanted; None where it has none to choose from.
Selection = Mapping[str, "Selection | Withheld"] | None


class Need(StrEnum):
    """Requirement of a consumer or token signature, in the words of the contract."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Argument:
    """A parameter of a method."""

    name: str
    description: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Field:
    """A result field: description, whether it is primary, the scope it needs, and its parts.

    `withheld` is answered to a token without the scope: clients ask for fields before they know what they were
    granted, and expect null, or what is empty where lists and objects are never null.
    """

    name: str
    description: str
    primary: bool = True
    scope: str = ""
    withheld: Any = None
    parts: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Method:
    """A method: `run` answers a call; the rest declares callers, arguments and result.

    `token_model` is the kind of token that signs the call: only getting an access token takes a request token.
    `bursts` limits the calls of a consumer from one address in a minute; 0 is no limit.
    """

    name: str
    brief: str
    run: Callable[["Call"], Any]
    description: str = ""
    consumer: Need = Need.REQUIRED
    token: Need = Need.REQUIRED
    token_model: type[AccessToken] | type[RequestToken] = AccessToken
    administrative: bool = False
    ssl: bool = True
    scopes: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    fields: tuple[Field, ...] = ()
    fields_required: bool = False
    returns: str = ""
    bursts: int = 0

    @property
    def module(self) -> str:
        """Return the name of its module."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True)
class Caller:
    """Caller of a method: nobody, a consumer, or a consumer in a user's name."""

    consumer: Consumer | None = None
    token: AccessToken | RequestToken | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes of the token that the consumer may still use."""
        if self.token is None or self.consumer is None:
            return frozenset()
        return frozenset(self.token.scopes) & frozenset(self.consumer.scopes)


@dataclass(frozen=True)
class Call:
    """A valid call: method, caller, arguments, and selected fields."""

    method: Method
    request: Request
    caller: Caller
    arguments: Mapping[str, str]
    selection: Selection
    now: datetime

    def wants(self, *names: str) -> bool:
        """Return whether any of these fields is selected, at any depth."""
        return _selects(self.selection, frozenset(names))

    @property
    def consumer(self) -> Consumer:
        """Return the consumer, where the method requires one."""
        assert self.caller.consumer is not None  # noqa: S101  # asked for before the method runs
        return self.caller.consumer

    @property
    def user(self) -> User:
        """Return the user in whose name the call is made, where the method requires a token."""
        assert self.caller.token is not None and self.caller.token.user is not None  # noqa: S101  # as above
        return self.caller.token.user

    @property
    def user_if_any(self) -> User | None:
        """Return the user in whose name the call is made, or None."""
        return self.caller.token.user if self.caller.token else None


def _selects(selection: Selection, names: frozenset[str]) -> bool:
    parts = {name: part for name, part in (selection or {}).items() if not isinstance(part, Withheld)}
    return bool(names & parts.keys()) or any(_selects(part, names) for part in parts.values())


@dataclass(frozen=True)
class Module:
    """A module of methods, with its description."""

    name: str
    title: str
    brief: str


@dataclass
class _Declared:
    methods: dict[str, Method] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)


_declared = _Declared()
METHODS: Mapping[str, Method] = _declared.methods
MODULES: Mapping[str, Module] = _declared.modules


def declare_module(name: str, title: str, brief: str) -> None:
    """Declare a module."""
    _declared.modules[name] = Module(name, title, brief)


def method(
    name: str, brief: str, **declaration: Any
) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
    """Declare the decorated function as a method; `declaration` holds the fields of Method."""

    def declare(run: Callable[[Call], Any]) -> Callable[[Call], Any]:
        _declared.methods[name] = Method(name=name, brief=brief, run=run, **declaration)
        return run

    return declare
