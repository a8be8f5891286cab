"""Goals: those that are asked for are measured, and a missed one is named and is an error."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from bench import goals
from bench.errors import BenchError
from bench.goal import Extent, Result


def run(of: goals.Goals, *arguments: str) -> None:
    parser = argparse.ArgumentParser()
    goals.add(parser.add_subparsers(), "some", "some goals", of)
    given = parser.parse_args(["some", *arguments])
    given.run(given)


def test_only_what_is_asked_for_is_measured() -> None:
    asked: list[tuple[str, Extent]] = []

    def goal(name: str) -> Callable[[Extent], Result]:
        def measure(extent: Extent) -> Result:
            asked.append((name, extent))
            return Result(name, "always", {}, right=True)

        return measure

    run({"A1": goal("A1"), "A2": goal("A2")}, "--quick", "--only", "A2")
    assert asked == [("A2", Extent(quick=True))]


def test_goal_that_is_missed_is_named_after_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    missed = Result("G10", "never", {"wrong": 1}, right=False)
    with pytest.raises(BenchError, match="not reached: G10"):
        run({"G10": lambda extent: missed})
    assert "G10   never      wrong 1   NO" in capsys.readouterr().out
