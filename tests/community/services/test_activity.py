"""Activities: seats, the waiting line and who moves up, duplicates, what is on, the check-in list."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from community.errors import BadInput, Conflict, NotBound, NotFound
from community.registers import Register
from community.services import activity
from community.services.activity import Place
from community.store import activities
from community.store.activities import Activity, Signup
from community.store.identities import Home, Party
from community.store.schema import activity as activity_table
from community.store.schema import activity_signup
from community.times import local
from tests.community import canteen
from tests.community.village import Village


async def silent(conn: Any, one: Signup) -> None:
    """Nobody is told."""


async def join(
    village: Village, account: Party, what: str, turn_id: str = "turn_1", **more
) -> Place:
    return await activity.join(village.ctx, account, turn_id=turn_id, activity_id=what, **more)


async def taken(village: Village, what: str) -> int:
    async with village.db.read() as conn:
        found = await activities.get(conn, what)
    assert found is not None
    return found.taken


async def test_seat_is_kept_whole(village: Village, wang: Party, home: Home) -> None:
    what = await canteen.activity(village, "合唱团")
    made = await join(village, wang, what, people=2, who="我妈")
    starts_at = village.clock.now() + timedelta(hours=24)
    assert made == Place(
        Signup(
            id=made.signup.id, no=1001, activity_id=what, room_id=home.room_id,
            identity_id=wang.identity_id, who="我妈", people=2, state="joined", name="合唱团",
            place="活动中心", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
            home=home.label, conversation_id=wang.conversation_id,
        ),
        None,
    )  # fmt: skip
    assert await taken(village, what) == 2


async def test_last_seat_goes_to_one_of_twenty_and_the_others_wait_in_order(
    village: Village, home: Home
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    people = [await village.account(home) for _ in range(20)]
    made = await asyncio.gather(
        *(join(village, one, what, f"turn_{i}") for i, one in enumerate(people))
    )
    in_order = sorted(made, key=lambda place: place.signup.no)
    assert [one.signup.state for one in in_order] == ["joined"] + ["waiting"] * 19
    assert [one.ahead for one in in_order] == [None, *range(19)]
    assert await taken(village, what) == 1


async def test_turn_delivered_twice_signs_up_once(village: Village, wang: Party) -> None:
    what = await canteen.activity(village, "合唱团")
    made = await asyncio.gather(*(join(village, wang, what) for _ in range(5)))
    assert made == [made[0]] * 5
    assert await taken(village, what) == 1


async def test_same_person_is_on_a_list_once_and_another_may_be_added(
    village: Village, wang: Party, household: Party
) -> None:
    what = await canteen.activity(village, "合唱团")
    first = await join(village, wang, what)
    with pytest.raises(Conflict):
        await join(village, wang, what, "turn_2")
    await join(village, wang, what, "turn_3", who="我妈")
    await join(village, household, what, "turn_4")
    assert await activity.standing(village.ctx, wang, what) == first
    assert await taken(village, what) == 3
    await activity.cancel(village.ctx, wang, first.signup.no, silent)
    assert await activity.standing(village.ctx, wang, what) is None
    again = await join(village, wang, what, "turn_5")
    assert again.signup.state == "joined"


async def test_whoever_fits_moves_up_in_order_and_is_told_in_the_same_transaction(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=3)
    first = await join(village, wang, what, "turn_1", people=2)
    await join(village, wang, what, "turn_2", who="我妈")
    large = await join(village, household, what, "turn_3", people=3)
    small = await join(village, neighbour, what, "turn_4")
    last = await join(village, neighbour, what, "turn_5", who="我爸")
    assert [one.ahead for one in (large, small, last)] == [0, 1, 2]
    told = []

    async def tell(conn: Any, one: Signup) -> None:
        told.append((one.no, (await activities.of_key(conn, key)) is not None))

    key = f"{what}:{wang.identity_id}:"
    left = await activity.cancel(village.ctx, wang, first.signup.no, tell)
    assert left == first.signup
    assert told == [(small.signup.no, False), (last.signup.no, False)]
    assert await taken(village, what) == 3
    states = [one.signup.state for one in await activity.mine(village.ctx, neighbour)]
    assert states == ["joined", "joined"]
    assert [one.ahead for one in await activity.mine(village.ctx, household)] == [None, 0]


async def test_word_that_cannot_be_kept_leaves_the_list_as_it_was(
    village: Village, wang: Party, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    first = await join(village, wang, what, "turn_1")
    waits = await join(village, neighbour, what, "turn_2")

    async def fail(conn: Any, one: Signup) -> None:
        raise BadInput("no words")

    with pytest.raises(BadInput):
        await activity.cancel(village.ctx, wang, first.signup.no, fail)
    assert await activity.mine(village.ctx, wang) == [first]
    assert await activity.mine(village.ctx, neighbour) == [waits]


async def test_leaving_the_line_frees_no_seat(
    village: Village, wang: Party, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    await join(village, wang, what, "turn_1")
    waits = await join(village, neighbour, what, "turn_2")
    await activity.cancel(village.ctx, neighbour, waits.signup.no, silent)
    assert await taken(village, what) == 1
    again = await activity.cancel(village.ctx, neighbour, waits.signup.no, silent)
    assert (again.no, again.state, await taken(village, what)) == (waits.signup.no, "cancelled", 1)


async def test_nobody_moves_up_once_it_has_begun(
    village: Village, wang: Party, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1, hours=1)
    first = await join(village, wang, what, "turn_1")
    await join(village, neighbour, what, "turn_2")
    village.clock.advance(3600)
    await activity.cancel(village.ctx, wang, first.signup.no, silent)
    assert [one.ahead for one in await activity.mine(village.ctx, neighbour)] == [0]
    village.clock.advance(2 * 3600)
    assert await activity.mine(village.ctx, neighbour) == []


@pytest.mark.parametrize("people", [0, -1, 7, 999])
async def test_no_people_or_too_many_are_refused(
    village: Village, wang: Party, people: int
) -> None:
    what = await canteen.activity(village, "合唱团", capacity=1000)
    with pytest.raises(BadInput):
        await join(village, wang, what, people=people)
    assert await village.count(activity_signup) == 0


async def test_what_has_begun_or_is_not_there_is_refused(village: Village, wang: Party) -> None:
    what = await canteen.activity(village, "合唱团", hours=1)
    village.clock.advance(3600)
    with pytest.raises(BadInput):
        await join(village, wang, what)
    with pytest.raises(NotFound):
        await join(village, wang, "act_none")


async def test_another_homes_entry_is_as_one_that_is_not_there(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    what = await canteen.activity(village, "合唱团")
    made = await join(village, wang, what)
    for no in (made.signup.no, 9999):
        with pytest.raises(NotFound):
            await activity.cancel(village.ctx, neighbour, no, silent)
    for asked in (
        join(village, stranger, what, "turn_2"), activity.mine(village.ctx, stranger),
        activity.cancel(village.ctx, stranger, made.signup.no, silent),
    ):  # fmt: skip
        with pytest.raises(NotBound):
            await asked
    await activity.cancel(village.ctx, household, made.signup.no, silent)
    assert await activity.mine(village.ctx, wang) == []


async def test_past_ones_are_not_on_and_weekly_ones_go_on(village: Village) -> None:
    await canteen.activity(village, "合唱团", weekly=True, hours=24)
    await canteen.activity(village, "义诊", hours=2)
    now = village.clock.now()

    async def coming() -> list[tuple[str, float]]:
        return [
            (one.name, (one.starts_at - now) / timedelta(hours=1))
            for one in await activity.upcoming(village.ctx)
        ]

    weeks = [("合唱团", 24 + 168 * i) for i in range(4)]
    assert await coming() == [("义诊", 2), *weeks]
    assert await coming() == [("义诊", 2), *weeks]
    village.clock.advance(60 * 24 * 3600)
    later = await coming()
    assert [name for name, _ in later] == ["合唱团"] * 4
    assert later[0][1] == 24 + 168 * 9
    assert await village.count(activity_table) == 1 + 4 + 4


@pytest.mark.parametrize(
    ("words", "heard", "found"),
    [
        ("合唱团给我报个名", None, {"合唱团"}),
        ("我想唱红歌", None, {"合唱团"}),
        ("太集拳我报", "太集拳", {"太极拳"}),  # equally near to two names of one series
        ("书发班", "书发班", {"书法班"}),
        ("合唱团和太极拳都报", None, {"合唱团", "太极拳"}),
        ("我要报瑜伽", "瑜伽", set()),
        ("有啥活动", None, set()),
        ("健康讲座", None, {"健康讲座"}),  # not every lecture
    ],
)
async def test_activity_is_known_by_name_words_or_sound(
    village: Village, words: str, heard: str | None, found: set[str]
) -> None:
    await canteen.activity(village, "合唱团", "唱歌", "唱红歌")
    await canteen.activity(village, "太极拳", "太极泉", "太极")
    await canteen.activity(village, "书法班", "写字")
    await canteen.activity(village, "健康讲座", "讲座")
    await canteen.activity(village, "防诈骗讲座", "讲座")
    coming = await activity.upcoming(village.ctx)
    assert {one.name for one in activity.named(words, coming, heard)} == found


async def test_kind_that_is_asked_for_is_picked(village: Village) -> None:
    await canteen.activity(village, "太极拳", kind="sport")
    await canteen.activity(village, "亲子活动", kind="family")
    coming = await activity.upcoming(village.ctx)

    def names(among: list[Activity]) -> list[str]:
        return [one.name for one in among]

    assert names(activity.of_kind("有没有能带小宝宝去的", coming)) == ["亲子活动"]
    assert sorted(names(activity.of_kind("有啥活动", coming))) == ["亲子活动", "太极拳"]


async def test_open_items_and_check_in_list(
    village: Village, wang: Party, neighbour: Party, stranger: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=2)
    await join(village, wang, what, "turn_1", people=2)
    await join(village, neighbour, what, "turn_2", who="我妈")
    gone = await join(village, wang, what, "turn_3", who="我爸")
    await activity.cancel(village.ctx, wang, gone.signup.no, silent)
    when = "11月4日 14:05到16:05"
    assert await activity.open_items(village.ctx, wang) == [("1001", f"包饺子 {when}", "已报名")]
    assert await activity.open_items(village.ctx, stranger) == []
    tomorrow = local(village.clock.now() + timedelta(days=1)).date()
    assert await activity.register(village.ctx, tomorrow) == Register(
        "活动签到",
        ("活动", "时间", "报名人", "房号", "人数", "状态", "编号"),
        (
            ("包饺子", when, "本人", "3号楼2单元501", "2", "已报名", "1001"),
            ("包饺子", when, "我妈", "3号楼2单元502", "1", "候补", "1002"),
        ),
    )
    assert (await activity.register(village.ctx, tomorrow - timedelta(days=1))).rows == ()
