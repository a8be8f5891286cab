"""Appointments: a seat is sold once, to one person at a time, and comes back in time."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from community.errors import BadInput, Code, Conflict, NotBound, NotFound
from community.registers import Register
from community.services import appointment, health, seats
from community.services.appointment import Person
from community.services.seats import Slot
from community.store import appointments, schema
from community.store.appointments import Appointment
from community.store.identities import Home, Party
from community.store.seats import Bookable
from tests.community.counters import add_bookables
from tests.community.estate import at
from tests.community.village import Village

SOCIAL, CIVIL, CLINIC, NURSE = "b0", "b1", "b2", "b3"


@pytest.fixture(autouse=True)
async def bookables(village: Village) -> None:
    await add_bookables(village)


async def book(
    village: Village, who: Party, start: datetime, turn: str = "t1", what: str = SOCIAL, **more
) -> Appointment:
    return await appointment.book(
        village.ctx, who, turn_id=turn, bookable_id=what, start=start, **more
    )


async def service(village: Village, bookable_id: str = SOCIAL) -> Bookable:
    return next(one for one in await seats.every(village.ctx) if one.id == bookable_id)


async def taken(village: Village) -> dict[tuple[str, datetime], int]:
    """Seats that are taken, by service and slot."""
    slot = schema.seat_slot
    async with village.db.read() as conn:
        rows = await conn.execute(select(slot.c.bookable_id, slot.c.starts_at, slot.c.taken))
        return {(row[0], row[1]): row[2] for row in rows}


async def test_appointment_holds_what_was_asked(village: Village, wang: Party) -> None:
    made = await book(village, wang, at(5, 9), item="退休")
    assert made == Appointment(
        id=made.id, no=1001, slot_id=made.slot_id, room_id="room_3_2_501",
        identity_id=wang.identity_id, resident_id=wang.resident_id, person="王建国",
        person_key="room_3_2_501_p0", item="退休", queue_no=1, state="booked", bookable_id=SOCIAL,
        kind="window", name="社保窗口", place="1号窗口", at_home=False, bring="身份证",
        starts_at=at(5, 9), ends_at=at(5, 9, 30), home="3号楼2单元501",
    )  # fmt: skip
    async with village.db.read() as conn:
        (move,) = await appointments.history(conn, made.id)
    assert (move.kind, move.actor, move.state) == ("booked", "resident", "booked")


async def test_of_twenty_who_ask_at_once_as_many_get_it_as_there_are_seats(
    village: Village,
) -> None:
    who = [await village.account(await village.home(9, 1, str(n), code=f"9{n}")) for n in range(20)]
    asked = [book(village, one, at(5, 9), f"t{i}") for i, one in enumerate(who)]
    got = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(one.queue_no for one in got if isinstance(one, Appointment)) == [1, 2]
    assert sum(isinstance(one, Conflict) for one in got) == 18
    assert await village.count(schema.appointment) == 2
    assert await taken(village) == {(SOCIAL, at(5, 9)): 2}


async def test_turn_delivered_twice_books_once(village: Village, wang: Party) -> None:
    made = await asyncio.gather(*(book(village, wang, at(5, 9)) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await taken(village) == {(SOCIAL, at(5, 9)): 1}


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (at(3, 14), "past"), (at(3, 14, 30), None), (at(17, 16, 30), None), (at(18, 9), "too_far"),
        (at(5, 9, 10), "closed"), (at(5, 12), "closed"), (at(8, 9), "closed"),
        (at(5, 11, 30), "closed"), (at(5, 11), None),
    ],
)  # fmt: skip
async def test_only_slots_of_the_opening_hours_of_two_weeks_are_given(
    village: Village, wang: Party, start: datetime, why: str | None
) -> None:
    person = await appointment.whom(village.ctx, wang, "self")
    what = await service(village)
    assert await appointment.problem(village.ctx, wang, what, start, person) == why
    if why is None:
        assert (await book(village, wang, start)).starts_at == start
        return
    with pytest.raises(BadInput):
        await book(village, wang, start)
    assert await village.count(schema.appointment) == 0


async def test_person_is_at_one_place_at_a_time_and_two_persons_at_two(
    village: Village, wang: Party, household: Party
) -> None:
    await book(village, wang, at(5, 9))
    what, person = await service(village, CLINIC), Person("王建国", "room_3_2_501_p0", None)
    told = [
        await appointment.problem(village.ctx, wang, what, start, person)
        for start in (at(5, 9), at(5, 9, 15), at(5, 9, 30))
    ]
    assert told == ["duplicate", "duplicate", None]
    with pytest.raises(Conflict):
        await book(village, wang, at(5, 9, 15), "t2", CLINIC)
    with pytest.raises(Conflict):  # whoever of the home speaks
        await book(village, household, at(5, 9, 15), "t3", CLINIC, said="王建国")
    await book(village, wang, at(5, 9, 30), "t4", CLINIC)
    await book(village, wang, at(5, 9, 15), "t5", CLINIC, said="mother")
    with pytest.raises(Conflict):
        await book(village, household, at(5, 9), "t6", SOCIAL, said="mother")


async def test_cancelled_one_keeps_nobody_busy(village: Village, wang: Party) -> None:
    made = await book(village, wang, at(5, 9))
    await appointment.cancel(village.ctx, wang, made.no, turn_id="t2")
    assert (await book(village, wang, at(5, 9), "t3")).queue_no == 2


async def test_whom_a_seat_is_for(village: Village, home: Home, wang: Party) -> None:
    unknown = await village.account(home)
    said = [
        await appointment.whom(village.ctx, wang, "self"),
        await appointment.whom(village.ctx, unknown, "self"),
        await appointment.whom(village.ctx, wang, "周敏"),
        await appointment.whom(village.ctx, wang, "spouse"),
    ]
    assert said == [
        Person("王建国", "room_3_2_501_p0", "room_3_2_501_p0"),
        Person("本人", unknown.identity_id, None),
        Person("周敏", "room_3_2_501_p1", "room_3_2_501_p1"),
        Person("老伴", "room_3_2_501:spouse", None),
    ]


async def test_openings_leave_out_what_is_full_and_over(
    village: Village, wang: Party, neighbour: Party
) -> None:
    what = await service(village, CIVIL)
    await book(village, wang, at(3, 15), what=CIVIL)
    found = await seats.openings(village.ctx, what, at(3, 0), at(3, 16))
    assert found == [Slot(at(3, 14, 30), at(3, 15), 1), Slot(at(3, 15, 30), at(3, 16), 1)]
    social = await service(village, SOCIAL)
    await book(village, neighbour, at(3, 15), "t2")
    assert (await seats.openings(village.ctx, social, at(3, 15), at(3, 15, 30)))[0].left == 1
    last = (await seats.openings(village.ctx, what, at(3, 0), at(30, 0)))[-1]
    assert last.starts_at == at(17, 16, 30)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("帮我约个社保窗口", "社保窗口"), ("办退休", "社保窗口"), ("约护士上门打针", "护士上门"),
        ("去换药", "社区医生门诊"), ("我妈下不了楼，要换药", "护士上门"), ("约个号", None),
        ("上门量个血压", "社区医生门诊"),
    ],
)  # fmt: skip
async def test_service_is_known_by_its_words(
    village: Village, words: str, name: str | None
) -> None:
    found = seats.named(words, await seats.every(village.ctx))
    assert (found.name if found else None) == name


async def test_moving_gives_the_old_seat_back_in_one_step(village: Village, wang: Party) -> None:
    made = await book(village, wang, at(5, 9))
    moved = await appointment.move(village.ctx, wang, made.no, at(6, 10), turn_id="t2")
    assert (moved.no, moved.starts_at, moved.state) == (made.no, at(6, 10), "booked")
    assert await appointment.move(village.ctx, wang, made.no, at(7, 10), turn_id="t2") == moved
    assert await taken(village) == {(SOCIAL, at(5, 9)): 0, (SOCIAL, at(6, 10)): 1}
    async with village.db.read() as conn:
        moves = await appointments.history(conn, made.id)
    assert [(one.kind, one.note) for one in moves] == [
        ("booked", ""), ("moved", "11月5日 09:00到09:30"),
    ]  # fmt: skip


async def test_move_into_a_full_slot_leaves_the_old_one(
    village: Village, wang: Party, neighbour: Party
) -> None:
    made = await book(village, wang, at(5, 9), what=CIVIL)
    await book(village, neighbour, at(6, 9), "t2", CIVIL)
    with pytest.raises(Conflict):
        await appointment.move(village.ctx, wang, made.no, at(6, 9), turn_id="t3")
    assert await appointment.find(village.ctx, wang, made.no) == made
    assert await taken(village) == {(CIVIL, at(5, 9)): 1, (CIVIL, at(6, 9)): 1}


async def test_it_is_changed_until_an_hour_before(village: Village, wang: Party) -> None:
    made = await book(village, wang, at(3, 15, 30))
    village.clock.advance((at(3, 14, 30) - at(3, 14, 5)).total_seconds())
    assert appointment.can_change(village.ctx, made)
    village.clock.advance(1)
    for refused in (
        appointment.cancel(village.ctx, wang, made.no, turn_id="t2"),
        appointment.move(village.ctx, wang, made.no, at(5, 9), turn_id="t2"),
    ):
        with pytest.raises(Conflict) as raised:
            await refused
        assert raised.value.code is Code.STALE
    assert await taken(village) == {(SOCIAL, at(3, 15, 30)): 1}


async def test_move_of_one_that_has_moved_on_is_stale(village: Village, wang: Party) -> None:
    seen = await book(village, wang, at(5, 9))
    await appointment.serve(village.ctx, seen.no, "checked_in", actor="staff:1")
    with pytest.raises(Conflict) as raised:
        async with village.db.write() as conn:
            await appointments.advance(
                conn, village.clock, seen, "no_show", actor="staff:1", state="no_show"
            )
    assert raised.value.code is Code.STALE
    assert (await appointment.find(village.ctx, wang, seen.no)).state == "checked_in"


async def test_cancelling_twice_gives_one_seat_back(
    village: Village, wang: Party, neighbour: Party
) -> None:
    made = await book(village, wang, at(5, 9))
    await book(village, neighbour, at(5, 9), "t2")
    for _ in range(2):
        gone = await appointment.cancel(village.ctx, wang, made.no, turn_id="t3")
        assert gone.state == "cancelled"
    with pytest.raises(Conflict):
        await appointment.cancel(village.ctx, wang, made.no, turn_id="t4")
    assert await taken(village) == {(SOCIAL, at(5, 9)): 1}


async def test_another_homes_number_is_as_if_it_were_not(
    village: Village, wang: Party, neighbour: Party
) -> None:
    made = await book(village, wang, at(5, 9))
    for no in (made.no, 9999):
        for asked in (
            appointment.find(village.ctx, neighbour, no),
            appointment.cancel(village.ctx, neighbour, no, turn_id="t2"),
            appointment.move(village.ctx, neighbour, no, at(6, 9), turn_id="t2"),
        ):
            with pytest.raises(NotFound) as raised:
                await asked
            assert str(raised.value) == "no such appointment"
    assert await appointment.mine(village.ctx, neighbour) == []


async def test_tenant_sees_the_own_alone_and_the_owner_all(
    village: Village, home: Home, wang: Party, household: Party
) -> None:
    tenant = await village.account(home, person=1)
    owners = await book(village, wang, at(5, 9))
    own = await book(village, tenant, at(5, 10), "t2")
    for_tenant = await book(village, household, at(5, 11), "t3", said="周敏")
    assert await appointment.mine(village.ctx, tenant) == [own, for_tenant]
    assert await appointment.mine(village.ctx, wang) == [owners, own, for_tenant]
    with pytest.raises(NotFound):
        await appointment.find(village.ctx, tenant, owners.no)


async def test_guardian_books_for_the_bound_home(village: Village) -> None:
    home = await village.home(5, 1, "101", ("丁", "guardian", None), code="51010001")
    guardian = await village.account(home, person=0)
    made = await book(village, guardian, at(5, 9), what=NURSE, said="elder")
    assert (made.person, made.home) == ("老人家", "5号楼1单元101")


async def test_account_without_a_home_is_bound_first(village: Village, stranger: Party) -> None:
    for asked in (book(village, stranger, at(5, 9)), appointment.mine(village.ctx, stranger)):
        with pytest.raises(NotBound):
            await asked
    assert await appointment.open_items(village.ctx, stranger) == []


async def test_unknown_service_is_not_found(village: Village, wang: Party) -> None:
    with pytest.raises(NotFound):
        await book(village, wang, at(5, 9), what="b9")


async def test_staff_move_it_along_its_states_alone(village: Village, wang: Party) -> None:
    states = ("booked", "checked_in", "serving", "done", "cancelled", "no_show")
    ways = {
        "booked": (), "checked_in": ("checked_in",), "serving": ("checked_in", "serving"),
        "done": ("checked_in", "serving", "done"), "no_show": ("no_show",),
    }  # fmt: skip
    reached: dict[str, set[str]] = {}
    what = await service(village, CLINIC)
    free = iter(await seats.openings(village.ctx, what, at(4, 0), at(17, 0)))
    for state, way in ways.items():
        for to in states:
            start = next(free).starts_at
            made = await book(village, wang, start, f"{state} {to}", CLINIC)
            for step in way:
                await appointment.serve(village.ctx, made.no, step, actor="staff:1")
            try:
                await appointment.serve(village.ctx, made.no, to, actor="staff:1")
            except Conflict:
                continue
            reached.setdefault(state, set()).add(to)
    assert reached == {
        "booked": {"checked_in", "no_show"}, "checked_in": {"serving", "no_show"},
        "serving": {"done"},
    }  # fmt: skip


async def test_who_waits_before_is_counted_without_those_who_left(
    village: Village, wang: Party, neighbour: Party, household: Party
) -> None:
    first = await book(village, wang, at(5, 9))
    second = await book(village, neighbour, at(5, 9), "t2")
    third = await book(village, household, at(5, 10), "t3", said="mother")
    await book(village, household, at(5, 9), "t4", CIVIL)
    assert [await appointment.ahead(village.ctx, one) for one in (first, second, third)] == [
        0,
        1,
        2,
    ]
    await appointment.cancel(village.ctx, wang, first.no, turn_id="t5")
    assert await appointment.ahead(village.ctx, third) == 1


async def test_what_is_over_is_mine_no_more(village: Village, wang: Party) -> None:
    made = await book(village, wang, at(3, 15))
    assert await appointment.open_items(village.ctx, wang) == [
        ("1001", "社保窗口 11月3日 15:00到15:30", "已约好")
    ]
    village.clock.advance(timedelta(hours=2).total_seconds())
    assert await appointment.mine(village.ctx, wang) == []
    assert await appointment.find(village.ctx, wang, made.no) == made


async def test_registers_show_who_comes_and_never_what_for(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await book(village, wang, at(5, 9), item="退休")
    await book(village, wang, at(5, 14, 30), "t2", NURSE, item="打针", said="spouse")
    gone = await book(village, neighbour, at(5, 10), "t3")
    await appointment.cancel(village.ctx, neighbour, gone.no, turn_id="t4")
    await book(village, neighbour, at(6, 9), "t5")
    assert await appointment.register(village.ctx, date(2025, 11, 5)) == Register(
        "窗口预约", ("时间", "窗口", "排号", "预约人", "房号", "状态", "编号"),
        (("11月5日 09:00到09:30", "社保窗口", "1", "王建国", "3号楼2单元501", "已约好", "1001"),),
    )  # fmt: skip
    assert await health.register(village.ctx, date(2025, 11, 5)) == Register(
        "医护预约", ("时间", "地点", "排号", "预约人", "房号", "状态", "编号"),
        (("11月5日 14:30到15:30", "上门", "1", "老伴", "3号楼2单元501", "已约好", "1002"),),
    )  # fmt: skip
