"""The file's shape is a promise; the table and the goals are made from it."""

from __future__ import annotations

import json

import pytest

from bench import report
from bench.report import Rounds


def rounds(speed: float, *, train_s: float | None = 50.0) -> Rounds:
    """Three rounds in which each second `speed` turns were answered."""
    made = Rounds(train_s)
    for spread in (0.9, 1.0, 1.2):
        for connections in report.CONNECTIONS:
            turns = int(10 * speed * spread)
            made.add(connections, 10.0, [float(ms) for ms in range(1, turns + 1)], turns * 4.0)
        made.rss_mb.append(100 * spread)
        made.start_s.append(5 * spread)
    return made


def test_the_result_of_an_arrangement_has_exactly_the_promised_fields() -> None:
    result = rounds(100).result()
    assert {name: type(value) for name, value in result.items()} == {
        "turns_per_s": dict,
        "p50_ms": dict,
        "p99_ms": dict,
        "cpu_ms_per_turn": float,
        "rss_mb": float,
        "start_s": float,
        "train_s": float,
    }
    for measure in ("turns_per_s", "p50_ms", "p99_ms"):
        assert list(result[measure]) == ["1", "4", "16"]


def test_turns_memory_and_start_are_medians_over_the_rounds() -> None:
    result = rounds(100).result()
    assert (result["turns_per_s"]["4"], result["rss_mb"], result["start_s"]) == (100.0, 100.0, 5.0)


def test_percentiles_are_over_the_turns_of_all_rounds() -> None:
    made = Rounds(None)
    made.rss_mb, made.start_s = [1.0], [1.0]
    made.add(1, 10.0, [float(ms) for ms in range(1, 51)], 0.0)
    made.add(1, 10.0, [float(ms) for ms in range(51, 101)], 0.0)
    for connections in (4, 16):
        made.add(connections, 10.0, [], 0.0)
    result = made.result()
    assert (result["p50_ms"], result["p99_ms"]) == (
        {"1": 50.0, "4": None, "16": None},
        {"1": 99.0, "4": None, "16": None},
    )


def test_cpu_time_is_shared_by_all_measured_turns() -> None:
    assert rounds(100).result()["cpu_ms_per_turn"] == 4.0


def test_a_training_time_that_is_not_known_is_null() -> None:
    assert json.loads(json.dumps(rounds(10, train_s=None).result()))["train_s"] is None


def test_the_table_names_every_goal_with_what_was_reached() -> None:
    results = {
        "ours_engine": rounds(100).result(),
        "ours_whole": rounds(50).result(),
        "stock": rounds(10).result(),
        "history_ms": {"10": 10.0, "100": 10.2, "1000": 10.5},
    }
    reached = {words: value for words, _, value in report.goals(results)}
    assert list(reached.values()) == pytest.approx([10.0, 5.0, 1.0, 1.0, 50.0, 1.05])
    shown = report.table(results)
    assert all(words in shown for words, _ in report.GOALS)


def test_one_arrangement_alone_has_a_table_without_comparisons() -> None:
    shown = report.table({"stock": rounds(10).result()})
    assert "turns/s, 4 connections" in shown
    assert "goals" not in shown
