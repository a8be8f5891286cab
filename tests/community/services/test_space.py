"""Borrowing rooms: an hour is given once, within the rules, and comes back when it is not wanted."""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import date, datetime

import pytest

from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import space
from community.store.identities import Party
from community.store.schema import space_booking, space_hour
from community.store.spaces import HOUR, Booking, Space
from tests.community.estate import add_rooms, at, family
from tests.community.village import Village


@pytest.fixture(autouse=True)
async def rooms(village: Village) -> None:
    await add_rooms(village)


async def book(
    village: Village, who: Party, start: datetime, end: datetime, turn: str = "t1", **more
) -> Booking:
    values = {"name": "活动室"} | more
    return await space.book(village.ctx, who, turn_id=turn, start=start, end=end, **values)


async def where(village: Village, name: str = "活动室") -> Space:
    return next(one for one in await space.every(village.ctx) if one.name == name)


async def test_booking_holds_what_was_asked_and_costs_its_hours(
    village: Village, wang: Party
) -> None:
    made = await book(village, wang, at(8, 14), at(8, 16), name="乒乓球台")
    assert made == Booking(
        id=made.id, no=1001, room_id="room_3_2_501", unit=1, starts_at=at(8, 14),
        ends_at=at(8, 16), price_fen=1000, state="booked", name="乒乓球台", home="3号楼2单元501",
    )  # fmt: skip
    assert await village.count(space_hour) == 2


async def test_of_twenty_who_ask_at_once_as_many_get_it_as_there_are_units(
    village: Village,
) -> None:
    who = [await village.account(await village.home(9, 1, str(n), code=f"9{n}")) for n in range(20)]
    asked = [
        book(village, one, at(8, 14), at(8, 16), f"t{i}", name="乒乓球台")
        for i, one in enumerate(who)
    ]
    got = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(one.unit for one in got if isinstance(one, Booking)) == [1, 2]
    assert sum(isinstance(one, Conflict) for one in got) == 18
    assert (await village.count(space_booking), await village.count(space_hour)) == (2, 4)


async def test_hour_in_common_is_a_conflict_and_the_next_is_none(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await book(village, wang, at(8, 14), at(8, 16))
    with pytest.raises(Conflict):
        await book(village, neighbour, at(8, 15), at(8, 17), "t2")
    await book(village, neighbour, at(8, 16), at(8, 17), "t3")
    assert await village.count(space_hour) == 3


async def test_turn_delivered_twice_books_once(village: Village, wang: Party) -> None:
    made = await asyncio.gather(*(book(village, wang, at(8, 14), at(8, 15)) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await village.count(space_booking) == 1


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (at(3, 13), at(3, 14), "past"),
        (at(3, 14), at(3, 15), None),  # the hour that runs
        (at(17, 20), at(17, 21), None),
        (at(18, 8), at(18, 9), "too_far"),
        (at(8, 7), at(8, 9), "closed"),
        (at(8, 20), at(8, 22), "closed"),
        (at(8, 8), at(8, 11), None),
        (at(8, 8), at(8, 12), "too_long"),
    ],
)
async def test_rules_of_the_hours(
    village: Village, wang: Party, start: datetime, end: datetime, why: str | None
) -> None:
    assert await space.problem(village.ctx, wang, await where(village), start, end) == why
    if why is None:
        await book(village, wang, start, end)
        return
    with pytest.raises(BadInput):
        await book(village, wang, start, end)
    assert await village.count(space_booking) == 0


async def test_home_has_six_hours_of_one_week(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    await book(village, wang, at(8, 8), at(8, 11))
    await book(village, household, at(9, 8), at(9, 10), "t2")
    room = await where(village)
    seen = {
        "seventh hour": await space.problem(village.ctx, wang, room, at(9, 10), at(9, 12)),
        "sixth hour": await space.problem(village.ctx, wang, room, at(9, 10), at(9, 11)),
        "week after": await space.problem(village.ctx, wang, room, at(10, 10), at(10, 13)),
        "next door": await space.problem(village.ctx, neighbour, room, at(9, 10), at(9, 12)),
    }
    assert seen == {
        "seventh hour": "too_many", "sixth hour": None, "week after": None, "next door": None,
    }  # fmt: skip
    with pytest.raises(BadInput):
        await book(village, household, at(9, 10), at(9, 12), "t3")


async def test_taken_is_said_before_it_is_tried(
    village: Village, wang: Party, neighbour: Party
) -> None:
    made = await book(village, wang, at(8, 14), at(8, 16))
    room, ctx = await where(village), village.ctx
    assert await space.problem(ctx, neighbour, room, at(8, 15), at(8, 16)) == "taken"
    assert await space.problem(ctx, wang, room, at(8, 15), at(8, 16), made.no) is None


async def test_free_are_the_open_hours_to_come_that_nobody_has(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await book(village, wang, at(3, 16), at(3, 18))
    await book(village, neighbour, at(4, 8), at(4, 9), "t2", name="乒乓球台")
    room, table = await where(village), await where(village, "乒乓球台")
    assert await space.openings(village.ctx, room, at(3, 0), at(4, 10)) == [
        (at(3, 15), at(3, 16)), (at(3, 18), at(3, 21)), (at(4, 8), at(4, 10)),
    ]  # fmt: skip
    assert await space.openings(village.ctx, table, at(4, 0), at(4, 10)) == [(at(4, 8), at(4, 10))]
    assert await space.openings(village.ctx, room, at(18, 0), at(25, 0)) == []


async def test_what_is_given_back_can_be_had_again(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    made = await book(village, wang, at(8, 14), at(8, 16))
    with pytest.raises(NotFound):
        await space.cancel(village.ctx, neighbour, made.no)
    with pytest.raises(NotFound):
        await space.cancel(village.ctx, neighbour, 9999)
    for who in (household, wang):
        assert (await space.cancel(village.ctx, who, made.no)).no == made.no
    assert await village.count(space_hour) == 0
    assert (await book(village, neighbour, at(8, 14), at(8, 16), "t2")).unit == 1


async def test_what_was_used_is_not_given_back_and_counts(
    village: Village, wang: Party, neighbour: Party
) -> None:
    used = await book(village, wang, at(3, 15), at(3, 18))
    village.clock.advance(4 * 3600)
    with pytest.raises(NotFound):
        await space.cancel(village.ctx, wang, used.no)
    with pytest.raises(NotFound):
        await book(village, wang, at(4, 15), at(4, 16), "t2", moved=used.no)
    assert await space.hours_left(village.ctx, wang, at(9, 20)) == 3
    assert await space.hours_left(village.ctx, wang, at(9, 20), used.no) == 6
    assert await space.hours_left(village.ctx, neighbour, at(9, 20)) == 6


async def test_hours_that_are_free_in_different_units_are_not_told_as_one_stretch(
    village: Village, wang: Party, neighbour: Party
) -> None:
    gone = await book(village, wang, at(8, 8), at(8, 9), name="乒乓球台")
    await book(village, neighbour, at(8, 8), at(8, 9), "t2", name="乒乓球台")
    await book(village, wang, at(8, 9), at(8, 10), "t3", name="乒乓球台")
    await space.cancel(village.ctx, wang, gone.no)
    table = await where(village, "乒乓球台")
    assert await space.openings(village.ctx, table, at(8, 0), at(8, 12)) == [
        (at(8, 8), at(8, 9)), (at(8, 9), at(8, 12)),
    ]  # fmt: skip
    free = {
        hours: await space.problem(village.ctx, neighbour, table, at(8, hours[0]), at(8, hours[1]))
        for hours in ((8, 9), (9, 12), (8, 10))
    }
    assert free == {(8, 9): None, (9, 12): None, (8, 10): "taken"}


async def test_what_is_told_to_be_free_can_be_booked(village: Village) -> None:
    dice, table = random.Random(7), await where(village, "乒乓球台")
    who = [await village.account(await village.home(9, 1, str(n), code=f"9{n}")) for n in range(20)]
    for n, one in enumerate(who):
        start = at(8, 8 + dice.randrange(12))
        with contextlib.suppress(Conflict, BadInput):
            await book(village, one, start, start + HOUR * dice.choice((1, 2)), f"t{n}",
                       name="乒乓球台")  # fmt: skip
    told = await space.openings(village.ctx, table, at(8, 0), at(9, 0))
    assert told
    hours = [at(8, hour) for hour in range(8, 21)]
    for i, start in enumerate(hours):
        for end in [*hours[i + 1 :], at(8, 21)][:3]:
            is_told = any(a <= start and end <= b for a, b in told)
            asked = await space.problem(village.ctx, await fresh(village), table, start, end)
            assert (asked is None) == is_told, (start, end)


async def fresh(village: Village) -> Party:
    """An account of a home that has nothing yet."""
    number = village.next("n")
    return await village.account(await village.home(9, 2, number, code=number))


async def test_moving_gives_the_old_hours_back_only_when_the_new_ones_are_had(
    village: Village, wang: Party, neighbour: Party
) -> None:
    old = await book(village, wang, at(8, 14), at(8, 16))
    other = await book(village, neighbour, at(9, 14), at(9, 16), "t2")
    with pytest.raises(Conflict):
        await book(village, wang, at(9, 15), at(9, 17), "t3", moved=old.no)
    with pytest.raises(NotFound):
        await book(village, wang, at(9, 17), at(9, 18), "t4", moved=other.no)
    assert await space.mine(village.ctx, wang) == [old]
    new = await book(village, wang, at(8, 15), at(8, 17), "t5", moved=old.no)
    assert await space.mine(village.ctx, wang) == [new]
    assert await space.mine(village.ctx, neighbour) == [other]


async def test_moved_hours_count_once_and_free_only_their_own_room(
    village: Village, wang: Party, neighbour: Party
) -> None:
    old = await book(village, wang, at(8, 8), at(8, 11), name="乒乓球台")
    await book(village, wang, at(9, 8), at(9, 11), "t2")
    await book(village, neighbour, at(8, 8), at(8, 9), "t3")
    room, ctx = await where(village), village.ctx
    assert await space.problem(ctx, wang, room, at(8, 8), at(8, 9), old.no) == "taken"
    assert await space.problem(ctx, wang, room, at(8, 9), at(8, 12)) == "too_many"
    assert await space.problem(ctx, wang, room, at(8, 9), at(8, 12), old.no) is None
    new = await book(village, wang, at(8, 9), at(8, 12), "t4", moved=old.no)
    assert [one.no for one in await space.mine(ctx, wang)] == [new.no, 1002]


async def test_who_may_book(village: Village, stranger: Party) -> None:
    home = await family(village)
    for i, person in enumerate((0, 1, None)):
        await book(village, await village.account(home, person=person), at(8 + i, 8), at(8 + i, 9),
                   f"t{i}")  # fmt: skip
    guardian = await village.account(home, person=2)
    with pytest.raises(NotAllowed):
        await book(village, guardian, at(8, 10), at(8, 11), "t8")
    with pytest.raises(NotAllowed):
        await space.cancel(village.ctx, guardian, 1001)
    for refused in (
        book(village, stranger, at(8, 10), at(8, 11), "t9"), space.mine(village.ctx, stranger),
        space.problem(village.ctx, stranger, await where(village), at(8, 10), at(8, 11)),
    ):  # fmt: skip
        with pytest.raises(NotBound):
            await refused
    with pytest.raises(NotFound):
        await book(village, await village.account(home), at(8, 10), at(8, 11), "t7", name="泳池")
    assert await village.count(space_booking) == 3


async def test_own_bookings_end_with_their_time(
    village: Village, wang: Party, neighbour: Party, stranger: Party
) -> None:
    made = await book(village, wang, at(3, 15), at(3, 16))
    assert await space.open_items(village.ctx, wang) == [
        ("1001", "活动室 11月3日 15:00到16:00", "已订")
    ]
    assert await space.mine(village.ctx, neighbour) == []
    assert await space.open_items(village.ctx, stranger) == []
    village.clock.advance(2 * 3600)
    assert made.ends_at < village.clock.now()
    assert await space.mine(village.ctx, wang) == []


async def test_register_shows_one_day(village: Village, wang: Party, neighbour: Party) -> None:
    await book(village, wang, at(8, 14), at(8, 16))
    await book(village, neighbour, at(8, 9), at(8, 10), "t2")
    gone = await book(village, neighbour, at(8, 11), at(8, 12), "t3")
    await space.cancel(village.ctx, neighbour, gone.no)
    await book(village, neighbour, at(9, 9), at(9, 10), "t4")
    assert await space.register(village.ctx, date(2025, 11, 8)) == Register(
        "场地预订",
        ("时间", "场地", "几号", "房号", "编号"),
        (
            ("11月8日 09:00到10:00", "活动室", "1", "3号楼2单元502", "1002"),
            ("11月8日 14:00到16:00", "活动室", "1", "3号楼2单元501", "1001"),
        ),
    )


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("想打乒乓", "乒乓球台"),
        ("活动室有空没", "活动室"),
        ("几个人打牌", "活动室"),
        ("借個活動室", "活动室"),
        ("游泳", None),
    ],
)
async def test_room_is_known_by_its_name_or_its_use(
    village: Village, words: str, name: str | None
) -> None:
    found = space.named(words, await space.every(village.ctx))
    assert (found.name if found else None) == name


def test_hours_that_a_time_touches() -> None:
    assert space.whole_hours(at(8, 14), at(8, 14)) == (at(8, 14), at(8, 15))
    assert space.whole_hours(at(8, 14, 30), at(8, 15, 30)) == (at(8, 14), at(8, 16))
    assert space.whole_hours(at(8, 14), at(8, 16)) == (at(8, 14), at(8, 16))
