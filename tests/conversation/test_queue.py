"""Laws 7 and 8: a case never drops out of the queue, and an emergency stands above hours."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from community.errors import BadInput, Code, Conflict, NotFound
from community.store.database import Database
from community.store.schema import event, metadata, queue_case, timer
from community.times import SHANGHAI
from conversation import audit, duty, ownership, queue, timers
from conversation.events import Event, Watcher
from conversation.ownership import Owner
from conversation.queue import Case, Lane
from tests.conftest import add_staff
from tests.conversation.talk import Talk

NINE_TOMORROW = datetime(2025, 11, 4, 9, 0, tzinfo=SHANGHAI)


async def events_of(talk: Talk, case: Case) -> list[str]:
    async with talk.db.read() as conn:
        found = await conn.execute(
            select(event.c.kind).where(event.c.case_id == case.id).order_by(event.c.id)
        )
        return list(found.scalars())


async def pending(talk: Talk, key: str) -> datetime | None:
    """When the timer named so fires."""
    async with talk.db.read() as conn:
        found = await conn.execute(
            select(timer.c.due_at).where(timer.c.key == key, timer.c.state == "pending")
        )
        return found.scalar()


async def everything(talk: Talk) -> dict[str, list[tuple]]:
    """Each row of each table."""
    async with talk.db.read() as conn:
        return {
            table.name: [tuple(row) for row in await conn.execute(select(table))]
            for table in metadata.sorted_tables
        }


async def fire(talk: Talk) -> int:
    """The timers of cases, as the gateway fires them."""

    def handler(act):
        return lambda conn, payload: act(conn, talk.clock, payload)

    return await timers.fire_due(
        talk.db,
        talk.clock,
        {"lease": handler(queue.lease_ran_out), "unpark": handler(queue.unpark)},
    )


async def leave(talk: Talk, *staff_ids: str) -> None:
    async with talk.db.write() as conn:
        for staff_id in staff_ids:
            await duty.set_on_duty(conn, staff_id, False)


# --- opening: one case per resident and lane


async def test_first_cause_opens_a_case_that_waits_and_has_the_floor(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id, words="找人", seq=3, slots={"place": "厨房"})
    assert case == Case(
        id=case.id, no=1001, conversation_id=conversation_id, lane=Lane.NORMAL, state="waiting",
        reason="asked", room_id=None,
        summary={
            "words": "找人", "seq": 3, "slots": {"place": "厨房"},
            "causes": [{"reason": "asked", "at": "2025-11-03T06:05:00+00:00", "seq": 3}],
        },
        owner_id=None, opened_at=talk.clock.now(), acknowledged_at=None, lease_until=None,
        parked_until=None, resolution=None, promise=None, score=None,
    )  # fmt: skip
    assert await talk.stands(conversation_id) == ("WAITING", None)
    assert await events_of(talk, case) == ["case"]


async def test_second_cause_joins_the_open_case_and_takes_nothing_away(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id, words="水管漏了", kind="leak", seq=1)
    floor = await talk.floor(conversation_id)
    again = await talk.open(conversation_id, reason="failed", words="", kind=None, seq=5)
    assert (again.id, again.reason) == (case.id, "asked")
    assert (again.summary["words"], again.summary["kind"]) == ("水管漏了", "leak")
    assert [(cause["reason"], cause["seq"]) for cause in again.summary["causes"]] == [
        ("asked", 1),
        ("failed", 5),
    ]
    assert await talk.floor(conversation_id) == floor


async def test_lanes_and_residents_have_a_case_each(talk: Talk, wang: str) -> None:
    first, second = await talk.begin("a"), await talk.begin("b")
    cases = [await talk.open(one, lane) for one in (first, second) for lane in Lane]
    assert len({case.id for case in cases}) == 6
    assert [case.no for case in cases] == list(range(1001, 1007))


async def test_twenty_causes_at_once_are_one_case(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    cases = await asyncio.gather(*(talk.open(conversation_id, seq=i) for i in range(20)))
    assert len({case.id for case in cases}) == 1
    causes = (await talk.case(cases[0])).summary["causes"]
    assert sorted(cause["seq"] for cause in causes) == list(range(20))


async def test_database_itself_holds_one_open_case_per_resident_and_lane(
    talk: Talk, wang: str
) -> None:
    case = await talk.open(await talk.begin())
    async with talk.db.write() as conn:
        row = (await conn.execute(select(queue_case))).one()
        double = insert(queue_case).values(row._asdict() | {"id": "case_2", "no": 2})
        with pytest.raises(IntegrityError):
            await conn.execute(double)
    assert await talk.case(case) == case


async def test_cause_after_the_close_is_a_new_case(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    closed = await talk.claim(await talk.open(conversation_id), wang)
    await talk.resolve(closed, wang)
    case = await talk.open(conversation_id)
    assert (case.id != closed.id, case.no) == (True, closed.no + 1)
    assert await talk.stands(conversation_id) == ("WAITING", None)


async def test_cause_while_a_clerk_has_the_case_keeps_the_floor_theirs(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.claim(await talk.open(conversation_id), wang)
    floor = await talk.floor(conversation_id)
    again = await talk.open(conversation_id, reason="rule")
    assert (again.id, again.state, again.owner_id) == (case.id, queue.OWNED, wang)
    assert await talk.floor(conversation_id) == floor


# --- law 7: a case leaves the queue only in the transaction that creates its successor


ACTS = {
    "claim": lambda talk, case, who: talk.act(queue.claim, case.id, who, lease_s=75.0),
    "put_back": lambda talk, case, who: talk.act(queue.put_back, case.id, actor=who, cause="x"),
    "park": lambda talk, case, who: talk.act(
        queue.park, case.id, who, talk.clock.now() + timedelta(hours=1)
    ),
    "unpark": lambda talk, case, who: talk.act(queue.unpark, {"case_id": case.id}),
    "resolve": lambda talk, case, who: talk.resolve(case, who),
    "withdraw": lambda talk, case, who: talk.act(queue.withdraw, case.conversation_id),
    "promise": lambda talk, case, who: talk.act(queue.promise_waiting),
    "lease": lambda talk, case, who: talk.act(queue.lease_ran_out, {"case_id": case.id}),
}
NEEDS = {
    "claim": queue.WAITING, "withdraw": queue.WAITING, "promise": queue.WAITING,
    "put_back": queue.OWNED, "park": queue.OWNED, "resolve": queue.OWNED, "lease": queue.OWNED,
    "unpark": queue.PARKED,
}  # fmt: skip
LEAVES = {
    "claim": ("owned", "CLAIMED"), "put_back": ("waiting", "WAITING"), "park": ("parked", "PARKED"),
    "unpark": ("owned", "WITH_HUMAN"), "resolve": ("closed", "RESOLVED"),
    "withdraw": ("closed", "BOT"), "promise": ("promised", "BOT"), "lease": ("waiting", "WAITING"),
}  # fmt: skip


async def ready_for(talk: Talk, act: str, wang: str) -> Case:
    """A case in the state that the act begins with."""
    case = await talk.open(await talk.begin())
    if NEEDS[act] != queue.WAITING:
        case = await talk.claim(case, wang)
    if NEEDS[act] == queue.PARKED:
        await ACTS["park"](talk, case, wang)
    if act == "promise":
        await leave(talk, wang)
    if act == "lease":
        talk.clock.advance(76)
    return await talk.case(case)


@pytest.mark.parametrize("act", ACTS)
async def test_every_act_wakes_whoever_shows_the_case(talk: Talk, wang: str, act: str) -> None:
    case = await ready_for(talk, act, wang)
    before = len(await events_of(talk, case))
    await ACTS[act](talk, case, wang)
    assert (await events_of(talk, case))[before:].count("case") >= 1


class PowerCut(Exception):
    pass


class CutOff(Database):
    """Its transactions end before they commit."""

    def __init__(self, db: Database) -> None:
        self._whole = db

    @asynccontextmanager
    async def write(self):
        async with self._whole.write() as conn:
            yield conn
            raise PowerCut


@pytest.mark.parametrize("act", ACTS)
async def test_case_changes_its_place_and_the_floor_in_one_transaction_or_not_at_all(
    talk: Talk, wang: str, act: str
) -> None:
    case = await ready_for(talk, act, wang)
    before = await everything(talk)
    with pytest.raises(PowerCut):
        await ACTS[act](Talk(CutOff(talk.db), talk.clock), case, wang)
    assert await everything(talk) == before
    await ACTS[act](talk, case, wang)
    after = await talk.case(case), (await talk.floor(case.conversation_id)).state
    assert (after[0].state, after[1]) == LEAVES[act]


@pytest.mark.parametrize("act", ACTS)
async def test_every_change_of_a_case_wakes_the_desk(talk: Talk, wang: str, act: str) -> None:
    case = await ready_for(talk, act, wang)
    watcher, told = Watcher(talk.db, talk.clock), []

    async def listen(news: Event) -> None:
        told.append((news.kind, news.conversation_id))

    watcher.listen(listen)
    await watcher.start_from_now()
    await ACTS[act](talk, case, wang)
    await watcher.step()
    assert {kind for kind, _ in told} <= {"case", "owner"}
    assert {about for _, about in told} == {case.conversation_id}


# --- claim


async def test_of_eight_clerks_who_claim_at_once_one_wins_and_the_rest_hear_who(
    talk: Talk, db: Database
) -> None:
    names = {await add_staff(db, f"s{i}", f"{i}号"): f"{i}号" for i in range(8)}
    case = await talk.open(await talk.begin())
    results = await asyncio.gather(
        *(talk.claim(case, staff_id) for staff_id in names), return_exceptions=True
    )
    winners = [result for result in results if isinstance(result, Case)]
    losers = [result for result in results if isinstance(result, Conflict)]
    assert (len(winners), len(losers)) == (1, 7)
    won = winners[0].owner_id
    assert won is not None
    assert {loser.winner for loser in losers} == {names[won]}
    assert await talk.stands(case.conversation_id) == ("CLAIMED", won)
    async with talk.db.read() as conn:
        acts = [(entry.actor, entry.act) for entry in await audit.of_object(conn, case.id)]
    assert acts == [("bot", "case.open"), (won, "case.claim")]


async def test_claiming_ones_own_case_again_only_renews_the_lease(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    floor = await talk.floor(case.conversation_id)
    talk.clock.advance(30)
    again = await talk.claim(case, wang)
    assert again.lease_until == talk.clock.now() + timedelta(seconds=75)
    assert await talk.floor(case.conversation_id) == floor


async def test_closed_case_is_not_claimed(talk: Talk, wang: str, li: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await talk.resolve(case, wang)
    with pytest.raises(Conflict) as refused:
        await talk.claim(case, li)
    assert refused.value.winner is None
    assert await talk.stands(case.conversation_id) == ("RESOLVED", None)


async def test_unknown_case_is_not_found(talk: Talk, wang: str) -> None:
    with pytest.raises(NotFound):
        await talk.act(queue.claim, "case_0", wang, lease_s=75.0)


async def test_conversation_of_another_is_not_entered_by_an_ordinary_case(
    talk: Talk, wang: str, li: str
) -> None:
    conversation_id = await talk.begin()
    sos = await talk.open(conversation_id, Lane.EMERGENCY)
    case = await talk.open(conversation_id)
    await talk.claim(sos, li)
    with pytest.raises(Conflict) as refused:
        await talk.claim(case, wang)
    assert refused.value.winner == "李姐"
    assert (await talk.case(case)).state == queue.WAITING


@pytest.mark.parametrize("parked", [False, True])
async def test_emergency_is_claimed_over_the_clerk_who_has_the_conversation(
    talk: Talk, wang: str, li: str, parked: bool
) -> None:
    conversation_id = await talk.begin()
    case = await talk.claim(await talk.open(conversation_id), wang)
    if parked:
        await ACTS["park"](talk, case, wang)
    sos = await talk.open(conversation_id, Lane.EMERGENCY)
    await talk.claim(sos, li)
    assert await talk.stands(conversation_id) == ("CLAIMED", li)
    with pytest.raises(Conflict) as refused:
        await talk.act(queue.speak, case.id, wang)
    assert (refused.value.code, refused.value.winner) == (Code.STALE, "李姐")


async def test_first_reply_takes_the_floor_and_the_next_ones_keep_it(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    claimed = (await talk.floor(case.conversation_id)).epoch
    epochs = [await talk.act(queue.speak, case.id, wang) for _ in range(3)]
    assert epochs == [claimed + 1] * 3
    assert await talk.stands(case.conversation_id) == ("WITH_HUMAN", wang)


# --- lease


async def test_case_goes_back_when_its_lease_runs_out_and_not_before(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    talk.clock.advance(74)
    assert await fire(talk) == 0
    talk.clock.advance(1)
    assert await fire(talk) == 1
    found = await talk.case(case)
    assert (found.state, found.owner_id, found.lease_until) == (queue.WAITING, None, None)
    assert await talk.stands(case.conversation_id) == ("WAITING", None)
    with pytest.raises(Conflict):
        await talk.act(queue.speak, case.id, wang)


async def test_sign_of_life_renews_every_lease_of_the_clerk_and_of_no_other(
    talk: Talk, wang: str, li: str
) -> None:
    mine = [await talk.claim(await talk.open(await talk.begin(user)), wang) for user in "ab"]
    other = await talk.claim(await talk.open(await talk.begin("c")), li)
    talk.clock.advance(60)
    await talk.act(queue.renew, wang, lease_s=75.0)
    talk.clock.advance(15)
    assert await fire(talk) == 3
    assert [(await talk.case(case)).state for case in (*mine, other)] == [
        queue.OWNED, queue.OWNED, queue.WAITING,
    ]  # fmt: skip
    due = talk.clock.now() + timedelta(seconds=60)
    assert [await pending(talk, f"lease:{case.id}") for case in mine] == [due, due]
    talk.clock.advance(60)
    await fire(talk)
    assert [(await talk.case(case)).state for case in mine] == [queue.WAITING, queue.WAITING]


@pytest.mark.parametrize("act", ["park", "put_back", "resolve"])
async def test_lease_ends_with_the_claim(talk: Talk, wang: str, act: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await ACTS[act](talk, case, wang)
    assert await pending(talk, f"lease:{case.id}") is None
    assert (await talk.case(case)).lease_until is None


# --- park


async def test_parked_case_is_its_clerks_and_comes_back_at_its_time_under_a_lease(
    talk: Talk, wang: str
) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    until = talk.clock.now() + timedelta(hours=1)
    await talk.act(queue.park, case.id, wang, until)
    parked = await talk.case(case)
    assert (parked.state, parked.owner_id, parked.parked_until) == (queue.PARKED, wang, until)
    assert await talk.stands(case.conversation_id) == ("PARKED", wang)
    talk.clock.advance(3599)
    assert await fire(talk) == 0
    talk.clock.advance(1)
    assert await fire(talk) == 1
    back = await talk.case(case)
    assert (back.state, back.owner_id, back.parked_until) == (queue.OWNED, wang, None)
    assert back.lease_until == talk.clock.now() + timedelta(seconds=queue.RETURN_LEASE_S)
    assert await pending(talk, f"lease:{case.id}") == back.lease_until
    assert await talk.stands(case.conversation_id) == ("WITH_HUMAN", wang)


async def test_parked_case_of_a_clerk_who_left_goes_back_to_the_queue(
    talk: Talk, wang: str, li: str
) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await ACTS["park"](talk, case, wang)
    await leave(talk, wang)
    talk.clock.advance(3600)
    await fire(talk)
    found = await talk.case(case)
    assert (found.state, found.owner_id, found.parked_until) == (queue.WAITING, None, None)
    assert await talk.stands(case.conversation_id) == ("WAITING", None)


@pytest.mark.parametrize(("on_duty", "left"), [(True, False), (False, True)])
async def test_residents_word_brings_a_parked_case_back_before_its_time(
    talk: Talk, wang: str, li: str, on_duty: bool, left: bool
) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await ACTS["park"](talk, case, wang)
    if not on_duty:
        await leave(talk, wang)
    floor = await talk.floor(case.conversation_id)
    assert await talk.act(queue.add_words, floor) is left
    assert await pending(talk, f"unpark:{case.id}") is None
    assert (await talk.case(case)).state == (queue.WAITING if left else queue.OWNED)
    assert await talk.stands(case.conversation_id) == (
        ("WAITING", None) if left else ("WITH_HUMAN", wang)
    )


async def test_parked_case_leaves_the_floor_to_a_clerk_who_speaks_meanwhile(
    talk: Talk, wang: str, li: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.claim(await talk.open(conversation_id), wang)
    await ACTS["park"](talk, case, wang)
    await talk.claim(await talk.open(conversation_id, Lane.EMERGENCY), li)
    await ACTS["unpark"](talk, case, wang)
    assert (await talk.case(case)).state == queue.OWNED
    assert await talk.stands(conversation_id) == ("CLAIMED", li)


@pytest.mark.parametrize(
    ("timer_of", "acts"),
    [("unpark", []), ("unpark", ["claim"]), ("unpark", ["claim", "resolve"]),
     ("lease", []), ("lease", ["claim", "park"]), ("lease", ["claim", "resolve"])],
)  # fmt: skip
async def test_timer_of_a_case_that_moved_on_changes_nothing(
    talk: Talk, wang: str, timer_of: str, acts: list[str]
) -> None:
    case = await talk.open(await talk.begin())
    for act in acts:
        await ACTS[act](talk, case, wang)
    talk.clock.advance(7200)
    before = await everything(talk)
    assert await ACTS[timer_of](talk, case, wang) is False
    assert await everything(talk) == before


# --- put back


async def test_case_that_is_put_back_is_free_for_the_next_clerk(
    talk: Talk, wang: str, li: str
) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await ACTS["put_back"](talk, case, wang)
    assert (await talk.claim(case, li)).owner_id == li
    assert await talk.stands(case.conversation_id) == ("CLAIMED", li)


@pytest.mark.parametrize("act", [None, "put_back", "resolve"])
async def test_case_that_nobody_has_is_not_put_back(talk: Talk, wang: str, act: str | None) -> None:
    case = await talk.open(await talk.begin())
    if act:
        await ACTS[act](talk, await talk.claim(case, wang), wang)
    before = await everything(talk)
    with pytest.raises(Conflict):
        await ACTS["put_back"](talk, case, wang)
    assert await everything(talk) == before


@pytest.mark.parametrize("act", ["put_back", "resolve", "lease"])
async def test_case_that_leaves_its_clerk_does_not_touch_the_floor_of_another(
    talk: Talk, wang: str, li: str, act: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.claim(await talk.open(conversation_id), wang)
    await talk.claim(await talk.open(conversation_id, Lane.EMERGENCY), li, lease_s=600)
    floor = await talk.floor(conversation_id)
    talk.clock.advance(76)
    await ACTS[act](talk, case, wang)
    assert await talk.floor(conversation_id) == floor


async def test_emergency_that_is_put_back_rings_again(talk: Talk, wang: str) -> None:
    sos = await talk.claim(await talk.open(await talk.begin(), Lane.EMERGENCY), wang)
    assert sos.acknowledged_at == talk.clock.now()
    await ACTS["put_back"](talk, sos, wang)
    assert (await talk.case(sos)).acknowledged_at is None
    assert await events_of(talk, sos) == ["ring", "case", "ring"]


# --- resolve


def test_close_cannot_be_written_without_a_reason_and_words() -> None:
    parameters = inspect.signature(queue.resolve).parameters
    for needed in ("resolution", "note"):
        assert parameters[needed].default is inspect.Parameter.empty


async def test_close_keeps_its_reason_and_leaves_the_boundary(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    epoch = await talk.resolve(
        case,
        wang,
        resolution="solved",
        note="换了垫圈",
        promise="回访",
        promise_until=NINE_TOMORROW,
    )
    record = {
        "by": "王师傅", "note": "换了垫圈", "promise": "回访", "until": "2025-11-04T09:00:00+08:00",
    }  # fmt: skip
    assert await talk.floor(case.conversation_id) == ownership.Ownership(
        case.conversation_id, Owner.RESOLVED, epoch, None, record
    )
    async with talk.db.read() as conn:
        row = (await conn.execute(select(queue_case))).one()
        entry = (await audit.of_object(conn, case.id))[-1]
        assert await queue.open_cases(conn) == []
    assert (row.state, row.resolution, row.resolution_note, row.promise, row.resolved_at) == (
        "closed", "solved", "换了垫圈", record, talk.clock.now(),
    )  # fmt: skip
    assert (entry.actor, entry.act, entry.detail) == (
        wang, "case.resolve", {"resolution": "solved"},
    )  # fmt: skip


async def test_only_its_clerk_closes_a_case(talk: Talk, wang: str, li: str) -> None:
    case = await talk.open(await talk.begin())
    with pytest.raises(Conflict) as refused:
        await talk.resolve(case, li)
    assert refused.value.winner is None
    await talk.claim(case, wang)
    with pytest.raises(Conflict) as refused:
        await talk.resolve(case, li)
    assert refused.value.winner == "王师傅"
    assert (await talk.case(case)).state == queue.OWNED


async def test_close_of_one_case_leaves_the_floor_to_the_next(
    talk: Talk, wang: str, li: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    sos = await talk.claim(await talk.open(conversation_id, Lane.EMERGENCY), wang)
    await talk.resolve(sos, wang)
    assert await talk.stands(conversation_id) == ("WAITING", None)
    assert (await talk.case(case)).state == queue.WAITING
    await talk.claim(case, li)
    assert await talk.stands(conversation_id) == ("CLAIMED", li)


async def test_close_of_an_emergency_gives_the_floor_back_to_the_clerk_before(
    talk: Talk, wang: str, li: str
) -> None:
    conversation_id = await talk.begin()
    await talk.claim(await talk.open(conversation_id), wang)
    sos = await talk.claim(await talk.open(conversation_id, Lane.EMERGENCY), li)
    await talk.resolve(sos, li)
    assert await talk.stands(conversation_id) == ("WITH_HUMAN", wang)


# --- the resident withdraws


async def test_resident_withdraws_what_nobody_took(talk: Talk, wang: str) -> None:
    case = await talk.open(await talk.begin())
    assert await ACTS["withdraw"](talk, case, wang) is True
    found = await talk.case(case)
    assert (found.state, found.resolution) == (queue.CLOSED, "withdrawn")
    assert await talk.stands(case.conversation_id) == ("BOT", None)


async def test_resident_does_not_withdraw_what_a_clerk_works_on(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await ACTS["withdraw"](talk, case, wang)
    assert (await talk.case(case)).state == queue.OWNED
    assert await talk.stands(case.conversation_id) == ("CLAIMED", wang)


async def test_resident_does_not_withdraw_an_emergency(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    sos = await talk.open(conversation_id, Lane.EMERGENCY)
    assert await ACTS["withdraw"](talk, sos, wang) is False
    assert [(await talk.case(one)).state for one in (case, sos)] == [queue.CLOSED, queue.WAITING]
    assert await talk.stands(conversation_id) == ("WAITING", None)


# --- nobody on duty


async def test_case_of_a_closed_hour_is_promised_and_the_bot_serves_on(talk: Talk) -> None:
    case = await talk.open(await talk.begin())
    assert (case.state, case.promise) == (queue.PROMISED, {"until": NINE_TOMORROW.isoformat()})
    assert await talk.stands(case.conversation_id) == ("BOT", None)
    async with talk.db.read() as conn:
        assert [found.id for found in await queue.open_cases(conn)] == [case.id]


async def test_promise_that_is_over_is_renewed_and_one_that_stands_is_kept(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await talk.open(conversation_id)
    talk.clock.advance(3600)
    kept = await talk.open(conversation_id)
    assert kept.promise == {"until": NINE_TOMORROW.isoformat()}
    talk.clock.advance(24 * 3600)
    renewed = await talk.open(conversation_id)
    assert renewed.promise == {"until": (NINE_TOMORROW + timedelta(days=1)).isoformat()}
    assert renewed.id == kept.id


async def test_promised_case_waits_when_the_resident_asks_again_in_the_morning(
    talk: Talk, db: Database
) -> None:
    conversation_id = await talk.begin()
    night = await talk.open(conversation_id)
    await add_staff(db, "wang", "王师傅")
    morning = await talk.open(conversation_id)
    assert (morning.id, morning.state) == (night.id, queue.WAITING)
    assert await talk.stands(conversation_id) == ("WAITING", None)


async def test_promised_case_is_claimed_without_waiting_first(talk: Talk, db: Database) -> None:
    case = await talk.open(await talk.begin())
    wang = await add_staff(db, "wang", "王师傅")
    assert (await talk.claim(case, wang)).state == queue.OWNED
    assert await talk.stands(case.conversation_id) == ("CLAIMED", wang)


async def test_when_the_last_clerk_leaves_those_who_wait_are_promised_a_date(
    talk: Talk, wang: str, li: str
) -> None:
    waiting, sos = await talk.begin("a"), await talk.begin("b")
    case, alarm = await talk.open(waiting), await talk.open(sos, Lane.EMERGENCY)
    owned = await talk.claim(await talk.open(await talk.begin("c")), li)
    await leave(talk, wang)
    assert await talk.act(queue.promise_waiting) == []
    await leave(talk, li)
    promised = await talk.act(queue.promise_waiting)
    assert [(one.id, one.state, one.promise) for one in promised] == [
        (case.id, queue.PROMISED, {"until": NINE_TOMORROW.isoformat()})
    ]
    assert [(await talk.case(one)).state for one in (alarm, owned)] == ["waiting", "owned"]
    assert [await talk.stands(one) for one in (waiting, sos)] == [("BOT", None), ("WAITING", None)]


async def test_resident_with_an_emergency_keeps_waiting_whatever_is_promised(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    await talk.open(conversation_id)
    await talk.open(conversation_id, Lane.EMERGENCY)
    await leave(talk, wang)
    assert len(await talk.act(queue.promise_waiting)) == 1
    assert await talk.stands(conversation_id) == ("WAITING", None)


@pytest.mark.parametrize(
    ("lane", "on_duty", "unattended"),
    [(Lane.NORMAL, False, True), (Lane.NORMAL, True, False), (Lane.EMERGENCY, False, False)],
)
async def test_unattended_is_a_case_that_waits_for_nobody(
    talk: Talk, wang: str, lane: Lane, on_duty: bool, unattended: bool
) -> None:
    await talk.open(await talk.begin(), lane)
    if not on_duty:
        await leave(talk, wang)
    async with talk.db.read() as conn:
        assert await queue.unattended(conn) is unattended


# --- law 8: the emergency lane


async def test_emergency_waits_and_rings_with_nobody_on_duty(talk: Talk) -> None:
    sos = await talk.open(await talk.begin(), Lane.EMERGENCY, "emergency", kind="gas")
    assert (sos.state, sos.promise) == (queue.WAITING, None)
    assert await events_of(talk, sos) == ["ring"]
    assert await talk.stands(sos.conversation_id) == ("WAITING", None)


async def test_emergency_does_not_take_the_floor_from_the_clerk_who_has_it(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    await talk.claim(await talk.open(conversation_id), wang)
    floor = await talk.floor(conversation_id)
    await talk.open(conversation_id, Lane.EMERGENCY)
    assert await talk.floor(conversation_id) == floor


async def test_second_cry_rings_again_until_somebody_has_the_emergency(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    sos = await talk.open(conversation_id, Lane.EMERGENCY)
    assert await talk.act(queue.acknowledge, sos.id, wang) is True
    assert (await talk.open(conversation_id, Lane.EMERGENCY)).acknowledged_at is None
    claimed = await talk.claim(sos, wang)
    again = await talk.open(conversation_id, Lane.EMERGENCY)
    assert again.acknowledged_at == claimed.acknowledged_at


async def test_of_all_who_acknowledge_one_is_first(talk: Talk, wang: str) -> None:
    sos = await talk.open(await talk.begin(), Lane.EMERGENCY)
    firsts = await asyncio.gather(*(talk.act(queue.acknowledge, sos.id, wang) for _ in range(5)))
    assert sorted(firsts) == [False] * 4 + [True]
    assert await events_of(talk, sos) == ["ring", "case"]
    found = await talk.case(sos)
    assert (found.state, found.acknowledged_at) == (queue.WAITING, talk.clock.now())


# --- order


async def test_queue_is_served_by_lane_then_age(talk: Talk, wang: str) -> None:
    lanes = [Lane.NORMAL, Lane.URGENT, Lane.NORMAL, Lane.EMERGENCY, Lane.URGENT, Lane.EMERGENCY]
    cases = []
    for i, lane in enumerate(lanes):
        cases.append(await talk.open(await talk.begin(f"u{i}"), lane))
        talk.clock.advance(1)
    served = [cases[i] for i in (3, 5, 1, 4, 0, 2)]
    async with talk.db.read() as conn:
        assert await queue.open_cases(conn) == served
        assert [await queue.position(conn, case) for case in served] == [1, 2, 3, 4, 5, 6]
        assert await queue.open_cases(conn, cases[2].conversation_id) == [cases[2]]


async def test_place_in_the_queue_counts_only_those_who_wait(talk: Talk, wang: str) -> None:
    cases = []
    for i in range(3):
        cases.append(await talk.open(await talk.begin(f"u{i}")))
        talk.clock.advance(1)
    await talk.claim(cases[0], wang)
    async with talk.db.read() as conn:
        assert [await queue.position(conn, case) for case in cases[1:]] == [1, 2]


# --- what is added to a case


async def test_facts_are_added_in_order_and_change_no_state(talk: Talk, wang: str) -> None:
    sos = await talk.open(await talk.begin(), Lane.EMERGENCY, kind="gas")
    await talk.act(queue.annotate, sos.id, fact="false_alarm_said", seq=3)
    await talk.act(queue.annotate, sos.id, fact="withdraw_said", seq=5)
    found = await talk.case(sos)
    assert found.summary["facts"] == [
        {"fact": "false_alarm_said", "seq": 3}, {"fact": "withdraw_said", "seq": 5},
    ]  # fmt: skip
    assert (found.state, found.summary["kind"]) == (queue.WAITING, "gas")


async def test_resident_rates_once(talk: Talk, wang: str) -> None:
    case = await talk.claim(await talk.open(await talk.begin()), wang)
    await talk.resolve(case, wang)
    assert [await talk.act(queue.rate, case.id, score) for score in (4, 1)] == [True, False]
    assert (await talk.case(case)).score == 4


@pytest.mark.parametrize("score", [0, 6, -1])
async def test_score_is_one_to_five(talk: Talk, wang: str, score: int) -> None:
    case = await talk.open(await talk.begin())
    with pytest.raises(BadInput):
        await talk.act(queue.rate, case.id, score)
    assert (await talk.case(case)).score is None
