"""Choices: a number, an ordinal or the words of what was offered; everything else is the engine's."""

from __future__ import annotations

import pytest

from bot import choices
from conversation.messages import Choice


def offer(*labels: str) -> list[Choice]:
    return [Choice(f"2-{i}", label, f"/{i}") for i, label in enumerate(labels, start=1)]


ROOMS = offer("厨房", "卫生间", "楼道的灯")
SCORES = offer("5 很满意", "4 满意", "3 一般", "2 不满意", "1 很不满意")


@pytest.mark.parametrize(
    ("said", "position"),
    [
        ("厨房", 1), ("卫生间。", 2), ("楼道的灯！", 3), (" 厨房 ", 1),
        ("1", 1), ("2.", 2), ("3号", 3), ("一", 1), ("两", 2), ("第二个", 2), ("第3项", 3),
        ("选1", 1), ("我选三", 3), ("选第二条", 2), ("二。", 2), ("１", 1), ("我选第二个", 2),
    ],
)  # fmt: skip
def test_words_that_name_a_choice(said: str, position: int) -> None:
    assert choices.by_words(said, ROOMS) == ROOMS[position - 1]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0",
        "4",
        "99",
        "-1",
        "1号楼",
        "第一次",
        "厨房和卫生间",
        "一楼",
        "十",
        "１００",
        "1 2",
        "选",
        "厨",
    ],
)
def test_words_that_name_none(said: str) -> None:
    assert choices.by_words(said, ROOMS) is None


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("5", "5 很满意"), ("1", "1 很不满意"), ("四", "4 满意"), ("很满意", None),
        ("第一个", "5 很满意"), ("第5个", "1 很不满意"), ("2 不满意", "2 不满意"), ("6", None),
    ],
)  # fmt: skip
def test_number_of_a_numbered_label_is_the_labels_own(said: str, label: str | None) -> None:
    found = choices.by_words(said, SCORES)
    assert (found.label if found else None) == label


def test_nothing_offered_is_nothing_chosen() -> None:
    assert choices.by_words("1", []) is None


def test_gateways_payload_is_read_back_as_written() -> None:
    payload = choices.gateway_payload("rate_case", case="case_1", score=5, note="很好")
    assert payload == '@rate_case{"case": "case_1", "score": 5, "note": "很好"}'
    assert choices.read_gateway_payload(payload) == (
        "rate_case", {"case": "case_1", "score": 5, "note": "很好"},
    )  # fmt: skip
    assert choices.read_gateway_payload(choices.gateway_payload("withdraw")) == ("withdraw", {})


@pytest.mark.parametrize("payload", ["", "/sos", '/inform{"place": "@厨房"}', "厨房@"])
def test_engines_payload_is_not_the_gateways(payload: str) -> None:
    assert choices.read_gateway_payload(payload) is None
