"""Counters, clinics and visits put into a village, and matters handed in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from community.store import gov_cases, schema
from community.store.gov_cases import GovCase, Step
from community.store.identities import Home
from tests.community.estate import add
from tests.community.village import Village

OFFICE: list[dict[str, Any]] = [
    {"days": [0, 1, 2, 3, 4], "from": "09:00", "to": "11:30"},
    {"days": [0, 1, 2, 3, 4], "from": "13:30", "to": "17:00"},
]


async def add_bookables(village: Village) -> None:
    """社保窗口: two seats in 30 min. 民政窗口: one. 门诊: 15 min. 护士上门: 60 min, at home; on weekdays."""
    rows: list[dict[str, Any]] = [
        {"kind": "window", "name": "社保窗口", "words": ["社保", "退休"], "place": "1号窗口",
         "bring": "身份证", "minutes": 30, "capacity": 2},
        {"kind": "window", "name": "民政窗口", "words": ["低保", "老年卡"], "place": "3号窗口",
         "bring": "", "minutes": 30, "capacity": 1},
        {"kind": "health", "name": "社区医生门诊", "words": ["医生", "量个血压", "换药", "内科"],
         "place": "1诊室", "bring": "医保卡", "minutes": 15, "capacity": 1},
        {"kind": "health", "name": "护士上门", "words": ["护士", "换药", "打针"], "place": "您家",
         "bring": "单子", "minutes": 60, "capacity": 1, "at_home": True},
    ]  # fmt: skip
    for rank, row in enumerate(rows):
        values = {"at_home": False, "hours": OFFICE} | row
        await add(village, schema.bookable, id=f"b{rank}", rank=rank, **values)


async def add_case(
    village: Village,
    home: Home,
    no: str = "ZW0066",
    *states: str,
    promised: date = date(2025, 11, 20),
    person: int = 0,
    **more: Any,
) -> GovCase:
    """A matter of the home's n-th person that went through these states, a day each until now."""
    steps = [
        Step(state, "", village.clock.now() - timedelta(days=len(states) - seq))
        for seq, state in enumerate(states, 1)
    ]
    if "note" in more:
        steps[-1] = Step(steps[-1].state, more.pop("note"), steps[-1].at)
    values = {"matter": "老年优待证", "words": ["老年卡"], "person": "王建国", "office": "服务站"}
    async with village.db.write() as conn:
        return await gov_cases.create(
            conn, steps=steps, no=no, room_id=home.room_id,
            resident_id=f"{home.room_id}_p{person}", promised_on=promised, **(values | more),
        )  # fmt: skip
