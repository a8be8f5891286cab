"""The watch over cases: nobody waits without a date, and a resident hears when their clerk is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.phrases import phrase
from bot.watch import UNATTENDED_S, Watch, tell_put_back
from community.store.database import Database
from community.times import FixedClock
from conversation import duty, queue, timers
from conversation.queue import Case, Lane
from tests.conftest import add_staff
from tests.conversation.talk import Talk

PROMISED = phrase("handoff.promised", until="11月4日 09:00", no=1001)
GONE = phrase("handoff.lease_lost")


class House:
    """A watch, and the clerks who come and go."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.talk = Talk(db, clock)
        self.notified: list[str] = []
        self.watch = Watch(db, clock, notify=self.notified.append)

    async def on_duty(self, staff_id: str, on_duty: bool) -> None:
        async with self.talk.db.write() as conn:
            await duty.set_on_duty(conn, staff_id, on_duty)

    async def case(self, lane: Lane = Lane.NORMAL) -> Case:
        return await self.talk.open(await self.talk.begin(), lane)

    async def fire(self) -> int:
        return await timers.fire_due(self.talk.db, self.talk.clock, self.watch.timers)

    async def told(self, case: Case) -> list[str]:
        return await self.talk.delivered(case.conversation_id)


@pytest.fixture
def house(db: Database, clock: FixedClock) -> House:
    return House(db, clock)


# --- nobody on duty


async def test_case_that_waits_for_nobody_is_promised_a_date_after_its_time(
    house: House, wang: str
) -> None:
    case = await house.case()
    await house.on_duty(wang, False)
    steps = [await house.watch.step()]
    for passed in (UNATTENDED_S - 1, 1, 10):
        house.talk.clock.advance(passed)
        steps.append(await house.watch.step())
    assert steps == [0, 0, 1, 0]
    assert await house.told(case) == [PROMISED]
    assert house.notified == [case.conversation_id]
    assert (await house.talk.case(case)).state == queue.PROMISED
    assert await house.talk.stands(case.conversation_id) == ("BOT", None)


async def test_change_of_shift_is_no_absence(house: House, wang: str) -> None:
    case = await house.case()
    for on_duty in (False, True, False):
        await house.on_duty(wang, on_duty)
        assert await house.watch.step() == 0
        house.talk.clock.advance(UNATTENDED_S - 1)
    assert await house.watch.step() == 0
    assert await house.told(case) == []


async def test_emergency_waits_on_without_a_promise(house: House) -> None:
    case = await house.case(Lane.EMERGENCY)
    for _ in range(3):
        assert await house.watch.step() == 0
        house.talk.clock.advance(UNATTENDED_S)
    assert (await house.talk.case(case)).state == queue.WAITING
    assert await house.told(case) == []


async def test_promise_is_not_put_between_the_words_of_a_clerk(house: House, wang: str) -> None:
    conversation_id = await house.talk.begin()
    case = await house.talk.open(conversation_id)
    await house.talk.claim(await house.talk.open(conversation_id, Lane.EMERGENCY), wang)
    await house.on_duty(wang, False)
    await house.watch.step()
    house.talk.clock.advance(UNATTENDED_S)
    assert await house.watch.step() == 1
    assert (await house.talk.case(case)).state == queue.PROMISED
    assert await house.told(case) == []


async def test_every_waiting_resident_is_told_their_own_number(house: House, wang: str) -> None:
    cases = [await house.talk.open(await house.talk.begin(user)) for user in ("a", "b")]
    await house.on_duty(wang, False)
    await house.watch.step()
    house.talk.clock.advance(UNATTENDED_S)
    assert await house.watch.step() == 2
    assert [await house.told(case) for case in cases] == [
        [phrase("handoff.promised", until="11月4日 09:00", no=no)] for no in (1001, 1002)
    ]


# --- a clerk who fell silent or left


async def test_lost_lease_is_told_to_the_resident(house: House, wang: str) -> None:
    case = await house.talk.claim(await house.case(), wang)
    house.talk.clock.advance(74)
    assert (await house.fire(), await house.told(case)) == (0, [])
    house.talk.clock.advance(1)
    assert (await house.fire(), await house.told(case)) == (1, [GONE])
    assert await house.talk.stands(case.conversation_id) == ("WAITING", None)


async def test_lease_that_was_renewed_is_told_to_nobody(house: House, wang: str) -> None:
    case = await house.talk.claim(await house.case(), wang)
    house.talk.clock.advance(60)
    await house.talk.act(queue.renew, wang, lease_s=75.0)
    house.talk.clock.advance(15)
    assert (await house.fire(), await house.told(case)) == (1, [])


async def test_each_lost_lease_is_told_once(house: House, wang: str) -> None:
    case = await house.case()
    for _ in range(2):
        await house.talk.claim(case, wang)
        house.talk.clock.advance(75)
        assert [await house.fire(), await house.fire()] == [1, 0]
    assert await house.told(case) == [GONE, GONE]


@pytest.mark.parametrize(("on_duty", "told"), [(True, []), (False, [GONE])])
async def test_parked_case_comes_back_to_its_clerk_or_the_resident_hears_that_another_comes(
    house: House, wang: str, on_duty: bool, told: list[str]
) -> None:
    case = await house.talk.claim(await house.case(), wang)
    until = house.talk.clock.now() + timedelta(hours=1)
    await house.talk.act(queue.park, case.id, wang, until)
    await house.on_duty(wang, on_duty)
    house.talk.clock.advance(3600)
    assert await house.fire() == 1
    assert await house.told(case) == told
    assert (await house.talk.case(case)).state == (queue.OWNED if on_duty else queue.WAITING)


async def test_resident_who_is_spoken_to_by_another_hears_nothing_of_a_lost_lease(
    house: House, wang: str, db: Database
) -> None:
    li = await add_staff(db, "li", "李姐")
    case = await house.talk.claim(await house.case(), wang)
    await house.talk.claim(await house.case(Lane.EMERGENCY), li, lease_s=600)
    house.talk.clock.advance(75)
    assert (await house.fire(), await house.told(case)) == (1, [])
    assert await house.talk.stands(case.conversation_id) == ("CLAIMED", li)


async def test_put_back_is_told_once_for_each_time(house: House, wang: str) -> None:
    case = await house.case()
    for _ in range(2):
        async with house.talk.db.write() as conn:
            await tell_put_back(conn, house.talk.clock, case.id)
    assert await house.told(case) == [GONE]
