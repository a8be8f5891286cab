"""The demonstration's canteen and activities: rich enough to be used, and its books in balance."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from community import demo
from community.context import Context
from community.services import activity, binding, canteen, meal
from community.services.canteen import Sitting
from community.store.identities import Party
from community.store.schema import meal_entry, room
from tests.community import canteen as kitchen
from tests.community.village import PEPPER, Village


@pytest.fixture
async def codes(village: Village) -> dict[str, str]:
    """The household codes by home."""
    filled = await demo.fill(village.db, village.clock, PEPPER)
    return {home["room"]: home["code"] for home in filled.households}


async def account_of(village: Village, code: str) -> Party:
    begun = await village.account()
    await binding.bind(village.ctx, begun.conversation_id, code=code)
    return await binding.party(village.ctx, begun.conversation_id)


async def test_every_meal_of_a_fortnight_has_five_sets(
    village: Village, codes: dict[str, str]
) -> None:
    ctx: Context = village.ctx
    found = await canteen.between(ctx, canteen.today(ctx), canteen.horizon(ctx))
    sets: dict[Sitting, set[str]] = {}
    for one in found:
        sets.setdefault(Sitting(one.day, one.meal), set()).add(one.code)
    assert list(sets.values()) == [set(canteen.rules()["sets"])] * 28


async def test_elder_has_a_card_and_an_order_that_was_subsidised(
    village: Village, codes: dict[str, str]
) -> None:
    account = await account_of(village, codes["1号楼1单元101"])
    (ordered,) = await meal.mine(village.ctx, account)
    assert (ordered.day, ordered.code, ordered.subsidy_fen, ordered.due_fen) == (
        date(2025, 11, 4), "soft", 500, 900,
    )  # fmt: skip
    assert await meal.balance(village.ctx, account) == 12600 - 900


async def test_books_are_in_balance_and_belong_to_homes(
    village: Village, codes: dict[str, str]
) -> None:
    balances = await kitchen.accounts(village)
    assert sum(balances.values()) == 0
    async with village.db.read() as conn:
        homes = {f"home:{one}" for one in (await conn.execute(select(room.c.id))).scalars()}
        kinds = set((await conn.execute(select(meal_entry.c.kind))).scalars())
    assert set(balances) - {"cash", "canteen", "subsidy"} <= homes
    assert all(balances[name] > 0 for name in set(balances) & homes)
    assert kinds == {"top_up", "order", "subsidy"}


async def test_one_activity_is_full_and_has_a_waiting_line(
    village: Village, codes: dict[str, str]
) -> None:
    coming = await activity.upcoming(village.ctx)
    (full,) = [one for one in coming if one.name == "包饺子"]
    account = await account_of(village, codes["5号楼1单元601"])
    (waits,) = await activity.mine(village.ctx, account)
    assert (full.left, waits.signup.activity_id, waits.ahead) == (0, full.id, 0)
    assert {one.name for one in coming} >= {"合唱团", "太极拳", "书法班", "健康讲座"}
