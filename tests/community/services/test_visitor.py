"""Visitor passes: from whom, for how long, once per turn, and seen by the household alone."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from community.errors import BadInput, NotAllowed, NotBound
from community.services import visitor
from community.store.identities import Party
from community.store.schema import visit
from community.store.visits import Visit
from tests.community.village import Village


def window(village: Village, begins_h: float, ends_h: float) -> tuple[datetime, datetime]:
    """Hours from now."""
    now = village.clock.now()
    return now + timedelta(hours=begins_h), now + timedelta(hours=ends_h)


async def invite(village: Village, account: Party, turn_id: str = "turn_1", **more) -> Visit:
    values = {"visitor": "我儿子", "window": window(village, 1, 3)} | more
    return await visitor.invite(village.ctx, account, turn_id=turn_id, **values)


async def test_pass_holds_who_comes_and_opens_half_an_hour_early(
    village: Village, wang: Party
) -> None:
    now = village.clock.now()
    made = await invite(village, wang, plate="京A12345", phone="13900139000")
    assert made == Visit(
        id=made.id, no=1001, room_id="room_3_2_501", visitor="我儿子", phone="13900139000",
        plate="京A12345", starts_at=now + timedelta(minutes=30),
        ends_at=now + timedelta(hours=3), code=made.code, state="approved",
    )  # fmt: skip
    assert re.fullmatch(r"\d{6}", made.code)


async def test_codes_are_drawn_not_counted(village: Village, wang: Party) -> None:
    codes = [(await invite(village, wang, f"turn_{i}")).code for i in range(20)]
    assert len(set(codes)) >= 19
    steps = {int(b) - int(a) for a, b in pairwise(codes)}
    assert len(steps) > 10


async def test_turn_delivered_twice_makes_one_pass_with_one_code(
    village: Village, wang: Party
) -> None:
    made = await asyncio.gather(*(invite(village, wang) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await village.count(visit) == 1


async def test_window_must_be_to_come_and_at_most_a_week(village: Village, wang: Party) -> None:
    table = {
        (-1, 2): True, (0, 0.01): True, (1, 169): True, (1, 169.01): False, (-2, -1): False,
        (-1, 0): False, (3, 3): False, (3, 1): False,
    }  # fmt: skip
    allowed = {}
    for hours in table:
        asked = window(village, *hours)
        try:
            made = await invite(village, wang, f"turn_{hours}", window=asked)
        except BadInput:
            allowed[hours] = False
        else:
            allowed[hours] = made.ends_at == asked[1]
    assert allowed == table
    assert await village.count(visit) == sum(table.values())


async def test_pass_needs_a_home_and_a_role_that_lets_people_in(village: Village) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "owner", None), ("乙", "member", None), ("丙", "tenant", None),
        ("丁", "guardian", None), code="51010001",
    )  # fmt: skip
    for person in (0, 1, 2, None):
        await invite(village, await village.account(home, person=person), f"turn_{person}")
    with pytest.raises(NotAllowed):
        await invite(village, await village.account(home, person=3), "turn_3")
    with pytest.raises(NotBound):
        await invite(village, await village.account(), "turn_4")
    assert await village.count(visit) == 4


async def test_valid_are_the_own_households_that_still_open(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    late = await invite(village, wang, "turn_1", window=window(village, 20, 22))
    soon = await invite(village, household, "turn_2", window=window(village, 1, 3))
    gone = await invite(village, wang, "turn_3", window=window(village, 2, 4))
    await invite(village, neighbour, "turn_4")
    async with village.db.write() as conn:
        await conn.execute(update(visit).where(visit.c.id == gone.id).values(state="cancelled"))
    for account in (wang, household):
        assert await visitor.valid(village.ctx, account) == [soon, late]
    village.clock.advance(3 * 3600)
    assert await visitor.valid(village.ctx, wang) == [late]
    with pytest.raises(NotBound):
        await visitor.valid(village.ctx, stranger)
