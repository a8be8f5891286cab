"""Doors: one's own alone, each opening kept, never from a loudspeaker, and not too often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from community.errors import NotAllowed, NotBound, NotFound, TooMany
from community.registers import Register
from community.services import access
from community.store.identities import Home, Party
from community.store.schema import door, door_opening
from community.times import local
from tests.community.homes import doors, grant
from tests.community.village import Village

COMMON = ["东门", "北门", "南门", "地下车库门", "自行车棚门", "西门"]


@pytest.fixture
async def gated(village: Village, home: Home) -> Home:
    """501 behind 3号楼2单元门; other units and buildings have doors of their own."""
    await doors(village, (3, 2), (3, 1), (13, 2))
    return home


async def named(village: Village, account: Party, said: str, words: str) -> str | None:
    try:
        return (await access.find(village.ctx, account, said, words)).name
    except NotFound:
        return None


async def open_(village: Village, account: Party, name: str, turn_id: str) -> str:
    async with village.db.read() as conn:
        door_id = (await conn.execute(select(door.c.id).where(door.c.name == name))).scalar_one()
    opening = await access.open_door(village.ctx, account, str(door_id), turn_id=turn_id)
    return opening.state


async def test_home_has_its_units_door_first_and_the_common_ones(
    village: Village, gated: Home, wang: Party
) -> None:
    have = [one.name for one in await access.mine(village.ctx, wang)]
    assert have[0] == "3号楼2单元门"
    assert sorted(have[1:]) == COMMON


@pytest.mark.parametrize(
    ("said", "words", "name"),
    [
        ("", "开门", "3号楼2单元门"), ("单元门", "开下单元门，我提着菜", "3号楼2单元门"),
        ("楼下的门", "麻烦开一下楼下的门", "3号楼2单元门"),
        ("单元大铁门", "能进去不，单元大铁门没开", "3号楼2单元门"),
        ("3号楼2单元门", "开下3号楼2单元门", "3号楼2单元门"),
        ("二单元的门", "把二单元的门开一下", "3号楼2单元门"), ("三栋", "三栋开门", "3号楼2单元门"),
        ("大门", "帮我开大门", "南门"), ("东门", "东门开一下", "东门"), ("冻门", "给我开冻门", "东门"),
        ("北门", "不是东门，开北门", "北门"), ("东门", "开东门，不是北门", "东门"),
        ("地库门", "开地库门", "地下车库门"), ("车棚门", "车棚门开下", "自行车棚门"),
        ("十三号楼门", "十三号楼门给她开一次", None), ("13号楼2单元门", "开13号楼2单元门", None),
        ("一单元", "一单元开门", None), ("三号楼一单元", "三号楼一单元", None),
        ("九十九号楼单元门", "开九十九号楼单元门", None), ("天台门", "天台门能开一下吗", None),
    ],
)  # fmt: skip
async def test_door_is_found_by_how_it_is_called(
    village: Village, gated: Home, wang: Party, said: str, words: str, name: str | None
) -> None:
    assert await named(village, wang, said, words) == name


async def test_opening_is_kept_with_who_when_and_which(
    village: Village, gated: Home, wang: Party
) -> None:
    assert await open_(village, wang, "3号楼2单元门", "turn_1") == "opened"
    assert await open_(village, wang, "北门", "turn_2") == "failed"
    at = f"{local(village.clock.now()):%H:%M}"
    today = local(village.clock.now()).date()
    assert await access.register(village.ctx, today) == Register(
        "远程开门",
        ("编号", "时间", "门", "房号", "结果"),
        (("1001", at, "3号楼2单元门", "3号楼2单元501", "开了"),
         ("1002", at, "北门", "3号楼2单元501", "没开成")),
    )  # fmt: skip
    tomorrow = today + timedelta(days=1)
    assert (await access.register(village.ctx, tomorrow)).rows == ()


async def test_turn_delivered_twice_opens_once(village: Village, gated: Home, wang: Party) -> None:
    told = await asyncio.gather(*(open_(village, wang, "东门", "turn_1") for _ in range(20)))
    assert "opened" in told
    assert await open_(village, wang, "东门", "turn_1") == "opened"
    assert await village.count(door_opening) == 1


async def test_door_of_others_is_as_absent(village: Village, gated: Home, wang: Party) -> None:
    for name in ("3号楼1单元门", "13号楼2单元门"):
        with pytest.raises(NotFound):
            await open_(village, wang, name, "turn_1")
    with pytest.raises(NotFound):
        await access.open_door(village.ctx, wang, "door_none", turn_id="turn_1")
    assert await village.count(door_opening) == 0


async def test_who_may_open(village: Village, gated: Home, stranger: Party) -> None:
    home = await village.home(
        3, 2, "901", ("甲", "owner", None), ("乙", "member", None), ("丙", "tenant", None),
        ("丁", "guardian", None), code="39010001",
    )  # fmt: skip
    for person in (0, 1, 2, None):
        account = await village.account(home, person=person)
        assert await open_(village, account, "东门", f"turn_{person}") == "opened"
    guardian = await village.account(home, person=3)
    with pytest.raises(NotAllowed):
        await open_(village, guardian, "东门", "turn_g")
    await grant(village, home, f"{home.room_id}_p3", "devices")
    with pytest.raises(NotAllowed):
        await open_(village, guardian, "东门", "turn_g")
    await grant(village, home, f"{home.room_id}_p3", "devices", "doors")
    assert await open_(village, guardian, "东门", "turn_g") == "opened"
    with pytest.raises(NotBound):
        await open_(village, stranger, "东门", "turn_s")
    assert await village.count(door_opening) == 5


async def test_right_that_another_home_gave_opens_no_door_here(
    village: Village, gated: Home
) -> None:
    homes = [
        await village.home(3, 2, number, ("甲", "owner", None), ("丁", "guardian", None), code=code)
        for number, code in (("901", "39010001"), ("902", "39020001"))
    ]
    guardian = await village.account(homes[0], person=1)
    await grant(village, homes[1], f"{homes[0].room_id}_p1", "doors")
    with pytest.raises(NotAllowed):
        await open_(village, guardian, "东门", "turn_g")


async def test_loudspeaker_that_anybody_can_speak_to_opens_nothing(
    village: Village, gated: Home, wang: Party
) -> None:
    aloud = replace(wang, channel="speaker")
    assert (access.is_shared(aloud), access.is_shared(wang)) == (True, False)
    with pytest.raises(NotAllowed):
        await open_(village, aloud, "东门", "turn_1")
    assert await village.count(door_opening) == 0


async def test_five_in_ten_minutes_even_at_once(
    village: Village, gated: Home, wang: Party, household: Party
) -> None:
    async def tried(turn_id: str) -> str:
        try:
            return await open_(village, wang, "东门", turn_id)
        except TooMany:
            return "too many"

    told = await asyncio.gather(*(tried(f"turn_{i}") for i in range(20)))
    assert sorted(told) == ["opened"] * 5 + ["too many"] * 15
    assert await open_(village, household, "东门", "turn_other") == "opened"
    village.clock.advance(10 * 60 - 1)
    assert await tried("turn_20") == "too many"
    village.clock.advance(1)
    assert await tried("turn_21") == "opened"


async def test_unit_without_a_door_of_its_own_opens_none(village: Village, wang: Party) -> None:
    await doors(village, (13, 2))
    assert await named(village, wang, "", "开门") is None


async def test_door_that_lost_its_line_is_not_told_as_opened(
    village: Village, gated: Home, wang: Party
) -> None:
    async with village.db.write() as conn:
        await conn.execute(update(door).where(door.c.name == "东门").values(is_online=False))
    assert await open_(village, wang, "东门", "turn_1") == "failed"
