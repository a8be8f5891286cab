"""Owners' votes: one ballot for each owner's home, that stays, is sealed, and is counted at the end."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import delete, insert, update

from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import vote
from community.services.vote import Result
from community.store.identities import Party
from community.store.schema import ballot, room
from community.store.votes import Ballot, Share, Vote
from tests.community.estate import CHOICES, add_vote, family
from tests.community.village import Village


@pytest.fixture
async def lift(village: Village) -> str:
    return await add_vote(village, "装电梯")


async def cast(
    village: Village, who: Party, vote_id: str, choice: str = "agree", turn: str = "t1"
) -> Ballot:
    return await vote.cast(village.ctx, who, vote_id=vote_id, choice=choice, turn_id=turn)


async def voters(village: Village, count: int) -> list[Party]:
    """Owners of so many homes."""
    return [
        await village.account(
            await village.home(9, 1, str(n), (f"户{n}", "owner", None), code=f"9{n}"), person=0
        )
        for n in range(count)
    ]


async def test_ballot_is_kept_and_numbered(village: Village, wang: Party, lift: str) -> None:
    made = await cast(village, wang, lift, "against")
    assert made == Ballot(no=1001, choice="against", at=village.clock.now())
    assert await vote.mine(village.ctx, wang, lift) == made


async def test_home_votes_once_whoever_of_it_is_first(village: Village, lift: str) -> None:
    home = await family(village)
    who = [await village.account(home, person=one) for one in (0, 1, None)] * 7
    asked = [cast(village, one, lift, "agree", f"t{i}") for i, one in enumerate(who[:20])]
    got = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Ballot) for one in got) == 1
    assert sum(isinstance(one, Conflict) for one in got) == 19
    assert await village.count(ballot) == 1


async def test_turn_delivered_twice_casts_once(village: Village, wang: Party, lift: str) -> None:
    made = await asyncio.gather(*(cast(village, wang, lift) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await village.count(ballot) == 1


async def test_cast_ballot_cannot_be_changed(village: Village, wang: Party, lift: str) -> None:
    made = await cast(village, wang, lift)
    with pytest.raises(Conflict):
        await cast(village, wang, lift, "against", "t2")
    assert await vote.mine(village.ctx, wang, lift) == made


async def test_only_an_owners_household_votes(village: Village, stranger: Party, lift: str) -> None:
    own = await family(village)
    let = await village.home(
        5, 1, "201", ("戊", "owner", None), ("己", "tenant", None), ("庚", "member", None),
        code="52010002",
    )  # fmt: skip
    nobodys = await village.home(5, 1, "301", ("辛", "member", None), code="53010003")
    people = [(own, 0), (own, 1), (own, 2), (own, None), (let, 0), (let, 1), (let, 2), (let, None),
              (nobodys, 0)]  # fmt: skip
    may = {}
    for home, person in people:
        who = await village.account(home, person=person)
        may[home.label[-3:], who.role] = await vote.may_vote(village.ctx, who)
        if not may[home.label[-3:], who.role]:
            for refused in (cast(village, who, lift), vote.mine(village.ctx, who, lift)):
                with pytest.raises(NotAllowed):
                    await refused
    assert may == {
        ("101", "owner"): True, ("101", "member"): True, ("101", "guardian"): False,
        ("101", None): True, ("201", "owner"): True, ("201", "tenant"): False,
        ("201", "member"): False, ("201", None): False, ("301", "member"): False,
    }  # fmt: skip
    with pytest.raises(NotBound):
        await cast(village, stranger, lift)
    assert await village.count(ballot) == 0


async def test_votes_run_from_their_beginning_to_their_end(village: Village, wang: Party) -> None:
    late = await add_vote(village, "修车棚", closes=9)
    now = await add_vote(village, "装电梯", opens=0, closes=5)
    over = await add_vote(village, "换物业", opens=-9, closes=0)
    soon = await add_vote(village, "装路灯", opens=1)
    ctx = village.ctx
    assert [one.id for one in await vote.running(ctx)] == [now, late]
    assert [one.id for one in await vote.ended(ctx)] == [over]
    for vote_id, refused in ((over, Conflict), (soon, Conflict), ("vote_x", NotFound)):
        with pytest.raises(refused):
            await cast(village, wang, vote_id)
    with pytest.raises(BadInput):
        await cast(village, wang, now, "perhaps")
    assert await village.count(ballot) == 0


async def test_result_is_counted_only_after_the_end(village: Village, lift: str) -> None:
    for i, who in enumerate(await voters(village, 4)):
        await cast(village, who, lift, "against" if i == 0 else "agree", f"t{i}")
    (running,) = await vote.running(village.ctx)
    with pytest.raises(Conflict):
        await vote.result(village.ctx, running)
    village.clock.advance(5 * 24 * 3600)
    assert await vote.result(village.ctx, running) == Result(
        (("同意", Share(3, None)), ("反对", Share(1, None)), ("弃权", Share(0, 0))), Share(4, None)
    )


async def measure(village: Village, *areas_dm2: int | None) -> None:
    """The floor areas of the first homes of `voters`."""
    async with village.db.write() as conn:
        for i, area in enumerate(areas_dm2):
            which = room.c.id == f"room_9_1_{i}"
            await conn.execute(update(room).where(which).values(area_dm2=area))


async def test_result_is_by_homes_and_by_their_areas(village: Village, lift: str) -> None:
    for i, who in enumerate((await voters(village, 4))[:3]):
        await cast(village, who, lift, "against" if i == 0 else "agree", f"t{i}")
    await measure(village, 12050, 6805, 9000, 10000)
    village.clock.advance(5 * 24 * 3600)
    (over,) = await vote.ended(village.ctx)
    found = await vote.result(village.ctx, over)
    assert found == Result(
        (("同意", Share(2, 15805)), ("反对", Share(1, 12050)), ("弃权", Share(0, 0))),
        Share(4, 37855),
    )
    assert (found.cast, found.is_measured, found.level) == (3, True, ())
    rows = (await vote.register(village.ctx, date(2025, 11, 8))).rows
    assert rows[0][-1] == "同意2（158.05㎡），反对1（120.5㎡），弃权0"
    await measure(village, None)
    unmeasured = await vote.result(village.ctx, over)
    assert (unmeasured.is_measured, unmeasured.everybody) == (False, Share(4, None))


@pytest.mark.parametrize(
    ("choices", "level"),
    [
        ([], ()), (["agree"], ()), (["agree", "against"], ("同意", "反对")),
        (["agree", "against", "abstain", "abstain"], ()),
        (["agree", "abstain", "against"], ("同意", "反对", "弃权")),
    ],
)  # fmt: skip
async def test_homes_that_are_level_are_told(
    village: Village, lift: str, choices: list[str], level: tuple[str, ...]
) -> None:
    for i, (who, choice) in enumerate(
        zip(await voters(village, 4), choices, strict=False)
    ):  # fmt: skip
        await cast(village, who, lift, choice, f"t{i}")
    village.clock.advance(5 * 24 * 3600)
    found = await vote.result(village.ctx, (await vote.ended(village.ctx))[0])
    assert (found.cast, found.level) == (len(choices), level)


@pytest.mark.parametrize(
    ("area_dm2", "said"), [(0, "0"), (10000, "100"), (8937, "89.37"), (9050, "90.5"), (7, "0.07"), (1_234_567_08, "1234567.08")]
)  # fmt: skip
def test_areas_are_said_as_they_are(area_dm2: int, said: str) -> None:
    assert vote.square_metres(area_dm2) == said


async def test_register_tells_how_many_and_never_who(village: Village, lift: str) -> None:
    for i, who in enumerate(await voters(village, 2)):
        await cast(village, who, lift, turn=f"t{i}")
    columns = ("投票", "截止", "状态", "已投户数", "结果")
    today = date(2025, 11, 3)
    assert await vote.register(village.ctx, today) == Register(
        "业主投票", columns, (("装电梯", "11月8日 14:05", "进行中", "2", ""),),
        "选票的封印刚核对过，都对得上。",
    )  # fmt: skip
    assert (await vote.register(village.ctx, date(2025, 11, 9))).rows == ()
    village.clock.advance(5 * 24 * 3600)
    assert (await vote.register(village.ctx, date(2025, 11, 8))).rows == (
        ("装电梯", "11月8日 14:05", "已结束", "2", "同意2，反对0，弃权0"),
    )


@pytest.mark.parametrize("harm", ["change", "move", "remove", "forge"])
async def test_tampering_breaks_the_chain(village: Village, lift: str, harm: str) -> None:
    for i, who in enumerate(await voters(village, 4)):
        await cast(village, who, lift, turn=f"t{i}")
    day = date(2025, 11, 3)
    assert "都对得上" in (await vote.register(village.ctx, day)).note
    second = ballot.c.no == 1002
    statements = {
        "change": update(ballot).where(second).values(choice="against"),
        "move": update(ballot).where(second).values(room_id="room_9_1_x"),
        "remove": delete(ballot).where(second),
        "forge": insert(ballot).values(
            no=9, vote_id=lift, room_id="room_9_1_x", choice="agree", hash="x",
            at=village.clock.now(),
        ),
    }  # fmt: skip
    await village.home(9, 1, "x", code="99")
    async with village.db.write() as conn:
        await conn.execute(statements[harm])
    first = {"change": 1002, "move": 1002, "remove": 1003, "forge": 9}
    note = f"选票的封印从回执号 {first[harm]} 起对不上，有人动过选票。先别公布结果，马上找管理员。"
    assert (await vote.register(village.ctx, day)).note == note


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("我同意", ["agree"]), ("我不同意", ["against"]), ("不赞成", ["against"]),
        ("赞成，支持", ["agree"]), ("反对，不对，同意", ["against", "agree"]), ("弃权吧", ["abstain"]),
        ("我反對", ["against"]), ("随便", []), ("", []), ("同意不同意", ["agree", "against"]),
    ],
)  # fmt: skip
def test_longest_words_of_a_choice_are_meant(
    village: Village, words: str, codes: list[str]
) -> None:
    now = village.clock.now()
    one = Vote("v", "装电梯", [], "", CHOICES, "", "", now, now)
    assert vote.chosen(words, one) == codes


async def test_vote_is_named_by_its_title_or_its_words_alone(village: Village, lift: str) -> None:
    shed = await add_vote(village, "修车棚")
    among = await vote.running(village.ctx)
    named = {
        words: vote.named(words, among) for words in ("装电梯的", "车棚", "电梯和车棚", "路灯")
    }
    assert {words: one.id if one else None for words, one in named.items()} == {
        "装电梯的": lift, "车棚": shed, "电梯和车棚": None, "路灯": None,
    }  # fmt: skip
