"""Ages: what is said of a child or a worker, in months."""

from __future__ import annotations

import pytest

from language.ages import find_age


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("有没有五十岁能干的活", 600), ("两岁半能上托班吗", 30), ("宝宝十个月", 10),
        ("四十八", 576), ("双胞胎一岁八个月", 20), ("周岁六岁半", 78), ("六十以下", 720),
        ("三周岁", 36), ("四十出头", 480), ("五十三歲", 636),
    ],
)  # fmt: skip
def test_age_is_read_in_months(text: str, months: int) -> None:
    assert find_age(text) == months


@pytest.mark.parametrize("text", ["三个月后去", "找活", "一千岁", "我要三袋米", ""])
def test_no_age_is_none(text: str) -> None:
    assert find_age(text) is None
