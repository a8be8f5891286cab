"""Time: aware UTC inside, the wall clock of China at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.times import SHANGHAI, FixedClock, SystemClock, date_words, local, window_words


def test_system_clock_tells_aware_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_fixed_clock_stands_still_until_it_is_advanced(clock: FixedClock) -> None:
    first = clock.now()
    assert (first, first.utcoffset()) == (
        datetime(2025, 11, 3, 6, 5, tzinfo=UTC), timedelta(0),
    )  # fmt: skip
    assert clock.now() == first
    clock.advance(0.5)
    assert clock.now() - first == timedelta(milliseconds=500)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2025, 11, 3, 6, 5, tzinfo=UTC), "11月3日 14:05"),
        (datetime(2025, 11, 3, 15, 59, 59, tzinfo=UTC), "11月3日 23:59"),
        (datetime(2025, 11, 3, 16, 0, tzinfo=UTC), "11月4日 00:00"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "1月1日 00:00"),
        (datetime(2025, 7, 1, 9, 0, tzinfo=SHANGHAI), "7月1日 09:00"),
    ],
)
def test_moment_is_said_on_the_wall_clock_of_china(moment: datetime, words: str) -> None:
    assert date_words(moment) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("03 08:00", "03 12:00", "11月3日 08:00到12:00"),
        ("03 18:00", "04 00:00", "11月3日 18:00到24:00"),
        ("03 22:00", "04 06:00", "11月3日 22:00到11月4日 06:00"),
        ("03 00:00", "04 00:00", "11月3日全天"),
        ("03 00:00", "06 00:00", "11月3日到11月5日"),
        ("03 14:05", "10 14:05", "11月3日 14:05到11月10日 14:05"),
        ("03 14:05", "03 14:05", "11月3日 14:05"),
    ],
)
def test_window_is_said_as_short_as_it_can_be(start: str, end: str, words: str) -> None:
    at = [datetime.strptime(f"2025-11-{one} +0800", "%Y-%m-%d %H:%M %z") for one in (start, end)]
    assert window_words(*at) == words


def test_local_is_the_same_instant() -> None:
    moment = datetime(2025, 11, 3, 20, 0, tzinfo=UTC)
    assert local(moment) == moment
    assert (local(moment).day, local(moment).hour) == (4, 4)
