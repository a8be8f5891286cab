"""The waiting line for parking spaces: both homes are told when a space goes on to the next."""

from __future__ import annotations

from bot.reminders import handlers
from community.services import parking
from community.store.database import Database
from community.store.identities import Party
from community.times import FixedClock
from conversation import outbox, timers
from tests.community.estate import add_lot
from tests.community.village import Village

DAY = 24 * 3600


async def told(village: Village, who: Party) -> list[str]:
    async with village.db.read() as conn:
        return [one.text for one in await outbox.transcript(conn, who.conversation_id)]


async def set_look(village: Village, n: int = 0) -> None:
    async with village.db.write() as conn:
        due_at = village.clock.now()
        await timers.set_timer(
            conn, kind="parking_line", key=f"parking_line:{n}", due_at=due_at, payload={}
        )


async def fire(village: Village) -> int:
    return await timers.fire_due(village.db, village.clock, handlers(village.clock))


async def test_space_that_was_not_fetched_goes_on_and_both_are_told_once(
    db: Database, clock: FixedClock
) -> None:
    village = Village(db, clock)
    await add_lot(village, "B1-04")
    first, second, third = [
        await village.account(await village.home(9, 1, str(n), code=f"9{n}")) for n in range(3)
    ]
    for i, who in enumerate((first, second)):
        await parking.request(village.ctx, who, turn_id=f"t{i}", kind="rent")
    await set_look(village)
    assert await fire(village) == 1
    assert [await told(village, who) for who in (first, second)] == [[], []]
    clock.advance(3 * DAY)
    await set_look(village)
    assert await fire(village) == 1
    assert await told(village, first) == [
        "给您留的B1-04车位过了时间没有来办，不再留了。还要的话请再跟我说一声“租车位”。"
    ]
    served = [
        "您排的车位轮到了，给您留了B1-04，编号1002。请在11月9日 14:05前到物业前台办手续，过时就让给下一户。"
    ]
    assert await told(village, second) == served
    await set_look(village, 1)
    await fire(village)
    assert await told(village, second) == served
    await parking.request(village.ctx, third, turn_id="t3", kind="rent")
    clock.advance(3 * DAY)
    assert await fire(village) == 1  # the timer of the space that was given on
    assert [len(await told(village, who)) for who in (first, second, third)] == [1, 2, 1]
