"""Words for codes: complete, Chinese, and never an error for a reader."""

from __future__ import annotations

import re
from importlib import resources

import pytest
import yaml

from community.labels import group, label
from community.services.fee import PAYERS
from community.services.repair import BEST_SCORE

GROUPS = yaml.safe_load(
    resources.files("community").joinpath("labels.yml").read_text(encoding="utf-8")
)


def test_code_has_its_word_and_an_unknown_one_is_shown_as_it_is() -> None:
    assert label("repair_state", "to_rate") == "待评价"
    assert label("repair_state", "exploded") == "exploded"
    assert label("emergency", "") == ""


def test_group_is_in_the_files_order_and_cannot_be_changed_by_a_reader() -> None:
    words = group("lane")
    assert list(words.items()) == [("EMERGENCY", "紧急"), ("URGENT", "加急"), ("NORMAL", "普通")]
    words.clear()
    assert group("lane") == GROUPS["lane"]


def test_unknown_group_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        label("nothing_of_the_kind", "x")


@pytest.mark.parametrize("name", GROUPS)
def test_every_word_is_chinese_and_every_code_is_text(name: str) -> None:
    wrong = [
        (code, word)
        for code, word in GROUPS[name].items()
        if not isinstance(code, str) or not re.search(r"[\u4e00-\u9fff]", str(word))
    ]
    assert wrong == []


def test_groups_that_go_together_have_the_same_codes() -> None:
    assert list(group("urgency")) == list(group("promise")) == ["critical", "high", "normal", "low"]
    assert list(group("score")) == [str(score) for score in range(BEST_SCORE, 0, -1)]
    assert {role for role in PAYERS if role} < set(group("role"))
