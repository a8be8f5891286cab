"""Rough numbers: the least and the most that was meant."""

from __future__ import annotations

import pytest

from language.rough import ENDLESS, find_rough, plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("八十二", [(82, 82, "")]), ("八十挂零", [(80, 84, "")]), ("八十多岁", [(80, 89, "岁")]),
        ("三千多块", [(3000, 3999, "块")]), ("七八百", [(700, 899, "")]), ("七十八九", [(78, 79, "")]),
        ("八九十", [(80, 99, "")]), ("几百块", [(200, 999, "块")]), ("好几年", [(3, 9, "年")]),
        ("千把块", [(900, 1500, "块")]), ("两三岁", [(2, 3, "岁")]), ("没满六十", [(0, 59, "")]),
        ("六十不到", [(0, 59, "")]), ("一千以下", [(0, 999, "")]), ("不止八十", [(80, ENDLESS, "")]),
        ("一千五左右", [(1350, 1650, "")]), ("大概八十二", [(80, 84, "")]), ("虚岁八十", [(78, 79, "")]),
        ("两年半", [(2.5, 2.5, "年")]), ("五个半月", [(5.5, 5.5, "个月")]), ("大半年", [(0.5, 0.99, "年")]),
        ("两岁零三个月", [(2.25, 2.25, "岁")]), ("一个月三千", [(1, 1, "个月"), (3000, 3000, "")]),
        ("八十二，七十九", [(82, 82, ""), (79, 79, "")]), ("没有数", []),
    ],
)  # fmt: skip
def test_rough_number_has_a_least_and_a_most(text: str, found: list[tuple[float, ...]]) -> None:
    assert [(round(r.least, 2), round(r.most, 2), r.unit) for r in find_rough(text)] == found


@pytest.mark.parametrize(
    "text", ["差两个月八十", "还差一岁就八十", "再过两年才八十", "明年八十", "八十还差两个月", "快八十"]
)  # fmt: skip
def test_what_is_not_reached_yet_is_below(text: str) -> None:
    assert [(one.least, one.most) for one in find_rough(text)] == [(0, 79)]


def test_place_is_that_in_the_plain_text() -> None:
    said = plain("我还差两个月八十了")
    (found,) = find_rough(said)
    assert (said, said[found.start : found.end]) == ("我不到八十了", "不到八十")
