"""Law 3: who may speak is a state with an epoch; what was written under an older one is refused."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest
from sqlalchemy import delete, select, update

from community.errors import Code, Conflict, NotFound
from community.store.database import Database
from community.store.schema import conversation, message, queue_case
from community.store.schema import outbox as outbox_table
from community.times import FixedClock
from conversation import audit, outbox, ownership, queue
from conversation.messages import Draft
from conversation.ownership import LEADS_TO, STAFFED, Owner
from tests.conversation.talk import Talk


async def put(talk: Talk, conversation_id: str, state: Owner, **columns) -> None:
    """Set a state, however it would be reached."""
    async with talk.db.write() as conn:
        await conn.execute(update(conversation).values(state=state, **columns))


async def move(talk: Talk, conversation_id: str, to: Owner, **named) -> int:
    async with talk.db.write() as conn:
        return await ownership.move(
            conn, talk.clock, conversation_id, to, actor="wang", cause="test", **named
        )


def test_table_of_states_is_the_designs() -> None:
    assert {state.value: sorted(to.value for to in ends) for state, ends in LEADS_TO.items()} == {
        "BOT": ["CLAIMED", "WAITING"],
        "WAITING": ["BOT", "CLAIMED", "PARKED"],
        "CLAIMED": ["CLAIMED", "PARKED", "WAITING", "WITH_HUMAN", "WRAP_UP"],
        "WITH_HUMAN": ["CLAIMED", "PARKED", "WAITING", "WITH_HUMAN", "WRAP_UP"],
        "PARKED": ["WAITING", "WITH_HUMAN", "WRAP_UP"],
        "WRAP_UP": ["RESOLVED"],
        "RESOLVED": ["BOT", "CLAIMED", "WAITING"],
    }


@pytest.mark.parametrize(("state", "to"), list(itertools.product(Owner, Owner)))
async def test_state_leads_where_the_table_says_and_nowhere_else(
    talk: Talk, state: Owner, to: Owner
) -> None:
    conversation_id = await talk.begin()
    await put(talk, conversation_id, state)
    if to in LEADS_TO[state]:
        assert await move(talk, conversation_id, to) == 1
        assert (await talk.floor(conversation_id)).state is to
    else:
        with pytest.raises(Conflict) as refused:
            await move(talk, conversation_id, to)
        assert refused.value.code is Code.STALE
        assert await talk.floor(conversation_id) == ownership.Ownership(
            conversation_id, state, 0, None, None
        )


async def test_every_move_adds_one_to_the_epoch_and_one_line_to_the_audit(talk: Talk) -> None:
    conversation_id = await talk.begin()
    epochs = [await move(talk, conversation_id, to) for to in (Owner.WAITING, Owner.CLAIMED)]
    async with talk.db.read() as conn:
        entries = await audit.of_object(conn, conversation_id)
    assert epochs == [1, 2]
    assert [(e.actor, e.act, e.detail) for e in entries] == [
        ("wang", "owner.waiting", {"cause": "test", "epoch": 1}),
        ("wang", "owner.claimed", {"cause": "test", "epoch": 2}),
    ]


async def test_of_two_that_expect_the_same_epoch_one_moves(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    results = await asyncio.gather(
        *(
            move(talk, conversation_id, Owner.CLAIMED, expect_epoch=0, owner_id=wang)
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    assert [result for result in results if isinstance(result, int)] == [1]
    losers = [result for result in results if isinstance(result, Conflict)]
    assert [loser.winner for loser in losers] == ["王师傅"] * 7


async def test_unknown_conversation_is_not_found(talk: Talk) -> None:
    with pytest.raises(NotFound):
        await talk.floor("conv_0")


async def test_boundary_is_set_by_a_close_kept_by_the_bot_and_ended_by_a_clerk(
    talk: Talk, wang: str
) -> None:
    conversation_id, record = await talk.begin(), {"by": "王师傅", "note": "换了阀门"}
    await put(talk, conversation_id, Owner.WRAP_UP)
    await move(talk, conversation_id, Owner.RESOLVED, boundary=record)
    for to in (Owner.BOT, Owner.WAITING):
        await move(talk, conversation_id, to)
        assert (await talk.floor(conversation_id)).boundary == record
    await move(talk, conversation_id, Owner.CLAIMED, owner_id=wang)
    assert (await talk.floor(conversation_id)).boundary is None


# --- the epoch at the insert and at the delivery


async def test_words_under_an_older_epoch_are_refused_at_the_insert(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await move(talk, conversation_id, Owner.WAITING)
    with pytest.raises(Conflict) as refused:
        await talk.say(conversation_id, "旧话", epoch=0)
    assert refused.value.code is Code.STALE
    assert await talk.transcript(conversation_id) == []


@pytest.mark.parametrize("state", sorted(STAFFED))
async def test_bot_is_refused_while_a_person_speaks_even_under_the_present_epoch(
    talk: Talk, wang: str, state: Owner
) -> None:
    conversation_id = await talk.begin()
    await put(talk, conversation_id, state, owner_id=wang)
    with pytest.raises(Conflict):
        await talk.say(conversation_id, "机器人的话")
    await talk.say(conversation_id, "人的话", key="k2", speaker="staff", staff_id=wang)
    assert await talk.transcript(conversation_id) == ["1 staff: 人的话"]


@pytest.mark.parametrize("state", list(Owner))
async def test_safety_sentence_is_stored_and_delivered_in_every_state(
    talk: Talk, wang: str, state: Owner
) -> None:
    conversation_id = await talk.begin()
    await put(talk, conversation_id, state, owner_id=wang if state in STAFFED else None)
    await talk.say(conversation_id, "先离开屋子", epoch=outbox.SAFETY_EPOCH, turn_id="turn_1")
    assert await talk.delivered(conversation_id) == ["先离开屋子"]


async def test_safety_sentence_is_delivered_although_a_claim_overtakes_it(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id, queue.Lane.EMERGENCY)
    await talk.say(conversation_id, "先离开屋子", epoch=outbox.SAFETY_EPOCH, turn_id="turn_1")
    await talk.claim(case, wang)
    assert await talk.delivered(conversation_id) == ["先离开屋子"]


async def test_answer_that_a_claim_overtook_is_never_delivered_even_after_the_close(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    await talk.say(conversation_id, "机器人的答复", turn_id="turn_1")
    await talk.claim(case, wang)
    assert await talk.delivered(conversation_id) == []
    await talk.resolve(case, wang)
    assert await talk.delivered(conversation_id) == []
    assert await talk.transcript(conversation_id) == ["1 bot: 机器人的答复"]


async def test_answer_that_was_handed_over_before_the_claim_stays_what_the_reader_saw(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    await talk.say(conversation_id, "机器人的答复", turn_id="turn_1")
    assert await talk.delivered(conversation_id) == ["机器人的答复"]
    await talk.claim(case, wang)
    assert await talk.delivered(conversation_id) == ["机器人的答复"]


async def test_news_of_an_order_outlives_a_claim(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    await talk.say(conversation_id, "师傅已接单")
    await talk.claim(case, wang)
    assert await talk.delivered(conversation_id) == ["师傅已接单"]


# --- bot against claim: the small model, whole, and many runs at random


STEPS = {
    "bot": ("generate", "insert"),
    "clerk": ("claim", "speak"),
    "reader": ("deliver", "deliver"),
}


def schedules() -> list[tuple[str, ...]]:
    """Every order of the six steps that keeps each actor's own order."""
    actors = [actor for actor, steps in STEPS.items() for _ in steps]
    return sorted(set(itertools.permutations(actors)))


@pytest.mark.parametrize("claimed_from", ["promised", "waiting"])
async def test_no_interleaving_lets_a_bot_message_follow_a_claim(
    talk: Talk, db: Database, clock: FixedClock, wang: str, claimed_from: str
) -> None:
    """generate, insert × claim, speak × deliver, deliver: all 90 orders, each step atomic."""
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    if claimed_from == "promised":
        await put(talk, conversation_id, Owner.BOT)
    assert len(schedules()) == 90
    for schedule in schedules():
        async with db.write() as conn:
            told: list[str] = []
            seen, cursor, claimed, epoch = -1, 0, False, None
            steps = {actor: iter(names) for actor, names in STEPS.items()}
            savepoint = await conn.begin_nested()
            for actor in schedule:
                step = next(steps[actor])
                if step == "generate":
                    epoch = (await ownership.current(conn, conversation_id)).epoch
                elif step == "insert":
                    try:
                        await outbox.say(
                            conn, clock, conversation_id, [Draft("bot")],
                            epoch=epoch, key="turn_1", turn_id="turn_1",
                        )  # fmt: skip
                        assert not claimed, schedule
                    except Conflict:
                        assert claimed, schedule
                elif step == "claim":
                    await queue.claim(conn, clock, case.id, wang, lease_s=75)
                    claimed, seen = True, len(told)
                elif step == "speak":
                    human = await queue.speak(conn, clock, case.id, wang)
                    await outbox.say(
                        conn, clock, conversation_id, [Draft("human")],
                        epoch=human, key="reply", speaker="staff", staff_id=wang,
                    )  # fmt: skip
                else:
                    messages, cursor = await outbox.deliver(conn, conversation_id, after=cursor)
                    told += [message.text for message in messages]
            assert "bot" not in told[seen:], schedule
            await savepoint.rollback()


async def begin_again(talk: Talk, conversations: list[str]) -> list[queue.Case]:
    """Everything as before the first run, and a case for each conversation."""
    async with talk.db.write() as conn:
        for table in (message, outbox_table, queue_case):
            await conn.execute(delete(table))
        await conn.execute(update(conversation).values(state="BOT", owner_id=None, next_seq=1))
        return [
            await queue.open_case(
                conn, talk.clock, one, lane=queue.Lane.NORMAL, reason="asked", summary={}
            )
            for one in conversations
        ]


async def test_no_bot_message_follows_a_claim_in_three_hundred_random_runs(
    talk: Talk, wang: str
) -> None:
    """A bot that looked at the epoch early or late, a claim, in an order thrown anew each time."""
    dice, batches, at_once = random.Random(20251103), 6, 50
    conversations = [await talk.begin(f"u{i}") for i in range(at_once)]
    after_claim: list[str] = []
    refused = 0

    async def bot(case: queue.Case, epoch: int | None) -> None:
        nonlocal refused
        if epoch is None:
            epoch = (await talk.floor(case.conversation_id)).epoch
        try:
            await talk.say(case.conversation_id, "bot", epoch=epoch, key="t", turn_id="t")
        except Conflict:
            refused += 1

    async def clerk(case: queue.Case) -> None:
        async with talk.db.write() as conn:
            await queue.claim(conn, talk.clock, case.id, wang, lease_s=75)
            await conn.execute(  # a mark of the moment: what is said later has a larger number
                update(queue_case)
                .where(queue_case.c.id == case.id)
                .values(
                    score=select(conversation.c.next_seq)
                    .where(conversation.c.id == case.conversation_id)
                    .scalar_subquery()
                )
            )

    for _ in range(batches):
        cases = await begin_again(talk, conversations)
        epochs = {case.id: (await talk.floor(case.conversation_id)).epoch for case in cases}
        acts = [
            *(bot(case, dice.choice([epochs[case.id], None])) for case in cases),
            *map(clerk, cases),
        ]
        dice.shuffle(acts)
        await asyncio.gather(*acts)
        async with talk.db.read() as conn:
            late = await conn.execute(
                select(message.c.text)
                .join(queue_case, queue_case.c.conversation_id == message.c.conversation_id)
                .where(message.c.seq >= queue_case.c.score)
            )
            after_claim += late.scalars()
    assert after_claim == []
    assert 0 < refused < batches * at_once  # both orders were met
