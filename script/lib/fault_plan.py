"""Plan of the faults of one run: what breaks when, out of a seed; the same seed makes the same plan."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

WORKERS = (
    *("worker-send", "worker-send-2", "worker-poll", "worker-poll-2"),
    *("worker-jobs", "worker-emails", "worker-notifications"),
    *("worker-jobs-2", "worker-emails-2", "worker-notifications-2"),
)
# Of the sandbox: its own switches (docs/reference/mdokumenty.md, The sandbox's own routes).
MOODS: dict[str, dict[str, Any]] = {
    "outage": {"outage": True},
    "slow": {"latency_seconds": [1, 2.5]},
    "hanging": {"faults": {"hang": 0.4}},
    "refusing": {"faults": {"refuse": 0.6}},
    "loses requests": {"faults": {"drop_before": 0.4}},
    "loses answers": {"faults": {"drop_after": 0.4}},
    "garbage": {"faults": {"garbage": 0.4}},
    "throttling": {"faults": {"throttle_429": 0.6}},
    "breaking": {"faults": {"error_500": 0.3, "unavailable_503": 0.3}},
    "stale": {"faults": {"stale": 0.5}},
    "all at once": {
        "faults": dict.fromkeys(
            ("refuse", "error_500", "unavailable_503", "throttle_429", "drop_before", "drop_after"), 0.07
        )
        | {"hang": 0.05, "garbage": 0.07, "stale": 0.1},
        "latency_seconds": [0, 0.5],
    },
}
# Our certificate is none that the other end takes: TLS ends with an alert.
CERTIFICATE = "certificate"
# What a thing between us and mDokumenty makes of its answers (script/lib/fault_wire.py).
WIRES = (
    *("401", "400 as a page", "missing", "unknown words", "no number of the document", "late copies"),
    CERTIFICATE,
)
CLOCKS = ("-180", "-40", "40", "180")  # seconds that the second workers' clock differs by
# How often each kind of fault comes, in comparison.
WEIGHTS = {
    "kill": 55,
    "stop": 12,
    "mood": 14,
    "wire": 8,
    "redis": 6,
    "postgres": 5,
    "beat": 4,
    "deploy": 3,
    "mail": 3,
    "push": 3,
    "clock": 4,
    "foreign": 5,
}
CALM_AT_BEGIN, CALM_AT_END = 3.0, 4.0  # seconds


@dataclass(frozen=True)
class Fault:
    """Fault at a moment (seconds from the begin): of which kind, what it hits, and for how long."""

    at: float
    kind: str
    what: str
    seconds: float = 0.0

    def as_json(self) -> str:
        """Write it as a line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def plan(seed: int, seconds: float, kinds: Sequence[str] = tuple(WEIGHTS), every: float = 2.0) -> list[Fault]:
    """Return the faults of a run of so many seconds; one comes every two seconds or so.

    Of the moods of mDokumenty, and of the wire to it, one lasts at a time.
    """
    chance = Random(f"faults {seed}")  # noqa: S311 -- repeating a run is the purpose
    faults: list[Fault] = []
    now, mood_until, wire_until = CALM_AT_BEGIN, 0.0, 0.0
    while now < seconds - CALM_AT_END:
        kind = chance.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
        lasts = round(min(chance.uniform(2, 10), seconds - CALM_AT_END - now), 1)
        if kind == "mood" and now >= mood_until:
            faults.append(Fault(round(now, 1), kind, chance.choice(list(MOODS)), lasts))
            mood_until = now + lasts
        elif kind == "wire" and now >= wire_until:
            lasts = min(lasts, 4.0)
            faults.append(Fault(round(now, 1), kind, chance.choice(WIRES), lasts))
            wire_until = now + lasts
        elif kind not in {"mood", "wire"}:
            faults.append(Fault(round(now, 1), kind, *_target(kind, lasts, chance)))
        now += chance.expovariate(1 / every)
    return faults


def _target(kind: str, lasts: float, chance: Random) -> tuple[str, float]:
    match kind:
        case "kill":
            return chance.choice([*WORKERS, *WORKERS[:4], "web", "web's child", "beat", "sandbox"]), 0.0
        case "stop":
            return chance.choice([*WORKERS, *WORKERS[:4], "web's child", "beat"]), lasts
        case "redis":
            how = chance.choice(["flush", "kill", "hang"])
            return how, min(lasts, 4.0) if how == "hang" else 0.0
        case "postgres":
            how = chance.choice(["fast", "immediate", "full"])
            return how, lasts if how == "full" else 0.0
        case "beat":
            return chance.choice(["none", "two"]), lasts
        case "deploy":
            return "all of them", 0.0
        case "mail":
            return "away", lasts
        case "push":
            return chance.choice(["away", "busy"]), lasts
        case "clock":
            return chance.choice(CLOCKS), lasts
    return "a document from elsewhere", 0.0
