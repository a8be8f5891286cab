"""Words that nobody asked for: on every account of a home, in their time, and never between people."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from community.store.schema import identity, resident, room, timer
from community.times import SHANGHAI, FixedClock
from conversation import outbox, telling, timers
from conversation.messages import Draft
from tests.conversation.talk import Talk

NEWS = [Draft("师傅明天上午来。", (("好", "/affirm"),))]


@pytest.fixture
async def home(talk: Talk) -> list[str]:
    """Two accounts of a home, the second of which is 王秀英's; and one of nobody's."""
    begun = [await talk.begin(user) for user in ("first", "second", "third")]
    async with talk.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        await conn.execute(
            insert(resident).values(id="p", room_id="r", name="王秀英", role="owner", notes={})
        )
        for user, person in (("first", None), ("second", "p")):
            await conn.execute(
                update(identity)
                .where(identity.c.user_key == user)
                .values(room_id="r", resident_id=person)
            )
    return begun


async def tell(talk: Talk, conversation_ids: list[str], *, at_any_hour: bool = False) -> None:
    async with talk.db.write() as conn:
        await telling.tell(
            conn, talk.clock, conversation_ids, NEWS, key="n", at_any_hour=at_any_hour
        )


async def heard(talk: Talk, conversation_ids: list[str]) -> list[list[str]]:
    return [await talk.delivered(one) for one in conversation_ids]


async def fire(talk: Talk) -> int:
    return await timers.fire_due(talk.db, talk.clock, telling.timers(talk.clock))


async def until_hour(talk: Talk, hour: int, minute: int = 0) -> None:
    """Let the clock come to the next such time of the day."""
    now = talk.clock.now().astimezone(SHANGHAI)
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    talk.clock.advance((wanted - now).total_seconds() % 86_400)


async def test_home_is_every_account_that_is_linked_to_it(talk: Talk, home: list[str]) -> None:
    async with talk.db.read() as conn:
        assert set(await telling.of_home(conn, "r")) == set(home[:2])
        assert await telling.of_person(conn, "p") == home[1:2]
        assert await telling.of_home(conn, "elsewhere") == []


async def test_words_are_said_once_to_each(talk: Talk, home: list[str]) -> None:
    for _ in range(2):
        await tell(talk, home[:2])
    assert await heard(talk, home) == [["师傅明天上午来。"], ["师傅明天上午来。"], []]


async def test_quiet_hours_hold_words_back_until_the_morning(talk: Talk, home: list[str]) -> None:
    await until_hour(talk, 22)
    await tell(talk, home[:1])
    assert (await heard(talk, home[:1]), await fire(talk)) == ([[]], 0)
    await until_hour(talk, 7, 30)
    assert await fire(talk) == 1
    async with talk.db.read() as conn:
        (said,) = (await outbox.transcript(conn, home[0]))[-1:]
    assert [(one.label, one.payload) for one in said.choices] == [("好", "/affirm")]
    assert await heard(talk, home[:1]) == [["师傅明天上午来。"]]
    assert await fire(talk) == 0


async def test_what_its_owner_set_comes_at_night(talk: Talk, home: list[str]) -> None:
    await until_hour(talk, 3)
    await tell(talk, home[:1], at_any_hour=True)
    assert await heard(talk, home[:1]) == [["师傅明天上午来。"]]


async def test_machine_does_not_speak_between_two_people(
    talk: Talk, home: list[str], wang: str
) -> None:
    case = await talk.claim(await talk.open(home[0]), wang)
    await tell(talk, home[:1])
    talk.clock.advance(telling.LOOK_AGAIN.total_seconds())
    assert (await fire(talk), await heard(talk, home[:1])) == (1, [[]])
    await talk.resolve(case, wang)
    talk.clock.advance(telling.LOOK_AGAIN.total_seconds())
    assert await fire(talk) == 1
    assert (await heard(talk, home[:1]))[0][-1] == "师傅明天上午来。"
    async with talk.db.read() as conn:
        assert (await conn.execute(select(timer.c.state))).scalars().all().count("pending") == 0


@pytest.mark.parametrize(
    ("said_at", "comes_at"),
    [
        ((3, 7, 29), (3, 7, 30)), ((3, 7, 30), (3, 7, 30)), ((3, 21, 29), (3, 21, 29)),
        ((3, 21, 30), (4, 7, 30)), ((4, 0, 0), (4, 7, 30)), ((30, 23, 0), (31, 7, 30)),
    ],
)  # fmt: skip
def test_quiet_hours_end_in_the_morning(
    said_at: tuple[int, int, int], comes_at: tuple[int, int, int]
) -> None:
    def moment(day: int, hour: int, minute: int) -> datetime:
        return FixedClock(datetime(2025, 12, day, hour, minute, tzinfo=SHANGHAI)).now()

    assert telling.after_quiet(moment(*said_at)) == moment(*comes_at)


async def test_words_that_would_come_too_late_are_never_said(
    talk: Talk, home: list[str], wang: str
) -> None:
    """Held back beyond their time they are stale: by the night, or by a person's conversation."""
    await until_hour(talk, 22)
    until = talk.clock.now() + timedelta(hours=5)
    async with talk.db.write() as conn:
        await telling.tell(conn, talk.clock, home[:1], NEWS, key="night", until=until)
    await until_hour(talk, 9)
    assert (await fire(talk), await heard(talk, home[:1])) == (0, [[]])
    case = await talk.claim(await talk.open(home[1]), wang)
    until = talk.clock.now() + timedelta(minutes=15)
    async with talk.db.write() as conn:
        await telling.tell(conn, talk.clock, home[1:2], NEWS, key="busy", until=until)
    for _ in range(2):
        talk.clock.advance(telling.LOOK_AGAIN.total_seconds())
        await fire(talk)
    await talk.resolve(case, wang)
    talk.clock.advance(telling.LOOK_AGAIN.total_seconds())
    assert await fire(talk) == 0
    assert "师傅明天上午来。" not in (await heard(talk, home[1:2]))[0]
