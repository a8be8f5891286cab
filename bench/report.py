"""The results: what each arrangement's rounds come to, as a table for people and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

CONNECTIONS = (1, 4, 16)
GOALS = (
    ("turns/s at 4 connections, ours_engine : stock", "≥ 5"),
    ("turns/s at 4 connections, ours_whole : stock", "≥ 2.5"),
    ("start, ours_whole : stock", "≤ 0.5"),
    ("memory, ours_whole : stock", "≤ 1"),
    ("training of ours, seconds", "≤ 60"),
    ("turn 1,000 : turn 10", "≤ 1.1"),
)


@dataclass
class Point:
    """Everything measured at one number of connections, over all rounds."""

    turns_per_s: list[float] = field(default_factory=list)
    "One for each round"
    latencies_ms: list[float] = field(default_factory=list)


@dataclass
class Rounds:
    """Everything measured of one arrangement."""

    train_s: float | None
    points: dict[int, Point] = field(default_factory=lambda: {n: Point() for n in CONNECTIONS})
    cpu_ms: float = 0.0
    turns: int = 0
    strange: int = 0
    "Turns that had another answer than the script's"
    rss_mb: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)

    def add(
        self, connections: int, seconds: float, latencies_ms: Sequence[float], cpu_ms: float
    ) -> None:
        """One window. `cpu_ms` is what the arrangement's processes used in it."""
        point = self.points[connections]
        point.turns_per_s.append(len(latencies_ms) / seconds)
        point.latencies_ms += latencies_ms
        self.cpu_ms += cpu_ms
        self.turns += len(latencies_ms)

    def result(self) -> dict[str, Any]:
        """Medians over the rounds; percentiles and CPU time over all measured turns."""
        latencies = {str(n): sorted(point.latencies_ms) for n, point in self.points.items()}
        return {
            "turns_per_s": {
                str(n): round(statistics.median(point.turns_per_s), 2)
                for n, point in self.points.items()
            },
            "p50_ms": {n: _percentile(values, 50) for n, values in latencies.items()},
            "p99_ms": {n: _percentile(values, 99) for n, values in latencies.items()},
            "cpu_ms_per_turn": round(self.cpu_ms / max(1, self.turns), 2),
            "rss_mb": round(statistics.median(self.rss_mb), 1),
            "start_s": round(statistics.median(self.start_s), 2),
            "train_s": None if self.train_s is None else round(self.train_s, 1),
        }


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile; None when there was no turn."""
    if not ordered:
        return None
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 2)


def table(results: dict[str, Any]) -> str:
    """The results side by side, then the goals with what was reached."""
    names = [name for name in results if name != "history_ms"]
    rows = [["", *names]]
    for measure, unit in (("turns_per_s", "turns/s"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms")):
        rows += [
            [
                f"{unit}, {n} connections",
                *(_shown(results[name][measure][str(n)]) for name in names),
            ]
            for n in CONNECTIONS
        ]
    for measure, words in (
        ("cpu_ms_per_turn", "CPU ms per turn"),
        ("rss_mb", "resident memory, MiB"),
        ("start_s", "start, s"),
        ("train_s", "training, s"),
    ):
        rows.append([words, *(_shown(results[name][measure]) for name in names)])
    lines = _aligned(rows)
    if "history_ms" in results:
        lines += ["", "cost of turn 10, 100, 1,000 of one conversation (ours_whole, 1 connection):"]
        lines.append("  " + ", ".join(f"{_shown(ms)} ms" for ms in results["history_ms"].values()))
    reached = goals(results)
    if reached:
        lines += ["", "goals:"]
        lines += _aligned([[f"  {words}", goal, _shown(value)] for words, goal, value in reached])
    return "\n".join(lines)


def goals(results: dict[str, Any]) -> list[tuple[str, str, float]]:
    """(goal, bound, value) of each goal whose arrangements were measured."""
    engine, whole, stock, history = (
        results.get(name) for name in ("ours_engine", "ours_whole", "stock", "history_ms")
    )

    def ratio(ours: Any, measure: str) -> float | None:
        if not ours or not stock:
            return None
        one, other = ours[measure], stock[measure]
        at_four = isinstance(one, dict)
        return float(one["4"] / other["4"] if at_four else one / other)

    values = (
        ratio(engine, "turns_per_s"),
        ratio(whole, "turns_per_s"),
        ratio(whole, "start_s"),
        ratio(whole, "rss_mb"),
        (engine or whole or {}).get("train_s"),
        history["1000"] / history["10"] if history else None,
    )
    return [(*goal, value) for goal, value in zip(GOALS, values, strict=True) if value is not None]


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}" if value < 10 else f"{value:,.1f}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
