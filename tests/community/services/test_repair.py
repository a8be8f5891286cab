"""Repair orders: which moves a state allows, writes once per turn, and one household's eyes only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from community.errors import BadInput, Code, Conflict, NotBound, NotFound
from community.labels import group
from community.services import repair
from community.services.repair import STAFF_MOVES
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import ticket, ticket_event
from community.store.tickets import Ticket
from tests.community.village import Village
from tests.conftest import add_staff

STATES = (
    "pending", "accepted", "paused", "to_pay", "to_rate", "to_visit", "closed", "unresolved",
    "withdrawn",
)  # fmt: skip

STAFF_TABLE = {
    ("pending", "dispatch"): "accepted",
    ("pending", "give_up"): "unresolved",
    ("accepted", "dispatch"): "accepted",
    ("accepted", "return"): "pending",
    ("accepted", "pause"): "paused",
    ("accepted", "finish"): "to_rate",
    ("accepted", "finish_paid"): "to_pay",
    ("accepted", "give_up"): "unresolved",
    ("paused", "resume"): "accepted",
    ("paused", "give_up"): "unresolved",
    ("to_pay", "paid"): "to_rate",
    ("to_rate", "call_back"): "closed",
    ("to_visit", "call_back"): "closed",
}
"(state, act of staff): the state it leads to; whatever is not here is refused"

ACTS = sorted({act for _, act in STAFF_TABLE})

RESIDENT_TABLE = {
    **{(state, "urge"): state for state in ("pending", "accepted", "paused")},
    **{(state, "reschedule"): state for state in ("pending", "accepted", "paused")},
    **{(state, "withdraw"): "withdrawn" for state in ("pending", "accepted", "paused")},
    ("withdrawn", "withdraw"): "withdrawn",
    ("to_pay", "rate"): "to_pay",
    ("to_rate", "rate"): "to_visit",
    ("to_visit", "rate"): "to_visit",
    ("closed", "rate"): "closed",
    ("unresolved", "rate"): "unresolved",
    **{
        (state, "reopen"): "pending"
        for state in ("to_pay", "to_rate", "to_visit", "closed", "unresolved")
    },
}
"(state, act of the resident): the state it leads to"

ASKED = ("urge", "reschedule", "withdraw", "rate", "reopen")


async def ask(village: Village, account: Party, act: str, no: int, turn_id: str) -> Ticket:
    """One act of a resident on an order; `find` is the look before it."""
    if act == "find":
        return await repair.find(village.ctx, account, no)
    now = village.clock.now()
    more = {
        "reschedule": ((now + timedelta(hours=1), now + timedelta(hours=3)),),
        "rate": (4,),
        "reopen": ("又漏了",),
    }
    done: Ticket = await getattr(repair, act)(
        village.ctx, account, no, *more.get(act, ()), turn_id=turn_id
    )
    return done


async def create(village: Village, account: Party, turn_id: str, words: str = "灯不亮") -> Ticket:
    return await repair.create(
        village.ctx, account, turn_id=turn_id, description=words, place=None, phone=None,
        appointment=None,
    )  # fmt: skip


@pytest.fixture
async def liu(db: Database) -> str:
    return await add_staff(db, "staff_liu", "刘师傅")


# --- the table of moves


def test_tables_name_every_state_and_every_act() -> None:
    assert set(group("repair_state")) == set(STATES)
    assert set(STAFF_MOVES) == set(ACTS)
    assert {*repair.OPEN, *repair.FINISHED, "withdrawn"} == set(STATES)


@pytest.mark.parametrize("act", ACTS)
async def test_act_of_staff_is_allowed_where_the_table_says_and_nowhere_else(
    village: Village, wang: Party, liu: str, act: str
) -> None:
    led = {}
    for state in STATES:
        one = await village.order(wang, state=state)
        moving = repair.staff_act(
            village.ctx, one.id, act, staff_id=liu, version=1, assignee_id=liu, note="带垫圈"
        )
        led[state] = await village.outcome(one, moving)
        if led[state] is not Code.STALE:
            assert (await village.moves(one))[1:] == [f"{liu} {act} → {led[state]}"]
            assert (await village.history(one))[-1].note == "带垫圈"
    assert led == {state: STAFF_TABLE.get((state, act), Code.STALE) for state in STATES}


@pytest.mark.parametrize("act", ASKED)
async def test_act_of_the_resident_is_allowed_where_the_table_says_and_nowhere_else(
    village: Village, wang: Party, act: str
) -> None:
    led = {}
    for state in STATES:
        one = await village.order(wang, state=state)
        moving = ask(village, wang, act, one.no, f"turn_{state}")
        led[state] = await village.outcome(one, moving)
    assert led == {state: RESIDENT_TABLE.get((state, act), Code.STALE) for state in STATES}


async def test_whole_life_of_an_order_is_written_move_by_move(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang)
    acts = ("dispatch", "pause", "resume", "return", "dispatch", "finish_paid", "paid")
    for version, act in enumerate(acts, start=1):
        await repair.staff_act(
            village.ctx, one.id, act, staff_id="staff_liu", version=version, assignee_id=liu
        )
    await repair.rate(village.ctx, wang, one.no, 5, turn_id="turn_rate")
    closed = await repair.staff_act(village.ctx, one.id, "call_back", staff_id=liu, version=9)
    assert (closed.state, closed.score, closed.version) == ("closed", 5, 10)
    events = await village.history(one)
    assert [event.seq for event in events] == list(range(1, 11))
    assert [f"{event.actor} {event.kind}" for event in events] == [
        "resident created", "staff_liu dispatch", "staff_liu pause", "staff_liu resume",
        "staff_liu return", "staff_liu dispatch", "staff_liu finish_paid", "staff_liu paid",
        "resident rated", "staff_liu call_back",
    ]  # fmt: skip


async def test_dispatch_names_the_worker_and_return_forgets_him(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang)
    sent = await repair.staff_act(
        village.ctx, one.id, "dispatch", staff_id="staff_fang", version=1, assignee_id=liu
    )
    paused = await repair.staff_act(village.ctx, one.id, "pause", staff_id=liu, version=2)
    await repair.staff_act(village.ctx, one.id, "resume", staff_id=liu, version=3)
    back = await repair.staff_act(village.ctx, one.id, "return", staff_id=liu, version=4)
    assert [(t.assignee_id, t.assignee_name) for t in (sent, paused, back)] == [
        (liu, "刘师傅"), (liu, "刘师傅"), (None, None),
    ]  # fmt: skip


async def test_staff_that_saw_an_older_version_change_nothing(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang)
    await repair.urge(village.ctx, wang, one.no, turn_id="turn_u")
    with pytest.raises(Conflict) as refused:
        await repair.staff_act(
            village.ctx, one.id, "dispatch", staff_id=liu, version=1, assignee_id=liu
        )
    assert refused.value.code is Code.STALE
    assert (await village.now(one)).state == "pending"


async def test_of_eight_that_dispatch_at_once_one_wins(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang)
    results = await asyncio.gather(
        *(
            repair.staff_act(
                village.ctx, one.id, "dispatch", staff_id=f"s{i}", version=1, assignee_id=liu
            )
            for i in range(8)
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 7 + ["Ticket"]
    assert len(await village.history(one)) == 2


async def test_move_whose_news_cannot_be_written_is_not_made(
    village: Village, wang: Party, liu: str
) -> None:
    async def fails(_conn: object, _moved: Ticket) -> None:
        raise NotFound("no conversation")

    one = await village.order(wang)
    with pytest.raises(NotFound):
        await repair.staff_act(
            village.ctx, one.id, "dispatch", staff_id=liu, version=1, assignee_id=liu, tell=fails
        )
    assert await village.now(one) == one
    assert await village.moves(one) == ["resident created → pending"]


# --- what a new order holds


async def test_new_order_holds_what_was_said_and_when_it_is_due(
    village: Village, wang: Party
) -> None:
    now = village.clock.now()
    window = (now + timedelta(hours=20), now + timedelta(hours=22))
    mine, others = await village.photo(wang), await village.photo(await village.account())
    made = await repair.create(
        village.ctx, wang, turn_id="turn_1", description="厨房水管漏水", place="厨房",
        phone="13812348000", appointment=window, photos=[mine, others],
    )  # fmt: skip
    assert made == Ticket(
        id=made.id, no=1001, kind="repair", state="pending", room_id="room_3_2_501",
        room_label="3号楼2单元501", identity_id=wang.identity_id,
        conversation_id=wang.conversation_id, place="厨房", description="厨房水管漏水",
        urgency="high", phone="13812348000", anonymous=False, appointment_start=window[0],
        appointment_end=window[1], due_at=now + timedelta(minutes=30), assignee_id=None,
        assignee_name=None, score=None, reopened=0, urged=0, version=1, created_at=now,
        updated_at=now,
    )  # fmt: skip
    assert await village.photos_of(made) == [mine]


async def test_order_needs_a_home(village: Village, stranger: Party) -> None:
    with pytest.raises(NotBound):
        await create(village, stranger, "turn_1")
    assert await village.count(ticket) == 0


# --- once per turn


async def test_turn_delivered_twice_opens_one_order(village: Village, wang: Party) -> None:
    first = await create(village, wang, "turn_1")
    again = await create(village, wang, "turn_1", "说的是别的了")
    other = await create(village, wang, "turn_2")
    assert again == first
    assert (first.no, other.no) == (1001, 1002)
    assert (await village.count(ticket), await village.count(ticket_event)) == (2, 2)


async def test_turn_delivered_twenty_times_at_once_to_two_processes_opens_one_order(
    village: Village, wang: Party, db: Database, data_dir
) -> None:
    elsewhere = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    other = Village(elsewhere, village.clock)
    made = await asyncio.gather(*(create(place, wang, "turn_1") for place in [village, other] * 10))
    await elsewhere.close()
    assert {one.no for one in made} == {1001}
    assert (await village.count(ticket), await village.count(ticket_event)) == (1, 1)


@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("urge", "pending"),
        ("reschedule", "pending"),
        ("withdraw", "pending"),
        ("rate", "to_rate"),
        ("reopen", "closed"),
    ],
)
async def test_act_delivered_twice_is_one_move(
    village: Village, wang: Party, act: str, state: str
) -> None:
    one = await village.order(wang, state=state)
    first = await ask(village, wang, act, one.no, "turn_act")
    village.clock.advance(30)
    again = await ask(village, wang, act, one.no, "turn_act")
    assert again == first
    assert (again.version, len(await village.history(one))) == (2, 2)


async def test_two_turns_that_urge_are_two_events(village: Village, wang: Party) -> None:
    one = await village.order(wang)
    urged = [
        (await repair.urge(village.ctx, wang, one.no, turn_id=f"turn_{i}")).urged for i in range(3)
    ]
    assert urged == [1, 2, 3]
    assert (await village.moves(one))[1:] == ["resident urged → pending"] * 3


async def test_reopen_delivered_again_after_the_next_dispatch_changes_nothing(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang, state="closed")
    await repair.reopen(village.ctx, wang, one.no, "又漏了", turn_id="turn_r")
    sent = await repair.staff_act(
        village.ctx, one.id, "dispatch", staff_id=liu, version=2, assignee_id=liu
    )
    assert await repair.reopen(village.ctx, wang, one.no, "又漏了", turn_id="turn_r") == sent


@pytest.mark.parametrize(
    ("act", "state", "moved_to"),
    [
        ("urge", "pending", "to_rate"), ("reschedule", "accepted", "closed"),
        ("withdraw", "pending", "withdrawn"), ("rate", "to_rate", "pending"),
    ],
)  # fmt: skip
async def test_act_delivered_again_after_the_order_moved_on_changes_nothing(
    village: Village, wang: Party, act: str, state: str, moved_to: str
) -> None:
    one = await village.order(wang, state=state)
    await ask(village, wang, act, one.no, "turn_act")
    moved, before = await village.put(one, moved_to), await village.history(one)
    assert await ask(village, wang, act, one.no, "turn_act") == moved
    assert await village.history(one) == before


# --- judged before it is paid


async def test_order_rated_before_it_was_paid_is_not_asked_about_again(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang, state="to_pay")
    await repair.rate(village.ctx, wang, one.no, 4, turn_id="turn_rate")
    paid = await repair.staff_act(village.ctx, one.id, "paid", staff_id=liu, version=2)
    assert (paid.state, paid.score) == ("to_visit", 4)


async def test_score_of_before_a_reopening_is_not_the_second_visits(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang, state="to_pay")
    await repair.rate(village.ctx, wang, one.no, 1, turn_id="turn_rate")
    await repair.reopen(village.ctx, wang, one.no, "又漏了", turn_id="turn_r")
    await village.put(one, "to_pay")
    paid = await repair.staff_act(village.ctx, one.id, "paid", staff_id=liu, version=3)
    assert paid.state == "to_rate"


# --- an unhappy close


async def test_reopened_order_is_back_in_the_queue_with_what_is_wrong(
    village: Village, wang: Party, liu: str
) -> None:
    one = await village.order(wang, "灯不亮")
    await repair.staff_act(
        village.ctx, one.id, "dispatch", staff_id=liu, version=1, assignee_id=liu
    )
    await repair.staff_act(village.ctx, one.id, "finish", staff_id=liu, version=2)
    village.clock.advance(3600)
    again = await repair.reopen(village.ctx, wang, one.no, "还是不亮", turn_id="turn_r")
    now = village.clock.now()
    assert again == replace(
        one, state="pending", reopened=1, version=4, updated_at=now,
        due_at=now + timedelta(minutes=30),
    )  # fmt: skip
    assert (await village.history(one))[-1].note == "还是不亮"


async def test_order_is_reopened_once(village: Village, wang: Party) -> None:
    one = await village.order(wang, state="closed")
    await repair.reopen(village.ctx, wang, one.no, "又漏了", turn_id="turn_1")
    await village.put(one, "closed")
    with pytest.raises(Conflict) as refused:
        await repair.reopen(village.ctx, wang, one.no, "还漏", turn_id="turn_2")
    assert refused.value.code is Code.CONFLICT
    assert (await village.now(one)).state == "closed"


@pytest.mark.parametrize("score", [-1, 0, 6, 100])
async def test_score_beyond_the_scale_is_refused(village: Village, wang: Party, score: int) -> None:
    one = await village.order(wang, state="to_rate")
    with pytest.raises(BadInput):
        await repair.rate(village.ctx, wang, one.no, score, turn_id="turn_1")
    assert await village.now(one) == one


# --- one household's eyes only


@pytest.mark.parametrize("act", ["find", *ASKED])
async def test_anothers_order_is_as_absent_as_one_that_never_was(
    village: Village, wang: Party, neighbour: Party, stranger: Party, act: str
) -> None:
    one = await village.order(wang, state="to_rate" if act in {"rate", "reopen"} else "pending")
    told = []
    for thief in (neighbour, stranger):
        for no in (one.no, 4711):
            with pytest.raises(NotFound) as refused:
                await ask(village, thief, act, no, "turn_act")
            told.append((refused.value.code, str(refused.value)))
    assert told == [(Code.NOT_FOUND, "no such ticket of this household")] * 4
    assert await village.now(one) == one
    assert await village.moves(one) == ["resident created → pending"]


async def test_list_holds_the_own_households_orders_newest_first(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    first = await village.order(wang, "灯不亮")
    second = await village.order(household, "门铃坏了")
    await village.order(neighbour, "马桶堵了")
    done = await village.order(wang, "窗户关不上", state="closed")
    for account in (wang, household):
        assert await repair.of_home(village.ctx, account, repair.OPEN) == [second, first]
        assert await repair.of_home(village.ctx, account, repair.FINISHED) == [done]
    assert await repair.of_home(village.ctx, stranger, repair.OPEN) == []


async def test_complaint_is_not_found_as_a_repair(village: Village, wang: Party) -> None:
    filed = await village.complaint(wang)
    with pytest.raises(NotFound):
        await repair.find(village.ctx, wang, filed.no)
    with pytest.raises(Conflict):
        await repair.staff_act(village.ctx, filed.id, "give_up", staff_id="staff_liu", version=1)
    assert await village.now(filed) == filed
