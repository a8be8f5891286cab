"""What the estate arranges, put into a village: rooms to borrow, cars and spaces, votes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from community.store import schema
from community.store.identities import Home
from community.times import SHANGHAI
from tests.community.village import Village

CHOICES: list[dict[str, Any]] = [
    {"code": "agree", "label": "同意", "words": ["赞成", "支持"]},
    {"code": "against", "label": "反对", "words": ["不同意", "不赞成"]},
    {"code": "abstain", "label": "弃权", "words": []},
]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2025; the village's clock stands at the 3rd (Monday), 14:05."""
    return datetime(2025, 11, day, hour, minute, tzinfo=SHANGHAI)


async def add(village: Village, table: Any, **values: Any) -> None:
    async with village.db.write() as conn:
        await conn.execute(insert(table).values(**values))


async def add_rooms(village: Village) -> None:
    """活动室: one, of 20 people, nothing to pay. 乒乓球台: two of 4 people, 5 yuan an hour."""
    common = {"opens": 8, "closes": 21, "place": "一楼"}
    await add(
        village, schema.space, id="s1", name="活动室", words=["打牌"], units=1, capacity=20,
        price_fen=0, **common,
    )  # fmt: skip
    await add(
        village, schema.space, id="s2", name="乒乓球台", words=["乒乓"], units=2, capacity=4,
        price_fen=500, **common,
    )  # fmt: skip


async def add_car(
    village: Village,
    home: Home,
    plate: str,
    *,
    days: int | None = None,
    inside_min: int | None = None,
) -> None:
    """`days`: that the monthly card still holds; `inside_min`: minutes since it came in."""
    now = village.clock.now()
    await add(
        village, schema.car, id=f"car_{plate}", room_id=home.room_id, plate=plate,
        monthly_fen=None if days is None else 30000,
        valid_until=None if days is None else (now + timedelta(days=days)).date(),
        entered_at=None if inside_min is None else now - timedelta(minutes=inside_min),
    )  # fmt: skip


async def add_lot(village: Village, code: str, home: Home | None = None) -> None:
    """A parking space, rented by the home or free."""
    await add(
        village, schema.parking_space, id=f"lot_{code}", code=code, zone="地下一层",
        monthly_fen=35000, room_id=home.room_id if home else None,
        rented_until=at(30, 0).date() if home else None,
    )  # fmt: skip


async def add_vote(village: Village, title: str, *, opens: int = -2, closes: int = 5) -> str:
    """`opens`, `closes`: days from now; returns its id."""
    now, vote_id = village.clock.now(), f"vote_{title}"
    await add(
        village, schema.vote, id=vote_id, title=title, words=[title[-2:]], question="要不要办？",
        choices=CHOICES, arguments_for="方便。", arguments_against="要花钱。",
        opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes),
    )  # fmt: skip
    return vote_id


async def family(village: Village) -> Home:
    """5号楼1单元101: owner, member and guardian of one household that lets nothing."""
    return await village.home(
        5, 1, "101", ("甲", "owner", None), ("乙", "member", None), ("丁", "guardian", None),
        code="51010001",
    )  # fmt: skip
