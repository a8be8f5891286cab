"""Readings that forms share: a time, a telephone, a home, yes or no."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions import reading
from community.times import SHANGHAI
from tests.actions.stage import Stage


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2025; the clock stands on Monday the 3rd at 14:05."""
    return datetime(2025, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        ("改成后天下午吧", ""), ("明天上午行吗", ""), ("后天来", "来"), ("今天食堂吃啥", "食堂吃啥"),
        ("从明天到后天我不在家", "从家"), ("厨房漏水", None),
    ],
)  # fmt: skip
def test_what_stands_beside_a_time(talk: Stage, words: str, beside: str | None) -> None:
    assert reading.beside_time(talk.hear(words)) == beside


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("明天下午", (at(4, 13), at(4, 18), "明天（周二）下午", False)),
        ("后天下午三点", (at(5, 15), at(5, 15), "后天（周三）下午3点", False)),
        ("今天上午", (at(3, 8), at(3, 12), "今天上午", True)),
        ("明天上午不行，后天吧", (at(5, 0), at(6, 0), "后天全天", False)),
        ("厨房漏水", None),
    ],
)
def test_window_is_stored_as_texts_and_read_back_as_moments(
    talk: Stage, words: str, window: tuple[datetime, datetime, str, bool] | None
) -> None:
    found = reading.window(talk.hear(words))
    if window is None:
        assert found is None
        return
    start, end, said, past = window
    assert found == {
        "start": start.isoformat(), "end": end.isoformat(), "said": said, "past": past,
    }  # fmt: skip
    assert reading.moments(found) == (start, end)


@pytest.mark.parametrize("field", [None, {}, {"start": None, "end": None}])
def test_without_a_window_there_are_no_moments(field: dict[str, str] | None) -> None:
    assert reading.moments(field) is None


@pytest.mark.parametrize(
    ("words", "phone"),
    [
        ("打13812348000", "13812348000"), ("幺三八幺二三四八零零零", "13812348000"),
        ("不是13812348000，是13900139000", "13900139000"), ("厨房漏水", None), ("打12345", None),
    ],
)  # fmt: skip
def test_phone_is_the_last_one_said(talk: Stage, words: str, phone: str | None) -> None:
    assert reading.phone(talk.hear(words)) == phone


@pytest.mark.parametrize(
    ("words", "old", "said", "whole"),
    [
        ("三号楼二单元五零一", None, "3号楼2单元501", True),
        ("三号楼", None, "3号楼", False),
        ("二单元501", "3号楼", "3号楼2单元501", True),
        ("不是三号楼，是十三号楼", "3号楼2单元501", "13号楼2单元501", True),
        ("502", "3号楼2单元501", "3号楼2单元502", True),
        ("厨房漏水", None, None, False),
    ],
)
def test_address_takes_open_parts_from_the_one_before(
    talk: Stage, words: str, old: str | None, said: str | None, whole: bool
) -> None:
    before = reading.room(talk.hear(old)) if old else None
    found = reading.room(talk.hear(words), before)
    assert (found and found["said"]) == said
    assert reading.is_whole(found) is whole


@pytest.mark.parametrize(
    ("intent", "answer"), [("affirm", True), ("deny", False), ("report_repair", None), ("", None)]
)
def test_yes_and_no_are_intents(talk: Stage, intent: str, answer: bool | None) -> None:
    assert reading.yes_or_no(talk.hear("对", intent)) is answer
