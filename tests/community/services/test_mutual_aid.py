"""Help between neighbours: who is asked, who gets it, and time that moves once."""

from __future__ import annotations

import asyncio
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from community.errors import BadInput, CommunityError, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import mutual_aid, time_bank, volunteers
from community.services.mutual_aid import News
from community.store import helps, timebank
from community.store.helps import Help
from community.store.identities import Home, Party
from community.store.schema import help_request, identity, resident, time_entry
from community.times import SHANGHAI
from tests.community.village import Village

TUESDAY = (
    datetime(2025, 11, 4, 15, tzinfo=SHANGHAI), datetime(2025, 11, 4, 17, tzinfo=SHANGHAI)
)  # fmt: skip


class Ear:
    """Hears the news of every move: (event, conversations)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, tuple[str, ...]]] = []

    async def __call__(self, conn: Any, news: News) -> None:
        self.heard.append((news.event, news.to))


async def silent(conn: Any, news: News) -> None:
    return None


async def asked(
    village: Village,
    account: Party,
    task: str = "扛袋米",
    window: tuple[datetime, datetime] = TUESDAY,
    tell: Any = silent,
    turn_id: str | None = None,
) -> Help:
    one, _ = await mutual_aid.post(
        village.ctx, account, turn_id=turn_id or village.next("turn"), task=task, window=window,
        tell=tell,
    )  # fmt: skip
    return one


async def helper(village: Village, account: Party, *kinds: str, **when: str) -> Party:
    await volunteers.enrol(village.ctx, account, kinds=list(kinds), **when)
    return account


async def done(village: Village, asker: Party, by: Party, minutes: int = 60) -> Help:
    one = await asked(village, asker)
    await mutual_aid.accept(village.ctx, by, one.no, tell=silent)
    await mutual_aid.start(village.ctx, by, one.no, tell=silent)
    village.clock.advance(minutes * 60)
    return await mutual_aid.finish(village.ctx, by, one.no, tell=silent)


async def refusal(moving: Any) -> type[Exception] | None:
    try:
        await moving
    except CommunityError as refused:
        return type(refused)
    return None


async def ledger_sum(village: Village) -> int:
    async with village.db.read() as conn:
        found = await conn.execute(select(func.coalesce(func.sum(time_entry.c.minutes), 0)))
        return int(found.scalar_one())


async def coins(village: Village, account: Party) -> int:
    return (await time_bank.statement(village.ctx, account))[0]


async def events(village: Village, one: Help) -> list[str]:
    async with village.db.read() as conn:
        return [kind for kind, _ in await helps.history(conn, one.id)]


async def test_whole_way_of_a_request_is_logged_and_pays_the_helper_once(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await done(village, wang, neighbour, minutes=70)
    assert one.minutes == 60
    assert await coins(village, neighbour) == 0
    for _ in range(2):
        settled = await mutual_aid.confirm(village.ctx, wang, one.no, tell=silent)
        assert (settled.state, settled.minutes) == ("credited", 60)
    assert await coins(village, neighbour) == 60
    assert await events(village, one) == [
        "posted", "accepted", "started", "done", "confirmed", "credited",
    ]  # fmt: skip
    assert await village.count(time_entry) == 2
    assert await ledger_sum(village) == 0


async def test_confirmations_at_once_move_the_time_once(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await done(village, wang, neighbour)
    settled = await asyncio.gather(
        *(
            mutual_aid.confirm(village.ctx, account, one.no, tell=silent)
            for account in [wang, household] * 10
        )
    )
    assert {each.state for each in settled} == {"credited"}
    assert await coins(village, neighbour) == 60
    assert await village.count(time_entry) == 2


async def test_twenty_who_come_at_once_leave_one_winner(village: Village, wang: Party) -> None:
    crowd = []
    for number in range(20):
        home = await village.home(9, 1, str(100 + number), ("甲", "owner", None), code=f"9{number}")
        crowd.append(await helper(village, await village.account(home, person=0)))
    ear = Ear()
    one = await asked(village, wang)
    got = await asyncio.gather(
        *(refusal(mutual_aid.accept(village.ctx, who, one.no, tell=ear)) for who in crowd)
    )
    assert (got.count(None), got.count(Conflict)) == (1, 19)
    winner = crowd[got.index(None)]
    told = dict(ear.heard)
    assert told["accepted"] == (wang.conversation_id,)
    assert set(told["taken"]) == {who.conversation_id for who in crowd} - {winner.conversation_id}
    assert len(ear.heard) == 2
    assert [o.no for o in await mutual_aid.helping(village.ctx, winner)] == [one.no]


async def test_same_turn_asks_once(village: Village, wang: Party) -> None:
    first = await asked(village, wang, turn_id="turn_x")
    again = await asked(village, wang, task="别的事", turn_id="turn_x")
    assert again == first
    assert await village.count(help_request) == 1


@pytest.mark.parametrize(
    ("task", "kinds", "when", "is_told"),
    [
        ("扛袋米", ("carry",), {}, True),
        ("扛袋米", (), {}, True),
        ("扛袋米", ("company",), {}, False),
        ("发呆", ("company",), {}, True),
        ("扛袋米", (), {"days": "weekend"}, False),
        ("扛袋米", (), {"days": "weekday"}, True),
        ("扛袋米", (), {"part": "morning"}, False),
        ("扛袋米", (), {"part": "afternoon"}, True),
        ("扛袋米", (), {"part": "evening"}, False),
    ],
)
async def test_only_those_whom_it_fits_are_told(
    village: Village, wang: Party, neighbour: Party, task: str, kinds: Any, when: Any, is_told: bool
) -> None:
    await helper(village, neighbour, *kinds, **when)
    ear = Ear()
    one = await asked(village, wang, task=task, tell=ear)
    assert ear.heard == [("call", (neighbour.conversation_id,) if is_told else ())]
    may = await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent))
    assert may == (None if is_told else NotFound)


async def test_ones_own_household_is_not_asked_and_cannot_help(
    village: Village, wang: Party, household: Party
) -> None:
    await helper(village, household)
    ear = Ear()
    one = await asked(village, wang, tell=ear)
    assert ear.heard == [("call", ())]
    assert await refusal(
        mutual_aid.accept(village.ctx, household, one.no, tell=silent)
    ) is NotFound  # fmt: skip


async def test_who_has_left_is_told_no_more_and_who_never_registered_takes_nothing(
    village: Village, wang: Party, neighbour: Party
) -> None:
    one = await asked(village, wang)
    assert await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)) is NotFound
    await helper(village, neighbour)
    assert [await volunteers.leave(village.ctx, neighbour) for _ in range(2)] == [True, False]
    ear = Ear()
    await asked(village, wang, tell=ear)
    assert ear.heard == [("call", ())]
    assert await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)) is NotFound
    assert await volunteers.open_for(village.ctx, neighbour) == []


async def test_turn_delivered_again_calls_nobody_again(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    ear = Ear()
    one = await asked(village, wang, tell=ear, turn_id="t1")
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    late = await village.home(9, 1, "101", ("乙", "owner", None), code="91")
    await helper(village, await village.account(late, person=0))
    again, called = await mutual_aid.post(
        village.ctx, wang, turn_id="t1", task="扛袋米", window=TUESDAY, tell=ear
    )
    assert (again.no, again.state, called) == (one.no, "accepted", 1)
    assert ear.heard == [("call", (neighbour.conversation_id,))]


async def test_another_homes_request_is_as_absent(
    village: Village, wang: Party, neighbour: Party, stranger: Party
) -> None:
    one = await asked(village, wang)
    moves = (mutual_aid.cancel, mutual_aid.confirm, mutual_aid.dispute)
    for who in (neighbour, stranger):
        for move in moves:
            for no in (one.no, 9999):
                assert await refusal(move(village.ctx, who, no, tell=silent)) is NotFound
        assert await refusal(mutual_aid.of_home(village.ctx, who, one.no)) is NotFound
    assert (await mutual_aid.of_home(village.ctx, wang, one.no)).state == "posted"


async def test_only_the_helper_starts_finishes_and_steps_back(
    village: Village, wang: Party, neighbour: Party
) -> None:
    other_home = await village.home(9, 1, "101", ("乙", "owner", None), code="91")
    other = await helper(village, await village.account(other_home, person=0))
    await helper(village, neighbour)
    one = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    for move in (mutual_aid.start, mutual_aid.finish, mutual_aid.release):
        assert await refusal(move(village.ctx, other, one.no, tell=silent)) is NotFound
    assert await refusal(mutual_aid.finish(village.ctx, neighbour, one.no, tell=silent)) is Conflict


async def test_helper_who_steps_back_leaves_it_to_the_others(
    village: Village, wang: Party, neighbour: Party
) -> None:
    other_home = await village.home(9, 1, "101", ("乙", "owner", None), code="91")
    other = await helper(village, await village.account(other_home, person=0))
    await helper(village, neighbour)
    one = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    ear = Ear()
    back = await mutual_aid.release(village.ctx, neighbour, one.no, tell=ear)
    assert (back.state, back.helper_id) == ("posted", None)
    assert ear.heard == [
        ("released", (wang.conversation_id,)), ("call", (other.conversation_id,))
    ]  # fmt: skip
    taken = await mutual_aid.accept(village.ctx, other, one.no, tell=silent)
    assert (taken.state, taken.helper_name) == ("accepted", "乙")


@pytest.mark.parametrize(
    ("minutes", "again"),
    [(30, TUESDAY), (150, (TUESDAY[0] + timedelta(minutes=150), TUESDAY[0] + timedelta(minutes=270)))],
)  # fmt: skip
async def test_helper_who_cannot_go_on_leaves_it_to_the_others_while_there_is_time(
    village: Village, wang: Party, neighbour: Party, minutes: int, again: Any
) -> None:
    other_home = await village.home(9, 1, "101", ("乙", "owner", None), code="91")
    await helper(village, neighbour)
    one = await asked(village, wang)
    late = await helper(village, await village.account(other_home, person=0))
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    village.clock.advance((TUESDAY[0] - village.clock.now()).total_seconds())
    await mutual_aid.start(village.ctx, neighbour, one.no, tell=silent)
    village.clock.advance(minutes * 60)
    ear = Ear()
    for _ in range(2):
        back = await mutual_aid.release(village.ctx, neighbour, one.no, tell=ear)
        assert (back.state, back.helper_id, back.started_at) == ("posted", None, None)
        assert (back.starts_at, back.ends_at) == again
    assert ear.heard == [
        ("left", (wang.conversation_id,)), ("call", (late.conversation_id,)),
    ]  # fmt: skip
    for move in (mutual_aid.accept, mutual_aid.start):
        await move(village.ctx, late, one.no, tell=silent)
    village.clock.advance(1800)
    done_at_last = await mutual_aid.finish(village.ctx, late, one.no, tell=silent)
    assert (done_at_last.state, done_at_last.minutes) == ("done", 30)
    assert await refusal(mutual_aid.release(village.ctx, late, one.no, tell=ear)) is Conflict
    assert await refusal(mutual_aid.release(village.ctx, wang, one.no, tell=ear)) is NotFound


async def test_who_has_withdrawn_hears_of_no_request_any_more(
    village: Village, wang: Party, neighbour: Party
) -> None:
    homes = [
        await village.home(9, 1, n, ("乙", "owner", None), code=f"9{n}") for n in ("101", "102")
    ]
    stays, leaves = [await helper(village, await village.account(each, person=0)) for each in homes]
    await helper(village, neighbour)
    one, ear = await asked(village, wang), Ear()
    await volunteers.leave(village.ctx, leaves)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=ear)
    await mutual_aid.release(village.ctx, neighbour, one.no, tell=ear)
    assert [to for event, to in ear.heard if event in ("taken", "call")] == [
        (stays.conversation_id,)
    ] * 2


async def move_out(village: Village, account: Party, to: Home | None = None) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            update(identity)
            .where(identity.c.id == account.identity_id)
            .values(room_id=to.room_id if to else None, resident_id=None)
        )


async def test_who_has_moved_out_is_not_called_and_takes_nothing(
    village: Village, home: Home, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one, ear = await asked(village, wang), Ear()
    await move_out(village, neighbour)
    await asked(village, wang, tell=ear)
    assert ear.heard == [("call", ())]
    assert await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)) is NotFound
    assert await volunteers.open_for(village.ctx, neighbour) == []
    await move_out(village, neighbour, to=home)
    assert await volunteers.open_for(village.ctx, neighbour) == []


async def test_request_of_who_has_moved_out_is_put_to_nobody(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang)
    await move_out(village, wang)
    assert await volunteers.open_for(village.ctx, neighbour) == []
    assert await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)) is NotFound


async def test_help_disputed_while_it_runs_is_paid_for_what_it_took(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    await mutual_aid.start(village.ctx, neighbour, one.no, tell=silent)
    village.clock.advance(3600)
    await mutual_aid.dispute(village.ctx, wang, one.no, tell=silent)
    village.clock.advance(24 * 3600)
    settled = await time_bank.settle(village.ctx, one.no, staff_id="s", pays=True)
    assert (settled.minutes, await coins(village, neighbour)) == (60, 60)


async def test_cancel_before_the_start_only_and_the_helper_hears_of_it(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    ear = Ear()
    for _ in range(2):
        assert (await mutual_aid.cancel(village.ctx, wang, one.no, tell=ear)).state == "cancelled"
    assert ear.heard == [("withdrawn", (neighbour.conversation_id,))]
    begun = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, begun.no, tell=silent)
    await mutual_aid.start(village.ctx, neighbour, begun.no, tell=silent)
    assert await refusal(mutual_aid.cancel(village.ctx, wang, begun.no, tell=silent)) is Conflict


async def test_disputed_help_moves_no_time(village: Village, wang: Party, neighbour: Party) -> None:
    await helper(village, neighbour)
    one = await done(village, wang, neighbour)
    ear = Ear()
    for _ in range(2):
        await mutual_aid.dispute(village.ctx, wang, one.no, tell=ear)
    assert ear.heard == [("disputed", (neighbour.conversation_id,))]
    assert await refusal(mutual_aid.confirm(village.ctx, wang, one.no, tell=silent)) is Conflict
    assert await coins(village, neighbour) == 0


@pytest.mark.parametrize(
    ("pays", "state", "minutes"), [(True, "credited", 60), (False, "cancelled", 0)]
)
async def test_staff_decide_a_dispute_once(
    village: Village, wang: Party, neighbour: Party, pays: bool, state: str, minutes: int
) -> None:
    await helper(village, neighbour)
    one = await done(village, wang, neighbour)
    settle = time_bank.settle
    assert await refusal(settle(village.ctx, one.no, staff_id="s", pays=pays)) is Conflict
    await mutual_aid.dispute(village.ctx, wang, one.no, tell=silent)
    assert (await settle(village.ctx, one.no, staff_id="s", pays=pays)).state == state
    assert await refusal(settle(village.ctx, one.no, staff_id="s", pays=True)) is Conflict
    assert await coins(village, neighbour) == minutes


async def test_nothing_is_confirmed_before_it_is_done(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang)
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    assert await refusal(mutual_aid.confirm(village.ctx, wang, one.no, tell=silent)) is Conflict
    assert await events(village, one) == ["posted", "accepted"]


async def test_request_whose_time_is_over_is_taken_by_nobody(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang)
    village.clock.advance(2 * 24 * 3600)
    assert await refusal(mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)) is Conflict
    assert await volunteers.open_for(village.ctx, neighbour) == []
    assert await mutual_aid.mine(village.ctx, wang) == []


@pytest.mark.parametrize(
    ("days", "hours", "problem"),
    [(-1, 1, "past"), (31, 1, "too_far"), (1, 8 * 24, "too_long"), (1, 2, None)],
)
async def test_times_that_cannot_be_asked_for(
    village: Village, wang: Party, days: int, hours: int, problem: str | None
) -> None:
    start = TUESDAY[0] + timedelta(days=days)
    window = (start, start + timedelta(hours=hours))
    if days < 0:
        window = (start - timedelta(days=1), start - timedelta(hours=20))
    assert await mutual_aid.problem(village.ctx, wang, window) == problem
    refused = await refusal(asked(village, wang, window=window))
    assert refused is (BadInput if problem else None)


async def test_home_asks_for_three_things_at_once_at_most(village: Village, wang: Party) -> None:
    for _ in range(3):
        await asked(village, wang)
    assert await mutual_aid.problem(village.ctx, wang, TUESDAY) == "too_many"
    assert await refusal(asked(village, wang)) is BadInput


async def test_without_a_home_nothing_is_asked_offered_or_owned(
    village: Village, stranger: Party
) -> None:
    assert await refusal(asked(village, stranger)) is NotBound
    assert await refusal(volunteers.enrol(village.ctx, stranger, kinds=[])) is NotBound
    assert await refusal(time_bank.statement(village.ctx, stranger)) is NotBound
    assert await refusal(mutual_aid.mine(village.ctx, stranger)) is NotBound


@pytest.mark.parametrize(("born", "refused"), [(2007, None), (2008, NotAllowed)])
async def test_volunteers_are_adults(
    village: Village, neighbour: Party, born: int, refused: Any
) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            update(resident).where(resident.c.id == neighbour.resident_id).values(birth_year=born)
        )
    assert await refusal(volunteers.enrol(village.ctx, neighbour, kinds=[])) is refused


async def test_unknown_kinds_and_times_are_refused(village: Village, neighbour: Party) -> None:
    enrol = volunteers.enrol
    assert await refusal(enrol(village.ctx, neighbour, kinds=["fly"])) is BadInput
    assert await refusal(enrol(village.ctx, neighbour, kinds=[], days="never")) is BadInput
    assert await refusal(enrol(village.ctx, neighbour, kinds=[], part="never")) is BadInput


async def test_new_volunteer_hears_what_waits_and_may_change_the_offer(
    village: Village, wang: Party, neighbour: Party
) -> None:
    one = await asked(village, wang)
    first, waiting = await volunteers.enrol(village.ctx, neighbour, kinds=["carry"])
    assert [each.no for each in waiting] == [one.no]
    again, waiting = await volunteers.enrol(village.ctx, neighbour, kinds=["pet"])
    assert (again.id, again.kinds, waiting) == (first.id, ["pet"], [])


@pytest.mark.parametrize(
    ("took", "minutes"), [(0, 30), (44, 30), (45, 60), (75, 90), (239, 240), (600, 240)]
)
def test_time_is_rounded_to_half_hours_within_bounds(took: int, minutes: int) -> None:
    assert time_bank.counted(timedelta(minutes=took)) == minutes


async def test_month_has_a_cap_and_the_next_one_begins_anew(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    async with village.db.write() as conn:
        await timebank.transfer(
            conn, village.clock, key="k", payer="community", payee=str(neighbour.resident_id),
            minutes=1170, what="-",
        )  # fmt: skip
    earned = []
    for _ in range(2):
        one = await done(village, wang, neighbour)
        earned.append((await mutual_aid.confirm(village.ctx, wang, one.no, tell=silent)).minutes)
    village.clock.advance(28 * 24 * 3600)
    later = (village.clock.now(), village.clock.now() + timedelta(hours=6))
    fresh = await asked(village, wang, window=later)
    await mutual_aid.accept(village.ctx, neighbour, fresh.no, tell=silent)
    await mutual_aid.start(village.ctx, neighbour, fresh.no, tell=silent)
    village.clock.advance(3600)
    await mutual_aid.finish(village.ctx, neighbour, fresh.no, tell=silent)
    settled = await mutual_aid.confirm(village.ctx, wang, fresh.no, tell=silent)
    assert (earned, settled.minutes) == ([30, 0], 60)
    assert await ledger_sum(village) == 0


async def test_who_has_time_pays_with_it_and_else_the_community_does(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await helper(village, wang)
    await helper(village, neighbour)
    for asker, by in ((wang, neighbour), (neighbour, wang)):
        one = await done(village, asker, by)
        await mutual_aid.confirm(village.ctx, asker, one.no, tell=silent)
    assert (await coins(village, wang), await coins(village, neighbour)) == (60, 0)
    async with village.db.read() as conn:
        assert await timebank.balance(conn, [timebank.COMMUNITY]) == -60


async def test_sum_of_the_ledger_is_zero_after_any_history(
    village: Village, wang: Party, neighbour: Party
) -> None:
    dice = random.Random(7)
    for who in (wang, neighbour):
        await helper(village, who)
    way = (mutual_aid.accept, mutual_aid.start, mutual_aid.finish, mutual_aid.confirm)
    astray = (*way, mutual_aid.dispute, mutual_aid.cancel, mutual_aid.release)
    for _ in range(40):
        asker, by = dice.sample([wang, neighbour], 2)
        now = village.clock.now()
        one = await asked(village, asker, window=(now, now + timedelta(days=1)))
        for step in way:
            for move in [*dice.choices(astray, k=dice.randrange(2)), step, step]:
                for who in (asker, by):
                    await refusal(move(village.ctx, who, one.no, tell=silent))
                    assert await ledger_sum(village) == 0
            village.clock.advance(dice.randrange(7200))
        await refusal(mutual_aid.dispute(village.ctx, asker, one.no, tell=silent))
        await refusal(mutual_aid.cancel(village.ctx, asker, one.no, tell=silent))
    assert await village.count(time_entry) > 4
    assert await coins(village, wang) >= 0
    assert await coins(village, neighbour) >= 0


async def moved(village: Village) -> dict[str, list[int]]:
    """By number of a request: the entries of the ledger."""
    async with village.db.read() as conn:
        rows = await conn.execute(
            select(time_entry.c.what, time_entry.c.minutes).order_by(time_entry.c.id)
        )
        found: dict[str, list[int]] = {}
        for what, minutes in rows:
            found.setdefault(what, []).append(minutes)
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_time_moves_for_what_was_agreed_to_and_for_nothing_else(
    village: Village, wang: Party, neighbour: Party, seed: int
) -> None:
    dice, people = random.Random(seed), [wang, neighbour]
    people.append(await village.account(await village.home(9, 1, "1", code="91")))
    for who in people:
        await helper(village, who)
    own = (mutual_aid.confirm, mutual_aid.dispute, mutual_aid.cancel)
    theirs = (mutual_aid.accept, mutual_aid.start, mutual_aid.finish, mutual_aid.release)
    numbers = []
    for _ in range(12):
        asker, by = dice.sample(people, 2)
        now = village.clock.now()
        one = await asked(village, asker, window=(now, now + timedelta(days=1)))
        numbers.append(one.no)
        for _ in range(12):
            village.clock.advance(dice.randrange(3600))
            match dice.randrange(5):
                case 0:
                    await refusal(
                        dice.choice(own)(village.ctx, dice.choice(people), one.no, tell=silent)
                    )
                case 1:
                    pays = dice.random() < 0.5
                    await refusal(time_bank.settle(village.ctx, one.no, staff_id="s", pays=pays))
                case _:
                    await refusal(dice.choice(theirs)(village.ctx, by, one.no, tell=silent))
            assert await ledger_sum(village) == 0
        for ending in (mutual_aid.confirm, mutual_aid.cancel, mutual_aid.dispute):
            await refusal(ending(village.ctx, asker, one.no, tell=silent))
    expected = {}
    async with village.db.read() as conn:
        for no in numbers:
            one = await helps.by_no(conn, no)
            kinds = [kind for kind, _ in await helps.history(conn, one.id)]
            if one.state != "credited":
                assert "confirmed" not in kinds
                continue
            assert "confirmed" in kinds or "disputed" in kinds
            if one.minutes:
                expected[str(no)] = [-one.minutes, one.minutes]
    assert await moved(village) == expected


async def test_transfer_moves_some_time_between_two(village: Village) -> None:
    async with village.db.write() as conn:
        for payer, payee, minutes in (("a", "a", 30), ("a", "b", 0), ("a", "b", -30)):
            with pytest.raises(BadInput):
                await timebank.transfer(
                    conn, village.clock, key="k", payer=payer, payee=payee, minutes=minutes,
                    what="-",
                )  # fmt: skip
    assert await village.count(time_entry) == 0


async def test_same_key_moves_time_once(village: Village) -> None:
    async with village.db.write() as conn:
        moved = [
            await timebank.transfer(
                conn, village.clock, key="k", payer="a", payee="b", minutes=30, what="-"
            )
            for _ in range(2)
        ]
        assert (moved, await timebank.balance(conn, ["b"])) == ([True, False], 30)


async def test_statement_is_ones_own_with_the_last_three(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    numbers = []
    for _ in range(4):
        one = await done(village, wang, neighbour, minutes=30)
        numbers.append(str(one.no))
        await mutual_aid.confirm(village.ctx, wang, one.no, tell=silent)
    await done(village, wang, neighbour)
    minutes, last, waiting = await time_bank.statement(village.ctx, neighbour)
    assert (minutes, [(e.what, e.minutes) for e in last], waiting) == (
        120, [(no, 30) for no in reversed(numbers[1:])], 1,
    )  # fmt: skip
    assert await time_bank.statement(village.ctx, household) == (0, [], 0)


async def test_open_items_and_register_show_what_is_under_way_without_a_phone(
    village: Village, home: Home, wang: Party, neighbour: Party
) -> None:
    await helper(village, neighbour)
    one = await asked(village, wang, task="扛袋米，打13812348000")
    await mutual_aid.accept(village.ctx, neighbour, one.no, tell=silent)
    assert await mutual_aid.open_items(village.ctx, neighbour) == [
        (str(one.no), "扛袋米，打13812348000", "有人接了")
    ]
    assert await mutual_aid.register(village.ctx, TUESDAY[0].date()) == Register(
        "邻里互助", ("编号", "住户", "事情", "时间", "志愿者", "状态"),
        ((str(one.no), home.label, "扛袋米，打138****8000", "11月4日 15:00到17:00", "李宏伟",
          "有人接了"),),
    )  # fmt: skip
    assert (await mutual_aid.register(village.ctx, date(2025, 11, 5))).rows == ()


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("扛袋米", "carry"), ("陪我去医院", "company"), ("教我用手机", "teach"), ("遛狗", "pet"),
        ("接孩子放学", "child"), ("换灯泡", "fix"), ("取快递", "errand"), ("擦窗户", "housework"),
        ("弹棉花", "other"),
    ],
)  # fmt: skip
def test_task_has_one_kind(task: str, kind: str) -> None:
    assert volunteers.kind_of(task) == kind
