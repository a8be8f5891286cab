"""Yes and no: what answers a question, what denies it, and what is about something else."""

from __future__ import annotations

import pytest

from language.yes_no import Question, answer, hinted

HOME = Question("您家在本区有自己的房子吗？", ["名下有房"], ["租房的"])
CARE = Question("老人日常起居要人照顾吗？")
QUIT = Question("是自己提出不干的吗？")


@pytest.mark.parametrize(
    ("question", "said", "told"),
    [
        (HOME, "有", True), (HOME, "不是没有", True), (HOME, "没错", True), (HOME, "名下有房", True),
        (HOME, "没有", False), (HOME, "没有房", False), (HOME, "名下没有房", False),
        (HOME, "对，没有", False), (HOME, "没有没有", False), (HOME, "租房的", False),
        (HOME, "我没结婚", "unclear"), (HOME, "可能有", "unclear"), (HOME, "有，不过在老家", "unclear"),
        (HOME, "不，有", "unclear"), (HOME, "有没有", "unclear"), (HOME, "中", None), (HOME, "嗯", None),
        (CARE, "用不着", False), (CARE, "没人照顾", "unclear"), (CARE, "需要", True),
        (QUIT, "是自己不干的", True), (QUIT, "不是自己不干的", False), (QUIT, "自己不想干的", "unclear"),
    ],
)  # fmt: skip
def test_answer_is_yes_no_unclear_or_nothing(
    question: Question, said: str, told: bool | str | None
) -> None:
    assert answer(said, question) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我名下有房", True), ("我不是租房的", True), ("要不要名下有房", None),
        ("名下有房，也是租房的", None), ("我不是名下有房", False), ("说别的", None),
    ],
)  # fmt: skip
def test_stretch_that_is_an_answer_is_turned_round_by_a_denial(
    said: str, told: bool | None
) -> None:
    assert hinted(said, HOME) == told
