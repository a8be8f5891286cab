"""Answers for Home Assistant: a satellite is a speaker, and hears what waits for it as well."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.store import identities
from community.store.schema import identity, room, spoken
from community.store.schema import outbox as outbox_table
from connectors.app import GATEWAY
from connectors.wyoming.answers import Answers
from connectors.wyoming.services import Answered, Asked
from conversation import outbox
from conversation.messages import Draft

SATELLITE = {"satellite_id": "bedroom", "conversation_id": "c1"}
WHERE = Reply(
    (Draft("哪里坏了？", (("厨房", "/kitchen"), ("卫生间", "/bath"))),), "report_repair", 0.9
)


async def answers(start_gateway: Any, **script: Reply) -> tuple[Any, Answers]:
    gateway = await start_gateway(ScriptedEngine(script))
    return gateway, Answers(gateway.app[GATEWAY])


async def put_home(gateway: Any) -> None:
    async with gateway.db.write() as conn:
        await conn.execute(
            room.insert().values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        found = await conn.execute(select(identity.c.id))
        await identities.bind(conn, gateway.clock, found.scalar_one(), "r", None)


async def test_satellite_of_nobody_is_answered_and_says_its_code_once(start_gateway: Any) -> None:
    _, ask = await answers(start_gateway)
    first = await ask(Asked("你好", SATELLITE))
    assert first.text.startswith("听到：你好。您好，我还没有登记到您家。")
    assert await ask(Asked("在吗", SATELLITE)) == Answered("听到：在吗。")


async def test_choices_are_named_and_what_waited_is_said_first(start_gateway: Any) -> None:
    gateway, ask = await answers(start_gateway, 报修=WHERE)
    await ask(Asked("你好", SATELLITE))
    await put_home(gateway)
    async with gateway.db.write() as conn:
        conversation_id = (
            await conn.execute(select(outbox_table.c.conversation_id).limit(1))
        ).scalar_one()
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft("师傅下午来")], epoch=0, key="s",
            speaker="staff",
        )  # fmt: skip
    answered = await ask(Asked("报修", SATELLITE))
    assert answered.text == "工作人员说，师傅下午来。哪里坏了？您可以说：厨房，或者卫生间。"
    async with gateway.db.read() as conn:
        fates = await conn.execute(select(spoken.c.fate))
        assert fates.scalars().all() == ["played", "played", "played"]


DOSE = "该吃降压药了。"
WHO = "有一条给主人的消息，是哪位在听？请说一下您是谁。"


@pytest.fixture
async def told(start_gateway: Any) -> tuple[Any, Answers]:
    """A satellite at home for which something private waits."""
    gateway, ask = await answers(start_gateway)
    await ask(Asked("你好", SATELLITE))
    await put_home(gateway)
    async with gateway.db.write() as conn:
        conversation_id = (
            await conn.execute(select(outbox_table.c.conversation_id).limit(1))
        ).scalar_one()
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft(DOSE, private=True)], epoch=0, key="r"
        )
    return gateway, ask


async def private_states(gateway: Any) -> list[str]:
    async with gateway.db.read() as conn:
        states = await conn.execute(
            select(outbox_table.c.state).where(outbox_table.c.private.is_(True))
        )
        return list(states.scalars())


async def test_what_is_private_is_announced_and_said_to_its_owner(told: Any) -> None:
    gateway, ask = told
    assert await ask(Asked("在吗", SATELLITE)) == Answered(f"听到：在吗。{WHO}")
    assert await private_states(gateway) == ["ready"]
    assert await ask(Asked("是我", SATELLITE)) == Answered(DOSE)
    assert await private_states(gateway) == ["sent"]


async def test_somebody_else_does_not_hear_it_and_it_goes_on_waiting(told: Any) -> None:
    gateway, ask = told
    await ask(Asked("在吗", SATELLITE))
    assert await ask(Asked("她不在", SATELLITE)) == Answered("好的，那我等主人在的时候再说。")
    assert await ask(Asked("是我", SATELLITE)) == Answered(f"听到：是我。{WHO}")
    assert await private_states(gateway) == ["ready"]


async def test_other_words_are_a_turn_as_ever_and_the_question_is_over_after_a_while(
    told: Any,
) -> None:
    gateway, ask = told
    await ask(Asked("在吗", SATELLITE))
    gateway.clock.advance(121)
    assert (await ask(Asked("是我", SATELLITE))).text == f"听到：是我。{WHO}"
    assert (await ask(Asked("几点了", SATELLITE))).text == f"听到：几点了。{WHO}"


async def test_owner_is_known_for_five_minutes_at_that_satellite_alone(told: Any) -> None:
    gateway, ask = told
    await ask(Asked("在吗", SATELLITE))
    await ask(Asked("是我", SATELLITE))
    for minutes, heard in ((4, "该量血压了。听到：在吗。"), (2, f"听到：在吗。{WHO}")):
        gateway.clock.advance(minutes * 60)
        async with gateway.db.write() as conn:
            found = await conn.execute(select(outbox_table.c.conversation_id).limit(1))
            await outbox.say(
                conn, gateway.clock, found.scalar_one(), [Draft("该量血压了。", private=True)],
                epoch=0, key=f"after {minutes}",
            )  # fmt: skip
        assert (await ask(Asked("在吗", SATELLITE))).text == heard


async def test_two_satellites_have_a_conversation_each(start_gateway: Any) -> None:
    gateway, ask = await answers(start_gateway)
    await ask(Asked("一", SATELLITE))
    await ask(Asked("二", {"satellite_id": "kitchen"}))
    await ask(Asked("三", {}))
    async with gateway.db.read() as conn:
        keys = await conn.execute(select(identity.c.user_key).order_by(identity.c.user_key))
        assert keys.scalars().all() == ["wyoming:bedroom", "wyoming:box", "wyoming:kitchen"]


async def test_words_without_words_are_no_turn(start_gateway: Any) -> None:
    gateway, ask = await answers(start_gateway)
    assert not (await ask(Asked("  ", SATELLITE))).handled
    assert gateway.engine.asked == []
