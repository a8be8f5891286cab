"""Merchants: who is open and in range, orders, and what a merchant may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from community.errors import BadInput, CommunityError, Conflict, NotBound, NotFound
from community.registers import Register
from community.services import merchant
from community.store.identities import Home, Party
from community.store.merchants import Order
from community.store.schema import merchant as shops
from community.store.schema import merchant_order
from community.times import SHANGHAI
from tests.community.village import Village

TUESDAY = (
    datetime(2025, 11, 4, 10, tzinfo=SHANGHAI), datetime(2025, 11, 4, 12, tzinfo=SHANGHAI)
)  # fmt: skip


class Ear:
    """Hears the state of every order that moved."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, conn: Any, one: Order) -> None:
        self.heard.append(one.state)


async def silent(conn: Any, one: Order) -> None:
    return None


async def shop(village: Village, name: str, *services: str, **more: Any) -> str:
    """A shop on the estate, open from 8 to 20 every day, that comes to homes."""
    shop_id = village.next("mer")
    values = {
        "id": shop_id, "name": name, "services": list(services), "place": "东门", "distance_m": 0,
        "comes_within_m": 1000, "opens": 480, "closes": 1200, "closed_on": [], "phone": "0000",
        "prices": "10元", "listed": True,
    }  # fmt: skip
    async with village.db.write() as conn:
        await conn.execute(insert(shops).values(**{**values, **more}))
    return shop_id


async def placed(village: Village, account: Party, name: str = "老张", **more: Any) -> Order:
    values: dict[str, Any] = {
        "turn_id": village.next("turn"), "name": name, "service": "haircut", "window": TUESDAY,
        "phone": "13812348000", "tell": silent,
    }  # fmt: skip
    return await merchant.order(village.ctx, account, **{**values, **more})


async def refusal(moving: Any) -> type[Exception] | None:
    try:
        await moving
    except CommunityError as refused:
        return type(refused)
    return None


@pytest.mark.parametrize(
    ("more", "is_found"),
    [
        ({}, True),
        ({"listed": False}, False),
        ({"distance_m": 1500, "comes_within_m": 0}, True),
        ({"distance_m": 1501, "comes_within_m": 0}, False),
        ({"distance_m": 4000, "comes_within_m": 5000}, True),
        ({"distance_m": 4000, "comes_within_m": 3000}, False),
        ({"services": ["key"]}, False),
        ({"closed_on": [0]}, False),
        ({"closes": 14 * 60 + 5}, False),
        ({"closes": 14 * 60 + 6}, True),
        ({"opens": 14 * 60 + 6}, False),
        ({"opens": 14 * 60 + 5}, True),
    ],
)
async def test_only_who_is_open_and_in_range_is_named(
    village: Village, more: dict[str, Any], is_found: bool
) -> None:
    await shop(village, "老张", "haircut", **more)
    found = await merchant.find(village.ctx, "haircut")
    assert [one.name for one in found.open] == (["老张"] if is_found else [])


async def test_nearest_comes_first(village: Village) -> None:
    for name, distance in (("远", 900), ("近", 10), ("中", 300)):
        await shop(village, name, "haircut", distance_m=distance)
    found = await merchant.find(village.ctx, "haircut")
    assert ([one.name for one in found.open], found.opens_at) == (["近", "中", "远"], None)


async def test_when_all_are_shut_the_first_opening_is_told(village: Village) -> None:
    await shop(village, "老张", "haircut", opens=540, closes=600, closed_on=[1])
    await shop(village, "老李", "haircut", opens=600, closes=700, closed_on=[0, 1, 2])
    found = await merchant.find(village.ctx, "haircut")
    assert found == merchant.Found([], datetime(2025, 11, 5, 9, tzinfo=SHANGHAI))
    assert await merchant.find(village.ctx, "key") == merchant.Found([], None)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("附近有修脚的没", "pedicure"), ("配钥匙哪里有", "key"), ("收旧家电", "recycler"),
        ("换锁芯", "locksmith"), ("通渠師傅", "unclog"), ("修空调", "appliance"),
        ("洗空调", "appliance_wash"), ("剃头", "haircut"), ("卖飞机", None),
    ],
)  # fmt: skip
def test_service_is_known_by_residents_words(words: str, code: str | None) -> None:
    assert merchant.service_of(words) == code


@pytest.mark.parametrize(
    ("code", "words", "offered"),
    [
        ("unclog", "找个通下水道的", True),
        ("unclog", "花钱找外面的", False),
        ("key", "配钥匙", False),
    ],
)
def test_repair_is_offered_for_what_the_estate_mends(code: str, words: str, offered: bool) -> None:
    assert merchant.repairable(code, words) is offered


async def test_order_is_placed_once_per_turn(village: Village, home: Home, wang: Party) -> None:
    await shop(village, "老张", "haircut")
    first = await placed(village, wang, turn_id="turn_x")
    assert await placed(village, wang, turn_id="turn_x") == first
    assert (first.state, first.shop, first.home) == ("requested", "老张", home.label)
    assert await village.count(merchant_order) == 1


@pytest.mark.parametrize(
    ("start", "hours", "problem"),
    [
        (datetime(2025, 11, 3, 9, tzinfo=SHANGHAI), 2, "past"),
        (datetime(2025, 11, 18, 10, tzinfo=SHANGHAI), 2, "too_far"),
        (datetime(2025, 11, 4, 20, tzinfo=SHANGHAI), 1, "shut"),
        (datetime(2025, 11, 4, 5, tzinfo=SHANGHAI), 2, "shut"),
        (datetime(2025, 11, 5, 10, tzinfo=SHANGHAI), 2, "shut"),
        (datetime(2025, 11, 4, 19, tzinfo=SHANGHAI), 3, None),
    ],
)
async def test_times_at_which_nobody_can_come(
    village: Village, wang: Party, start: datetime, hours: int, problem: str | None
) -> None:
    await shop(village, "老张", "haircut", closed_on=[2])
    window = (start, start + timedelta(hours=hours))
    assert await merchant.problem(village.ctx, "老张", window) == problem
    refused = await refusal(placed(village, wang, window=window))
    assert refused is (BadInput if problem else None)


async def test_who_does_not_come_here_or_does_not_do_it_gets_no_order(
    village: Village, wang: Party, stranger: Party
) -> None:
    await shop(village, "老张", "haircut")
    await shop(village, "店里", "haircut", comes_within_m=0)
    assert await refusal(placed(village, wang, "店里")) is NotFound
    assert await refusal(placed(village, wang, "没有")) is NotFound
    assert await refusal(placed(village, wang, service="key")) is NotFound
    assert await refusal(placed(village, stranger)) is NotBound
    assert await refusal(merchant.mine(village.ctx, stranger)) is NotBound
    assert await village.count(merchant_order) == 0


@pytest.mark.parametrize(("accepted", "state"), [(True, "accepted"), (False, "declined")])
async def test_what_the_shop_said_is_entered_once_and_told(
    village: Village, wang: Party, accepted: bool, state: str
) -> None:
    await shop(village, "老张", "haircut")
    one, ear = await placed(village, wang), Ear()
    assert await merchant.for_staff(village.ctx) == [one]
    said = await merchant.answer(village.ctx, one.no, accepted=accepted, tell=ear)
    assert (said.state, ear.heard) == (state, [state])
    for no, error in ((one.no, Conflict), (9999, NotFound)):
        answered = merchant.answer(village.ctx, no, accepted=not accepted, tell=ear)
        assert await refusal(answered) is error
    assert (await merchant.for_staff(village.ctx), ear.heard) == ([], [state])


async def test_home_takes_back_its_own_order_only(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    await shop(village, "老张", "haircut")
    one = await placed(village, wang)
    for who in (neighbour, stranger):
        for no in (one.no, 9999):
            assert await refusal(merchant.cancel(village.ctx, who, no)) is NotFound
    for _ in range(2):
        assert (await merchant.cancel(village.ctx, household, one.no)).state == "cancelled"
    answered = merchant.answer(village.ctx, one.no, accepted=True, tell=silent)
    assert await refusal(answered) is Conflict
    assert await merchant.for_staff(village.ctx) == []
    over = await placed(village, wang)
    await merchant.answer(village.ctx, over.no, accepted=False, tell=silent)
    assert await refusal(merchant.cancel(village.ctx, wang, over.no)) is Conflict


async def test_shop_that_accepted_is_told_before_the_order_ends(
    village: Village, wang: Party
) -> None:
    await shop(village, "老张", "haircut")
    one, ear = await placed(village, wang), Ear()
    assert await refusal(merchant.recall(village.ctx, one.no, tell=ear)) is Conflict
    await merchant.answer(village.ctx, one.no, accepted=True, tell=silent)
    for _ in range(2):
        assert (await merchant.cancel(village.ctx, wang, one.no)).state == "recalled"
    assert await merchant.mine(village.ctx, wang) == []
    assert [each.no for each in await merchant.for_staff(village.ctx)] == [one.no]
    assert (await merchant.recall(village.ctx, one.no, tell=ear)).state == "cancelled"
    assert await refusal(merchant.recall(village.ctx, one.no, tell=ear)) is Conflict
    assert (await merchant.for_staff(village.ctx), ear.heard) == ([], ["cancelled"])


async def test_accepted_order_is_over_a_day_after_its_time(village: Village, wang: Party) -> None:
    await shop(village, "老张", "haircut")
    one, waits = await placed(village, wang), await placed(village, wang)
    await merchant.answer(village.ctx, one.no, accepted=True, tell=silent)
    village.clock.advance((TUESDAY[1] - village.clock.now()).total_seconds() + 24 * 3600 - 1)
    assert len(await merchant.mine(village.ctx, wang)) == 2
    village.clock.advance(1)
    assert [each.no for each in await merchant.mine(village.ctx, wang)] == [waits.no]
    assert await refusal(merchant.cancel(village.ctx, wang, one.no)) is Conflict


async def test_open_items_and_register(
    village: Village, home: Home, wang: Party, neighbour: Party, stranger: Party
) -> None:
    await shop(village, "老张", "haircut")
    one = await placed(village, wang)
    assert await merchant.open_items(village.ctx, wang) == [
        (str(one.no), "老张·理发", "等商家答复")
    ]
    assert await merchant.open_items(village.ctx, neighbour) == []
    assert await merchant.open_items(village.ctx, stranger) == []
    assert await merchant.register(village.ctx, TUESDAY[0].date()) == Register(
        "商家上门", ("编号", "住户", "商家", "服务", "时间", "状态"),
        ((str(one.no), home.label, "老张", "理发", "11月4日 10:00到12:00", "等商家答复"),),
    )  # fmt: skip
