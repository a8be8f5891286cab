"""Complaints: the way of one, written once, and anonymous ones that name nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from community.errors import BadInput, Code, Conflict, NotFound
from community.labels import group
from community.services import complaint
from community.services.complaint import CONTENT, NOT_CONTENT, STAFF_MOVES
from community.store.identities import Party
from community.store.schema import ticket, ticket_event
from community.store.tickets import Ticket
from tests.community.village import Village

STATES = ("submitted", "handling", "replied", "closed", "withdrawn")

TABLE = {
    ("submitted", "accept"): "handling",
    ("submitted", "reply"): "replied",
    ("handling", "reply"): "replied",
    ("replied", "close"): "closed",
}
"(state, act of staff): the state it leads to; whatever is not here is refused"

ACTS = sorted({act for _, act in TABLE})


async def submit(
    village: Village, account: Party, turn_id: str, *, kind: str = "complaint", **more: object
) -> Ticket:
    values = {"description": "楼上半夜装修", "place": "3号楼", "anonymous": False} | more
    return await complaint.submit(village.ctx, account, kind=kind, turn_id=turn_id, **values)


def test_tables_name_every_state_and_every_act() -> None:
    assert set(group("complaint_state")) == set(STATES)
    assert set(STAFF_MOVES) == set(ACTS)


@pytest.mark.parametrize("act", ACTS)
async def test_act_of_staff_is_allowed_where_the_table_says_and_nowhere_else(
    village: Village, wang: Party, act: str
) -> None:
    led = {}
    for state in STATES:
        one = await village.complaint(wang, state=state)
        moving = complaint.staff_act(
            village.ctx, one.id, act, staff_id="staff_fang", version=1, note="清走了"
        )
        led[state] = await village.outcome(one, moving)
        if led[state] is not Code.STALE:
            assert (await village.moves(one))[1:] == [f"staff_fang {act} → {led[state]}"]
            assert (await village.history(one))[-1].note == "清走了"
    assert led == {state: TABLE.get((state, act), Code.STALE) for state in STATES}


async def test_staff_that_saw_an_older_version_change_nothing(
    village: Village, wang: Party
) -> None:
    one = await village.complaint(wang)
    await complaint.staff_act(village.ctx, one.id, "accept", staff_id="staff_fang", version=1)
    with pytest.raises(Conflict):
        await complaint.staff_act(village.ctx, one.id, "reply", staff_id="staff_wei", version=1)
    assert (await village.now(one)).state == "handling"


async def test_reply_whose_news_cannot_be_written_is_not_made(
    village: Village, wang: Party
) -> None:
    async def fails(_conn: object, _moved: Ticket) -> None:
        raise NotFound("no conversation")

    one = await village.complaint(wang)
    with pytest.raises(NotFound):
        await complaint.staff_act(
            village.ctx, one.id, "reply", staff_id="staff_fang", version=1, tell=fails
        )
    assert await village.now(one) == one


@pytest.mark.parametrize(("kind", "days"), [("complaint", 3), ("suggestion", 7)])
async def test_new_one_holds_what_was_said_and_when_it_is_due(
    village: Village, wang: Party, kind: str, days: int
) -> None:
    mine, others = await village.photo(wang), await village.photo(await village.account())
    made = await submit(village, wang, "turn_1", kind=kind, photos=(mine, others))
    now = village.clock.now()
    assert made == Ticket(
        id=made.id, no=1001, kind=kind, state="submitted", room_id="room_3_2_501",
        room_label="3号楼2单元501", identity_id=wang.identity_id,
        conversation_id=wang.conversation_id, place="3号楼", description="楼上半夜装修",
        urgency="normal", phone=None, anonymous=False, appointment_start=None,
        appointment_end=None, due_at=now + timedelta(days=days), assignee_id=None,
        assignee_name=None, score=None, reopened=0, urged=0, version=1, created_at=now,
        updated_at=now,
    )  # fmt: skip
    assert await village.photos_of(made) == [mine]


async def test_account_without_a_home_may_complain(village: Village, stranger: Party) -> None:
    made = await submit(village, stranger, "turn_1")
    assert (made.room_id, made.identity_id) == (None, stranger.identity_id)
    assert await complaint.mine(village.ctx, stranger) == [(made, None)]


async def test_turn_delivered_twice_files_one(village: Village, wang: Party) -> None:
    first = await submit(village, wang, "turn_1")
    again = await asyncio.gather(
        *(submit(village, wang, "turn_1", description="别的") for _ in range(10))
    )
    assert again == [first] * 10
    assert (await village.count(ticket), await village.count(ticket_event)) == (1, 1)


async def test_anonymous_one_holds_no_home_and_is_known_to_its_author_only(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    made = await submit(village, wang, "turn_1", anonymous=True)
    assert (made.anonymous, made.room_id, made.room_label, made.phone) == (True, None, None, None)
    assert await complaint.mine(village.ctx, wang) == [(made, None)]
    assert await complaint.mine(village.ctx, household) == []
    assert await complaint.mine(village.ctx, neighbour) == []


async def test_list_holds_the_own_households_newest_first_with_the_last_reply(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    first = await village.complaint(wang)
    second = await village.complaint(household)
    await village.complaint(neighbour)
    await village.complaint(stranger)
    await village.order(wang)
    replied = await complaint.staff_act(
        village.ctx, first.id, "reply", staff_id="staff_fang", version=1, note="清走了"
    )
    for account in (wang, household):
        found = await complaint.mine(village.ctx, account)
        assert [(one, reply and reply.note) for one, reply in found] == [
            (second, None), (replied, "清走了"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "led"),
    [
        (CONTENT, {"replied": "closed", "closed": "closed"}),
        (NOT_CONTENT, {"replied": "replied", "closed": "closed"}),
    ],
)
async def test_reply_is_judged_where_there_is_one_and_once_per_turn(
    village: Village, wang: Party, score: int, led: dict[str, str]
) -> None:
    found = {}
    for state in STATES:
        one = await village.complaint(wang, state=state)
        for _ in range(2):
            judging = complaint.rate(village.ctx, wang, one.no, score, turn_id=f"turn_{state}")
            try:
                judged = await judging
            except Conflict as refused:
                found[state] = refused.code
            else:
                found[state] = judged.state
                assert (judged.score, await village.moves(judged)) == (
                    score, ["resident created → submitted", f"resident rated → {judged.state}"],
                )  # fmt: skip
    assert found == {state: led.get(state, Code.STALE) for state in STATES}


@pytest.mark.parametrize("score", [0, 2, 3, 4, 6])
async def test_score_beyond_the_two_is_refused(village: Village, wang: Party, score: int) -> None:
    one = await village.complaint(wang, state="replied")
    with pytest.raises(BadInput):
        await complaint.rate(village.ctx, wang, one.no, score, turn_id="turn_r")
    assert await village.now(one) == one


async def test_reply_that_did_not_help_is_handled_again_once_with_a_new_time(
    village: Village, wang: Party
) -> None:
    found = {}
    for state in STATES:
        one = await village.complaint(wang, state=state)
        reopening = complaint.reopen(village.ctx, wang, one.no, "还是有", turn_id=f"turn_{state}")
        found[state] = await village.outcome(one, reopening)
    assert found == {
        state: "handling" if state in ("replied", "closed") else Code.STALE for state in STATES
    }
    one = await village.complaint(wang, state="replied")
    village.clock.advance(timedelta(days=5).total_seconds())
    for _ in range(2):
        again = await complaint.reopen(village.ctx, wang, one.no, "还是有", turn_id="turn_1")
    assert (again.reopened, again.due_at) == (1, village.clock.now() + timedelta(days=3))
    assert (await village.history(one))[-1].note == "还是有"
    replied = await complaint.staff_act(
        village.ctx, one.id, "reply", staff_id="staff_fang", version=2, note="又清了"
    )
    with pytest.raises(Conflict) as refused:
        await complaint.reopen(village.ctx, wang, one.no, "又来了", turn_id="turn_2")
    assert refused.value.code is Code.CONFLICT
    assert await village.now(one) == replied


async def test_nobody_judges_or_reopens_anothers(
    village: Village, wang: Party, neighbour: Party
) -> None:
    one = await village.complaint(wang, state="replied")
    with pytest.raises(NotFound):
        await complaint.rate(village.ctx, neighbour, one.no, CONTENT, turn_id="turn_1")
    with pytest.raises(NotFound):
        await complaint.reopen(village.ctx, neighbour, one.no, "还是有", turn_id="turn_2")
    assert await village.now(one) == one
