"""A goal: what is promised, what was measured, and whether it holds."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Extent:
    """How much is measured: all of it, or so little that a test can wait for it."""

    quick: bool

    def of(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True)
class Result:
    """What came out of one goal."""

    goal: str
    line: str
    "The pass line, in words"
    measured: dict[str, float | int | str | None]
    "By name; a unit stands at the end of the name"
    right: bool
    "All of the line that holds at any speed"
    skipped: str = ""
    "What of it was not measured, and why"
    fast: bool = True
    "The line's times and speeds, which hold on a machine that does nothing else"

    @property
    def ok(self) -> bool:
        return self.right and self.fast

    def written(self) -> dict[str, Any]:
        """As it stands in JSON, which has no number for what could not be measured."""
        known = {name: None if value != value else value for name, value in self.measured.items()}
        return asdict(self) | {"measured": known, "ok": self.ok}


def tell(words: str) -> None:
    """Progress, for the person who waits."""
    print(f"bench: {words}", file=sys.stderr, flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(results: Sequence[Result]) -> str:
    """One row for each goal; what was measured stands below one another."""
    rows = [("goal", "pass line", "measured", "ok")]
    for result in results:
        shown = [f"{name} {_shown(value)}" for name, value in result.measured.items()]
        shown += [f"skipped: {result.skipped}"] if result.skipped else []
        verdict = "yes" if result.ok else "NO"
        rows += [(result.goal, result.line, shown[0] if shown else "-", verdict)]
        rows += [("", "", more, "") for more in shown[1:]]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _shown(value: float | int | str | None) -> str:
    if value is None or value != value:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else value
