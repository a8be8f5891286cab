"""Parking: what a stay costs, whose car is whose, the line for a space, and what the desk enters."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import parking
from community.services.parking import Offer
from community.store.identities import Home, Party
from community.store.parking import Car, ParkingSpace, Request
from community.store.schema import parking_request
from tests.community.estate import add, add_car, add_lot, family
from tests.community.village import Village


async def ask(village: Village, who: Party, turn: str = "t1", **more: Any) -> Request:
    return await parking.request(village.ctx, who, turn_id=turn, **({"kind": "rent"} | more))


async def line(village: Village, count: int) -> list[Party]:
    return [
        await village.account(await village.home(9, 1, str(n), code=f"9{n}")) for n in range(count)
    ]


async def turn_over(village: Village) -> tuple[list[int], list[int]]:
    """Numbers of the requests that ended and of those that got a space."""
    async with village.db.write() as conn:
        ended, served = await parking.turn_over(conn, village.clock)
    return [one.no for one in ended], [one.no for one in served]


@pytest.mark.parametrize(
    ("minutes", "fen"),
    [(0, 0), (30, 0), (31, 300), (60, 300), (61, 600), (360, 1800), (361, 2000), (1440, 2000),
     (1441, 2300), (3 * 1440 + 90, 6600), (2 * 1440 - 1, 4000)],
)  # fmt: skip
def test_stay_costs_each_hour_begun_and_at_most_the_days_cap(minutes: int, fen: int) -> None:
    assert parking.fee_fen(minutes) == fen


async def test_cars_of_a_home_and_nobody_elses(
    village: Village, home: Home, next_door: Home, wang: Party, neighbour: Party, stranger: Party
) -> None:
    await add_car(village, home, "京A12345", days=6)
    await add_car(village, next_door, "京B54321", inside_min=90)
    own = Car("京A12345", 30000, date(2025, 11, 9), None)
    assert await parking.cars(village.ctx, wang) == [own]
    assert await parking.cars(village.ctx, wang, "京A12345") == [own]
    for plate in ("京B54321", "京C99999"):
        with pytest.raises(NotFound):
            await parking.cars(village.ctx, wang, plate)
    for asked in (parking.cars, parking.rented, parking.mine):
        with pytest.raises(NotBound):
            await asked(village.ctx, stranger)
    (inside,) = await parking.cars(village.ctx, neighbour)
    assert parking.minutes_inside(village.ctx, inside) == 90
    assert parking.minutes_inside(village.ctx, own) is None
    days = [parking.days_left(village.ctx, date(2025, 11, day)) for day in (2, 3, 9)]
    assert days == [-1, 0, 6]


async def test_free_space_is_held_three_days(village: Village, wang: Party) -> None:
    await add_lot(village, "B1-04")
    made = await ask(village, wang, plate="京A12345")
    now = village.clock.now()
    assert made == Request(
        id=made.id, no=1001, kind="rent", room_id="room_3_2_501", plate="京A12345", old_plate=None,
        space_code="B1-04", held_until=now + timedelta(days=3), state="reserved", created_at=now,
        home="3号楼2单元501",
    )  # fmt: skip
    assert await parking.offer(village.ctx) == Offer(free=0, from_fen=0, waiting=0)


async def test_last_spaces_are_held_once_and_the_others_wait_in_order(village: Village) -> None:
    for code in ("B1-04", "B1-05"):
        await add_lot(village, code)
    who = await line(village, 20)
    made = await asyncio.gather(*(ask(village, one, f"t{i}") for i, one in enumerate(who)))
    held = sorted(str(one.space_code) for one in made if one.state == "reserved")
    assert held == ["B1-04", "B1-05"]
    assert sum(one.state == "waiting" for one in made) == 18
    places = sorted([(await parking.mine(village.ctx, one))[0][1] for one in who])
    assert places == [0, 0, *range(1, 19)]
    assert await parking.offer(village.ctx) == Offer(free=0, from_fen=0, waiting=18)


async def test_turn_delivered_twice_asks_once(village: Village, wang: Party) -> None:
    await add_lot(village, "B1-04")
    await add_lot(village, "B1-05")
    made = await asyncio.gather(*(ask(village, wang) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await village.count(parking_request) == 1
    assert (await parking.offer(village.ctx)).free == 1


async def test_home_asks_for_one_space_at_a_time_and_has_two(
    village: Village, home: Home, wang: Party, household: Party, neighbour: Party
) -> None:
    await ask(village, neighbour)
    with pytest.raises(Conflict):
        await ask(village, neighbour, "t2")
    await add_lot(village, "B1-01", home)
    made = await ask(village, wang, "t3")
    await parking.cancel(village.ctx, household, made.no)
    await add_lot(village, "B1-02", home)
    with pytest.raises(Conflict):
        await ask(village, wang, "t4")


async def test_space_not_fetched_goes_to_the_next_in_line(village: Village) -> None:
    await add_lot(village, "B1-04")
    first, second, third = await line(village, 3)
    made = [await ask(village, one, f"t{i}") for i, one in enumerate((first, second, third))]
    village.clock.advance(3 * 24 * 3600 - 1)
    assert await turn_over(village) == ([], [])
    village.clock.advance(1)
    assert await turn_over(village) == ([made[0].no], [made[1].no])
    assert await parking.mine(village.ctx, first) == []
    ((served, place),) = await parking.mine(village.ctx, second)
    until = village.clock.now() + timedelta(days=3)
    assert (served.state, served.space_code, served.held_until, place) == (
        "reserved", "B1-04", until, 0,
    )  # fmt: skip
    assert (await parking.mine(village.ctx, third))[0][1] == 1


async def test_newcomer_does_not_pass_those_who_wait(village: Village, wang: Party) -> None:
    await add_lot(village, "B1-04")
    first, second = await line(village, 2)
    held = await ask(village, first)
    await ask(village, second, "t2")
    await parking.cancel(village.ctx, first, held.no)
    assert (await ask(village, wang, "t3")).state == "waiting"
    assert await turn_over(village) == ([], [1002])


async def test_request_is_taken_back_by_its_home_alone(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    await add_lot(village, "B1-04")
    made = await ask(village, wang)
    for no in (made.no, 9999):
        with pytest.raises(NotFound):
            await parking.cancel(village.ctx, neighbour, no)
    ended: list[int] = []

    async def tell(_conn: Any, one: Request) -> None:
        ended.append(one.no)

    for who in (household, wang):
        back = await parking.cancel(village.ctx, who, made.no, tell=tell)
        assert back == replace(made, state="cancelled")
    assert ended == [made.no]
    assert (await parking.offer(village.ctx)).free == 1
    settled = await ask(village, wang, "t2")
    await parking.settle(village.ctx, settled.no, done=True)
    with pytest.raises(NotFound):
        await parking.cancel(village.ctx, wang, settled.no)


async def test_what_is_missing_or_another_homes_is_refused(
    village: Village, home: Home, next_door: Home, wang: Party, stranger: Party
) -> None:
    await add_car(village, home, "京A12345")
    await add_car(village, next_door, "京B54321")
    await add_lot(village, "B1-02", next_door)
    guardian = await village.account(await family(village), person=2)
    refused = {
        BadInput: [{"kind": "sell"}, {"kind": "add"}, {"kind": "plate", "old_plate": "京A12345"}],
        NotFound: [
            {"kind": "plate", "old_plate": "京B54321", "plate": "京C11111"},
            {"kind": "plate", "plate": "京C11111"},
            {"kind": "remove", "plate": "京B54321"},
            {"kind": "return", "space_code": "B1-02"},
            {"kind": "return"},
        ],
        Conflict: [
            {"kind": "add", "plate": "京A12345"},
            {"kind": "plate", "old_plate": "京A12345", "plate": "京A12345"},
        ],
    }
    for error, wrongs in refused.items():
        for wrong in wrongs:
            with pytest.raises(error):
                await ask(village, wang, **wrong)
    for who, error in ((guardian, NotAllowed), (stranger, NotBound)):
        with pytest.raises(error):
            await ask(village, who)
        with pytest.raises(error):
            await parking.cancel(village.ctx, who, 1001)
    assert await village.count(parking_request) == 0


async def test_another_homes_plate_is_taken_for_checking_and_not_given_away(
    village: Village, wang: Party, next_door: Home
) -> None:
    await add_car(village, next_door, "京B54321")
    made = await ask(village, wang, kind="add", plate="京B54321")
    assert made.state == "pending"
    with pytest.raises(Conflict):
        await parking.settle(village.ctx, made.no, done=True)
    assert (await parking.settle(village.ctx, made.no, done=False)).state == "refused"


async def test_desk_enters_what_was_asked(village: Village, home: Home, wang: Party) -> None:
    await add_lot(village, "B1-04")
    ctx = village.ctx
    steps: list[dict[str, Any]] = [
        {"kind": "rent", "plate": "京A12345"},
        {"kind": "plate", "old_plate": "京A12345", "plate": "京AD54321"},
        {"kind": "add", "plate": "京B22222"},
        {"kind": "remove", "plate": "京AD54321"},
    ]
    seen = []
    for i, step in enumerate(steps):
        made = await ask(village, wang, f"t{i}", **step)
        assert (await parking.settle(ctx, made.no, done=True)).state == "done"
        seen.append([one.plate for one in await parking.cars(ctx, wang)])
    assert seen == [["京A12345"], ["京AD54321"], ["京AD54321", "京B22222"], ["京B22222"]]
    until = date(2025, 12, 3)
    assert await parking.rented(ctx, wang) == [ParkingSpace("B1-04", "地下一层", 35000, until)]
    back = await ask(village, wang, "t9", kind="return", space_code="B1-04")
    await parking.settle(ctx, back.no, done=True)
    assert await parking.rented(ctx, wang) == []
    assert (await parking.offer(ctx)).free == 1
    with pytest.raises(NotFound):
        await parking.settle(ctx, back.no, done=False)


async def test_space_is_returned_once_and_not_taken_from_the_next_tenant(
    village: Village, home: Home, next_door: Home, wang: Party, household: Party, neighbour: Party
) -> None:
    await add_lot(village, "B1-04", home)
    first, again = [
        await ask(village, who, f"t{i}", kind="return", space_code="B1-04")
        for i, who in enumerate((wang, household))
    ]
    assert (again, await village.count(parking_request)) == (first, 1)
    await add(
        village, parking_request, id="old", no=9, kind="return", room_id=home.room_id,
        space_code="B1-04", state="pending", created_at=village.clock.now(),
    )  # fmt: skip
    await parking.settle(village.ctx, first.no, done=True)
    rent = await ask(village, neighbour, "t2")
    await parking.settle(village.ctx, rent.no, done=True)
    with pytest.raises(NotFound):
        await parking.settle(village.ctx, 9, done=True)
    assert [one.code for one in await parking.rented(village.ctx, neighbour)] == ["B1-04"]


async def test_space_is_rented_for_a_car_that_the_home_has(
    village: Village, home: Home, next_door: Home, wang: Party
) -> None:
    await add_car(village, home, "京A12345", days=6)
    await add_car(village, next_door, "京B54321")
    for code in ("B1-04", "B1-05"):
        await add_lot(village, code)
    made = await ask(village, wang, plate="京A12345")
    assert (await parking.settle(village.ctx, made.no, done=True)).state == "done"
    assert [one.code for one in await parking.rented(village.ctx, wang)] == ["B1-04"]
    assert await parking.cars(village.ctx, wang) == [
        Car("京A12345", 30000, date(2025, 11, 9), None)
    ]
    other = await ask(village, wang, "t2", plate="京B54321")
    with pytest.raises(Conflict):
        await parking.settle(village.ctx, other.no, done=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "add", "plate": "京B22222"},
        {"kind": "remove", "plate": "京A12345"},
        {"kind": "plate", "old_plate": "京A12345", "plate": "京B22222"},
    ],
)
async def test_same_change_is_asked_once_while_it_is_open(
    village: Village, home: Home, wang: Party, household: Party, asked: dict[str, str]
) -> None:
    await add_car(village, home, "京A12345")
    made = [await ask(village, who, f"t{i}", **asked) for i, who in enumerate((wang, household))]
    assert (made, await village.count(parking_request)) == ([made[0]] * 2, 1)


async def test_car_that_went_to_another_home_is_not_changed_there(
    village: Village, home: Home, next_door: Home, wang: Party, neighbour: Party
) -> None:
    await add_car(village, home, "京A12345")
    changed = await ask(village, wang, kind="plate", old_plate="京A12345", plate="京B22222")
    struck = await ask(village, wang, "t2", kind="remove", plate="京A12345")
    await parking.settle(village.ctx, struck.no, done=True)
    await add_car(village, next_door, "京A12345", days=3)
    with pytest.raises(NotFound):
        await parking.settle(village.ctx, changed.no, done=True)
    assert [one.plate for one in await parking.cars(village.ctx, neighbour)] == ["京A12345"]
    assert [one.no for one, _ in await parking.mine(village.ctx, wang)] == [changed.no]


async def test_refused_rent_frees_the_space_and_a_waiting_one_cannot_be_carried_out(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await add_lot(village, "B1-04")
    held, waits = await ask(village, wang), await ask(village, neighbour, "t2")
    with pytest.raises(NotFound):
        await parking.settle(village.ctx, waits.no, done=True)
    await parking.settle(village.ctx, held.no, done=False)
    assert await turn_over(village) == ([], [waits.no])


async def test_cheapest_free_space_comes_first(village: Village, home: Home) -> None:
    await add_lot(village, "B1-05")
    await add_lot(village, "B1-04")
    await add_lot(village, "B1-01", home)
    assert await parking.offer(village.ctx) == Offer(free=2, from_fen=35000, waiting=0)


async def test_open_items_and_register(village: Village, wang: Party, neighbour: Party) -> None:
    await add_lot(village, "B1-04")
    await ask(village, wang, plate="京A12345")
    gone = await ask(village, neighbour, "t2")
    await parking.cancel(village.ctx, neighbour, gone.no)
    village.clock.advance(24 * 3600)
    await ask(village, neighbour, "t3")
    assert await parking.open_items(village.ctx, wang) == [("1001", "租车位", "已留位")]
    columns = ("编号", "事项", "房号", "车牌", "原车牌", "车位", "状态")
    first = ("1001", "租车位", "3号楼2单元501", "京A12345", "", "B1-04", "已留位")
    assert await parking.register(village.ctx, date(2025, 11, 3)) == Register(
        "停车申请", columns, (first,)
    )
    assert (await parking.register(village.ctx, date(2025, 11, 4))).rows == (
        first, ("1003", "租车位", "3号楼2单元502", "", "", "", "排队中"),
    )  # fmt: skip
