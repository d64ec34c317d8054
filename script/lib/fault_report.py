"""Report of a run of the faults: Markdown, and a timeline drawn as SVG."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from script.lib.fault_plan import WEIGHTS, Fault

WIDTH, ROW, LEFT, TOP = 1200, 26, 110, 40
CHART = 160  # height of the curve of orders
COLOURS = {
    "kill": "#b3261e", "stop": "#d9822b", "mood": "#8a5a00", "wire": "#6b4fa0", "redis": "#a33a6b",
    "postgres": "#1f5f99", "beat": "#55606e", "deploy": "#1d7a4f", "mail": "#7a7a1d", "foreign": "#3d7d86",
    "clock": "#b85c8e", "push": "#4f7f3f",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """How many orders there were so many seconds after the begin, by what has become of them."""

    at: float
    waiting: int
    documents: int
    over: int


@dataclass(frozen=True)
class Outcome:
    """What a run was, and what it found."""

    seed: int
    seconds: float
    settled_after: float | None
    faults: Sequence[Fault]
    readings: Sequence[Reading]
    counts: Mapping[str, int]
    errors: Mapping[str, int]
    violations: Sequence[str]


def write(outcome: Outcome, folder: Path) -> Path:
    """Write the report of a run into a folder; return its Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"seed-{outcome.seed}"
    (folder / f"{name}.svg").write_text(timeline(outcome), encoding="utf-8")
    file = folder / f"{name}.md"
    file.write_text(summary(outcome, f"{name}.svg"), encoding="utf-8")
    return file


def summary(outcome: Outcome, picture: str) -> str:
    """Return the report as Markdown."""
    kinds = Counter(fault.kind for fault in outcome.faults)
    settled = (
        "never" if outcome.settled_after is None else f"{outcome.settled_after:.0f} s after the last fault"
    )
    lines = [
        f"# Faults, seed {outcome.seed}",
        "",
        f"{outcome.seconds:.0f} seconds, {len(outcome.faults)} faults. All orders had ended: {settled}.",
        "",
        f"![Timeline of the faults and of the orders]({picture})",
        "",
        "| What | How many |",
        "|---|---|",
        *(f"| {what} | {number} |" for what, number in outcome.counts.items()),
        *(f"| faults: {kind} | {number} |" for kind, number in sorted(kinds.items())),
        *(f"| browsers: {error} | {number} |" for error, number in sorted(outcome.errors.items())),
        "",
        f"**Violations: {len(outcome.violations)}**",
        *(f"- {violation}" for violation in outcome.violations),
        "",
    ]
    return "\n".join(lines)


def timeline(outcome: Outcome) -> str:
    """Draw the faults in a row for each kind, and below them what became of the orders."""
    whole = max([outcome.seconds, *(reading.at for reading in outcome.readings)], default=1) or 1
    kinds = [kind for kind in WEIGHTS if any(fault.kind == kind for fault in outcome.faults)]
    bottom = TOP + ROW * len(kinds) + CHART + 30

    def across(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * seconds / whole

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 30}" '
        'font-family="sans-serif" font-size="13">',
        f"<title>Faults of seed {outcome.seed}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="22">Seed {outcome.seed}: {len(outcome.faults)} faults, '
        f"{len(outcome.violations)} violations</text>",
    ]
    for row, kind in enumerate(kinds):
        y = TOP + ROW * row
        parts.append(f'<text x="10" y="{y + 16}">{kind}</text>')
        parts += [
            f'<rect x="{across(fault.at):.1f}" y="{y + 4}" width="{max(3, across(fault.seconds) - LEFT):.1f}" '
            f'height="{ROW - 10}" fill="{COLOURS[kind]}" fill-opacity="0.75"><title>{fault.at:.1f} s: '
            f"{escape(fault.what)}</title></rect>"
            for fault in outcome.faults
            if fault.kind == kind
        ]
    parts += _curves(outcome.readings, across, bottom)
    step = max(1, round(whole / 12 / 5) * 5) if whole >= 30 else 5
    parts += [
        f'<text x="{across(second):.1f}" y="{bottom + 16}" text-anchor="middle" fill="#555">{second} s</text>'
        for second in range(0, int(whole) + 1, step)
    ]
    return "\n".join([*parts, "</svg>\n"])


def _curves(readings: Sequence[Reading], across: Any, bottom: int) -> list[str]:
    most = max((each.waiting + each.documents + each.over for each in readings), default=1) or 1
    words = {
        "over": ("#9aa4b0", "over"),
        "documents": ("#1d7a4f", "documents"),
        "waiting": ("#d9822b", "on the way"),
    }
    parts, below = [], [0] * len(readings)
    for number, (name, (colour, word)) in enumerate(words.items()):
        above = [low + getattr(each, name) for low, each in zip(below, readings, strict=True)]
        edge = [
            (across(each.at), bottom - CHART * high / most)
            for each, high in zip(readings, above, strict=True)
        ]
        floor = [
            (across(each.at), bottom - CHART * low / most) for each, low in zip(readings, below, strict=True)
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*edge, *reversed(floor)])
        parts.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="0.8"/>')
        parts.append(
            f'<rect x="10" y="{bottom - CHART + 22 * number}" width="12" height="12" fill="{colour}"/>'
        )
        parts.append(f'<text x="28" y="{bottom - CHART + 22 * number + 11}">{word}</text>')
        below = above
    return parts
