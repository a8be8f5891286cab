"""The goals of the WeChat channel in their short form: what must hold at any speed holds here too."""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import pytest

from bench.goal import Extent, Result, percentile, table
from bench.wechat import command, mutations
from bench.wechat.account import cipher
from connectors.wechat import push

QUICK = Extent(quick=True)
APART = {"G5", "G7", "G8"}
"Looked at below, each in what must hold"


def measured(goal: str) -> Result:
    """A goal in its short form."""
    return command.GOALS[goal](QUICK)


@pytest.mark.parametrize("goal", [goal for goal in command.GOALS if goal not in APART])
def test_goal_is_right_at_any_speed(goal: str) -> None:
    result = measured(goal)
    assert (result.goal, result.right) == (goal, True), result.measured


def test_no_reader_sees_a_fault_and_nothing_is_lost_under_a_steady_rate() -> None:
    found = measured("G5").measured
    assert (found["messages"], found["service_faults"]) == (20, 0)


def test_readers_in_haste_are_asked_and_answered_in_order() -> None:
    found = measured("G7").measured
    assert found["of_these_asked_in_order"] == found["of_these_shown_in_order"] == 20
    assert found["of_those_asked_in_order"] == found["of_those_shown_in_order"] == 4


def test_wechat_never_has_to_refuse_a_message_and_every_word_is_shown_once() -> None:
    found = measured("G8").measured
    wrong = ("refused_45047", "refused_otherwise", "beyond_a_grant", "not_shown_once")
    assert [found[name] for name in wrong] == [0, 0, 0, 0]


def test_results_are_a_table_and_the_same_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    file = tmp_path / "results" / "wechat.json"
    given = parser.parse_args(["wechat", "--quick", "--only", "G10", "--json", str(file)])
    given.run(given)
    shown, written = capsys.readouterr().out.rstrip().rsplit("\n", 1)
    (result,) = json.loads(written)
    assert json.loads(file.read_text(encoding="utf-8")) == [result]
    assert (result["goal"], result["ok"], result["measured"]["replies"]) == ("G10", True, 1000)
    assert shown.splitlines()[0].split() == ["goal", "pass", "line", "measured", "ok"]


def test_what_could_not_be_measured_is_null() -> None:
    result = Result("G5", "quick", {"p99_ms": math.nan, "faults": 0}, right=True, fast=False)
    assert result.written() == {
        "goal": "G5",
        "line": "quick",
        "measured": {"p99_ms": None, "faults": 0},
        "right": True,
        "skipped": "",
        "fast": False,
        "ok": False,
    }


def test_what_was_measured_stands_one_below_the_other_with_what_was_skipped() -> None:
    result = Result("G1", "all", {"bodies": 3000, "share": 0.25, "none": None}, True, "no library")
    assert table([result]).splitlines() == [
        "goal  pass line  measured             ok",
        "G1    all        bodies 3,000         yes",
        "                 share 0.25",
        "                 none -",
        "                 skipped: no library",
    ]


@pytest.mark.parametrize(("percent", "value"), [(0, 1.0), (50, 2.0), (99, 4.0), (100, 4.0)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == value


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile([], 99))


def test_every_seed_is_a_push_that_is_understood() -> None:
    assert [type(push.parse(seed)).__name__ for seed in mutations.seeds()] == [
        "Text", "Text", "Image", "Voice", "Location", "Link", *["Event"] * 5,
    ] * 2  # fmt: skip


def test_the_same_seed_breaks_bodies_in_the_same_way() -> None:
    def shapes(seed: int) -> list[bytes]:
        dice, whole = random.Random(seed), mutations.seeds()
        return [mutations.mutated(dice, dice.choice(whole), whole) for _ in range(50)]

    assert shapes(1) == shapes(1)
    assert shapes(1) != shapes(2)


def test_a_changed_ciphertext_is_rightly_signed() -> None:
    by, dice = cipher(), random.Random(1)
    case = mutations.ciphertext(dice, by, mutations.seeds())
    encrypt = push.envelope(case.body).encrypt
    with pytest.raises(push.Refused) as caught:
        by.open(encrypt, **mutations.WHEN, msg_signature=case.msg_signature)
    assert caught.value.cause != "signature"
