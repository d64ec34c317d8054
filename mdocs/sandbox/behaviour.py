"""Behaviour of the server: its pace, its faults and its rejections."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from random import Random
from typing import Any, NamedTuple

from mdocs.sandbox.errors import bad_request
from mdocs.sandbox.languages import gettext as _

FAULTS = (
    "refuse",
    "error_500",
    "unavailable_503",
    "throttle_429",
    "drop_before",
    "drop_after",
    "hang",
    "garbage",
    "stale",
)
# What every call may meet on its way (mdocs.sandbox.troubles).
TROUBLES = (
    "",
    *("proxy_400", "proxy_403", "proxy_404", "proxy_413", "proxy_502"),
    *("error_400", "error_401", "error_403", "error_404"),
    *("missing", "unnamed_409", "packed"),
)
LONGEST_SECONDS = 10 * 365 * 86400


class Range(NamedTuple):
    """From and to, in seconds."""

    low: float
    high: float

    def at(self, fraction: float) -> float:
        """Return the point that lies this far (0 to 1) into the range."""
        return self.low + (self.high - self.low) * fraction


DEFAULT_PROCESSING = Range(1, 3)
NO_LATENCY = Range(0, 0)


@dataclass(frozen=True)
class Behaviour:
    """Settings of `PUT /sandbox/behaviour`.

    Four members are not in the contract, which leaves open how some of its answers come about. `hang_seconds`:
    how long the fault `hang` keeps an answer back. `reject_later`: the order of this PESEL is accepted and then
    rejected, where `reject` refuses it at once (422). `reissue_required`: every extension asks for a new order.
    `trouble`: what every call meets on its way (`mdocs.sandbox.troubles`).
    """

    processing_seconds: Range = DEFAULT_PROCESSING
    codes_valid_seconds: float = 2592000
    outage: bool = False
    latency_seconds: Range = NO_LATENCY
    faults: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0.0))
    reject: Mapping[str, str] = field(default_factory=dict, repr=False)
    seed: int = 1
    hang_seconds: float = 30
    reject_later: Mapping[str, str] = field(default_factory=dict, repr=False)
    reissue_required: bool = False
    trouble: str = ""

    @classmethod
    def from_json(cls, body: object) -> Behaviour:
        """Read a behaviour; members that are not named take their defaults, anything wrong raises a 400."""
        if not isinstance(body, dict):
            raise bad_request("Oczekiwano obiektu JSON.")
        unknown = set(body) - {member.name for member in fields(cls)}
        if unknown:
            raise bad_request(_("Nieznane pole %(field)s.") % {"field": min(unknown)[:40]})
        members: dict[str, Any] = {name: _READERS[name](name, value) for name, value in body.items()}
        return cls(**members)

    def as_json(self) -> dict[str, Any]:
        """Return every member, as JSON knows it."""
        return asdict(self) | {
            "processing_seconds": list(self.processing_seconds),
            "latency_seconds": list(self.latency_seconds),
        }


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad_request(_("%(name)s: oczekiwano liczby sekund.") % {"name": name})
    if not math.isfinite(value) or not 0 <= value <= LONGEST_SECONDS:
        raise bad_request(
            _("%(name)s: oczekiwano od 0 do %(most)d sekund.") % {"name": name, "most": LONGEST_SECONDS}
        )
    return value


def _range(name: str, value: object) -> Range:
    if not isinstance(value, list) or len(value) != 2:
        raise bad_request(_("%(name)s: oczekiwano dwóch liczb: od i do.") % {"name": name})
    span = Range(_seconds(name, value[0]), _seconds(name, value[1]))
    if span.low > span.high:
        raise bad_request(_("%(name)s: początek jest większy niż koniec.") % {"name": name})
    return span


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise bad_request(_("%(name)s: oczekiwano true lub false.") % {"name": name})
    return value


def _seed(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request(_("%(name)s: oczekiwano liczby całkowitej.") % {"name": name})
    return value


def _probabilities(name: str, value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        raise bad_request(_("%(name)s: oczekiwano obiektu JSON.") % {"name": name})
    if set(value) - set(FAULTS):
        raise bad_request(_("%(name)s: znane są %(known)s.") % {"name": name, "known": ", ".join(FAULTS)})
    for fault, chance in value.items():
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1:
            raise bad_request(
                _("%(name)s.%(fault)s: oczekiwano prawdopodobieństwa od 0 do 1.")
                % {"name": name, "fault": fault}
            )
    return dict.fromkeys(FAULTS, 0.0) | value


def _refusals(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise bad_request(_("%(name)s: oczekiwano obiektu JSON.") % {"name": name})
    for pesel, code in value.items():
        if not re.fullmatch(r"[0-9]{11}", pesel):
            raise bad_request(_("%(name)s: kluczami są numery PESEL, 11 cyfr.") % {"name": name})
        if not isinstance(code, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", code):
            raise bad_request(
                _("%(name)s: wartościami są kody odmowy, małe litery i podkreślenia.") % {"name": name}
            )
    return value


def _trouble(name: str, value: object) -> str:
    if not isinstance(value, str) or value not in TROUBLES:
        raise bad_request(
            _("%(name)s: znane są %(known)s.") % {"name": name, "known": ", ".join(filter(None, TROUBLES))}
        )
    return value


_READERS = {
    "processing_seconds": _range,
    "codes_valid_seconds": _seconds,
    "outage": _flag,
    "latency_seconds": _range,
    "faults": _probabilities,
    "reject": _refusals,
    "seed": _seed,
    "hang_seconds": _seconds,
    "reject_later": _refusals,
    "reissue_required": _flag,
    "trouble": _trouble,
}


class Dice:
    """Chance that can be repeated: each use has its own stream, so that one does not shift another."""

    def __init__(self, seed: int) -> None:
        self._streams = {
            # Repeating a run is the purpose; no secret is drawn from here.
            use: Random(f"{seed} {use}")  # noqa: S311
            for use in ("fault", "latency", "pace", "age")
        }

    def fraction(self, use: str) -> float:
        """Draw from [0, 1)."""
        return self._streams[use].random()

    def index(self, use: str, length: int) -> int:
        """Draw from 0 … length - 1."""
        return self._streams[use].randrange(length)

    def fault(self, chances: Mapping[str, float]) -> str | None:
        """Draw at most one fault for a call; chances that add up to more than 1 are taken as shares."""
        point = self.fraction("fault") * max(1.0, math.fsum(chances.values()))
        for fault, chance in chances.items():
            point -= chance
            if point < 0:
                return fault
        return None
