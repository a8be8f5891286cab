"""Who is on duty, and when the next shift begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from community.store.database import Database
from community.times import SHANGHAI
from conversation import duty


async def test_one_on_duty_is_enough(db: Database, wang: str, li: str) -> None:
    seen = []
    async with db.write() as conn:
        for staff_id, on_duty in ((wang, False), (li, False), (wang, True)):
            await duty.set_on_duty(conn, staff_id, on_duty)
            seen.append(await duty.anybody(conn))
    assert seen == [True, False, True]


async def test_community_without_staff_has_nobody_on_duty(db: Database) -> None:
    async with db.read() as conn:
        assert await duty.anybody(conn) is False


@pytest.mark.parametrize(
    ("now", "shift"),
    [
        ((2025, 11, 3, 0, 0), (2025, 11, 3, 9, 0)),
        ((2025, 11, 3, 8, 59), (2025, 11, 3, 9, 0)),
        ((2025, 11, 3, 9, 0), (2025, 11, 4, 9, 0)),
        ((2025, 11, 3, 23, 59), (2025, 11, 4, 9, 0)),
        ((2025, 12, 31, 18, 0), (2026, 1, 1, 9, 0)),
    ],
)
def test_next_shift_is_the_next_nine_o_clock_in_china(
    now: tuple[int, ...], shift: tuple[int, ...]
) -> None:
    moment = datetime(*now, tzinfo=SHANGHAI).astimezone(UTC)
    assert duty.next_shift(moment) == datetime(*shift, tzinfo=SHANGHAI)
