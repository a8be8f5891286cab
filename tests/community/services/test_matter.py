"""Grid events and 12345 matters: filed for the right place, moved by staff, never claimed too early."""

from __future__ import annotations

from datetime import datetime

import pytest

from community.errors import BadInput, Code, NotFound
from community.labels import group
from community.services import grid, hotline, matter
from community.services.matter import STAFF_MOVES
from community.services.public import table
from community.store.identities import Party
from community.store.tickets import Ticket
from community.times import SHANGHAI
from tests.community import public
from tests.community.services.sentences import said
from tests.community.village import Village

STATES = ("new", "accepted", "filed", "done", "refused", "withdrawn")
FIELD = {
    ("new", "accept"): "accepted", ("new", "done"): "done", ("accepted", "done"): "done",
    ("new", "refuse"): "refused", ("accepted", "refuse"): "refused",
}  # fmt: skip
TABLE = {
    "grid": FIELD,
    "hotline": {
        ("new", "file"): "filed", ("filed", "done"): "done", ("new", "refuse"): "refused",
        ("filed", "refuse"): "refused",
    },
}  # fmt: skip
"By kind: (state, act of staff): the state it leads to; whatever is not here is refused"


@pytest.fixture(autouse=True)
async def facilities(village: Village) -> None:
    await public.built(village)


async def filed(village: Village, account: Party, kind: str) -> Ticket:
    return await (public.city if kind == "hotline" else public.disorder)(village, account)


@pytest.mark.parametrize("kind", TABLE)
async def test_act_of_staff_is_allowed_where_the_table_says_and_nowhere_else(
    village: Village, wang: Party, kind: str
) -> None:
    for act in STAFF_MOVES[kind]:
        for state in STATES:
            one = await village.put(await filed(village, wang, kind), state)
            moving = matter.staff_act(
                village.ctx, one.id, act, staff_id="staff_chen", version=1, note="去看过了",
                outside_no="20251100371",
            )  # fmt: skip
            assert await village.outcome(one, moving) == TABLE[kind].get((state, act), Code.STALE)


@pytest.mark.parametrize("kind", ["facility", "grid", "hotline"])
def test_states_have_words(kind: str) -> None:
    reached = {state for _, state in STAFF_MOVES[kind].values()} | {"new", "withdrawn"}
    assert set(group(f"{kind}_state")) == reached


@pytest.mark.parametrize(
    ("kind", "state", "act"), [("grid", "new", "refuse"), ("hotline", "filed", "done")]
)
async def test_refusal_and_answer_carry_words(
    village: Village, wang: Party, kind: str, state: str, act: str
) -> None:
    one = await village.put(await filed(village, wang, kind), state)
    with pytest.raises(BadInput):
        await matter.staff_act(village.ctx, one.id, act, staff_id="staff_chen", version=1)
    await matter.staff_act(
        village.ctx, one.id, act, staff_id="staff_chen", version=1, note="归街道管"
    )
    (mine,) = await matter.mine(village.ctx, wang)
    assert mine.answer == "归街道管"


async def test_city_matter_is_filed_with_the_citys_number_and_its_days_begin(
    village: Village, wang: Party
) -> None:
    one = await public.city(village, wang)
    assert one.due_at == datetime(2025, 11, 4, 18, tzinfo=SHANGHAI)
    with pytest.raises(BadInput):
        await hotline.file(village.ctx, one.id, staff_id="staff_chen", version=1, outside_no="")
    moved = await hotline.file(
        village.ctx, one.id, staff_id="staff_chen", version=1, outside_no="20251100371"
    )
    (mine,) = await matter.mine(village.ctx, wang)
    assert (moved.state, mine.detail.outside_no) == ("filed", "20251100371")
    assert moved.due_at == datetime(2025, 11, 10, 18, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "days", "end"),
    [((3, 14), 1, 4), ((7, 9), 1, 10), ((8, 9), 1, 10), ((3, 14), 5, 10), ((3, 14), 15, 24)],
)  # fmt: skip
def test_weekends_are_no_working_days(day: tuple[int, int], days: int, end: int) -> None:
    begun = datetime(2025, 11, *day, tzinfo=SHANGHAI)
    assert hotline.after_working_days(begun, days) == datetime(2025, 11, end, 18, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("kind", "state", "outcome"),
    [
        ("grid", "new", "withdrawn"), ("grid", "accepted", "withdrawn"), ("grid", "done", Code.STALE),
        ("hotline", "new", "withdrawn"), ("hotline", "filed", Code.STALE),
    ],
)  # fmt: skip
async def test_resident_takes_back_what_has_not_gone_too_far(
    village: Village, wang: Party, kind: str, state: str, outcome: str
) -> None:
    one = await village.put(await filed(village, wang, kind), state)
    moving = matter.withdraw(village.ctx, wang, one.no, turn_id="w")
    assert await village.outcome(one, moving) == outcome


async def test_another_households_matter_is_as_an_absent_one(
    village: Village, wang: Party, neighbour: Party
) -> None:
    one = await public.disorder(village, wang)
    for no in (one.no, 9999):
        with pytest.raises(NotFound):
            await matter.withdraw(village.ctx, neighbour, no, turn_id="w")
    assert await matter.open_items(village.ctx, neighbour) == []
    assert await matter.open_items(village.ctx, wang) == [
        ("1001", "环境秩序 3号楼楼道堆了纸箱", "待受理")
    ]


@pytest.mark.parametrize("kind", ["grid", "hotline"])
async def test_anonymous_one_keeps_no_home_and_its_reporter_may_ask(
    village: Village, wang: Party, household: Party, kind: str
) -> None:
    file = public.city if kind == "hotline" else public.disorder
    one = await file(village, wang, anonymous=True)
    assert (one.anonymous, one.room_id) == (True, None)
    assert [m.ticket for m in await matter.mine(village.ctx, wang)] == [one]
    assert await matter.mine(village.ctx, household) == []


@pytest.mark.parametrize(
    ("words", "category", "hours"),
    [
        ("有人堆杂物堵消防通道", "fire_lane", 4), ("野狗撵人", "dogs", 4),
        ("有人把电动车推进楼里充电", "ebike", 4), ("花坛边烧纸钱", "burning", 1),
        ("单元门口贴满小广告", "adverts", 24), ("怪事", "other", 24),
    ],
)  # fmt: skip
async def test_disorder_is_sorted_and_due(
    village: Village, wang: Party, words: str, category: str, hours: int
) -> None:
    one = await public.disorder(village, wang, words)
    (mine,) = await matter.mine(village.ctx, wang)
    assert mine.detail.category == category
    assert one.due_at == village.clock.now() + public.hours(hours)


def test_most_sentences_are_sorted_and_all_categories_have_words() -> None:
    sentences = said("grid", "report_grid_event")
    other = [words for words in sentences if grid.category_of(words) == "other"]
    assert (len(sentences) > 100, len(other) <= len(sentences) // 20) == (True, True)
    assert set(table("grid")["categories"]) | {"other"} == set(group("grid_category"))
    assert set(table("hotline")["categories"]) == set(group("hotline_category"))
    assert set(table("hotline")["answer_days"]) == set(group("hotline_category"))


@pytest.mark.parametrize(
    ("words", "grids"),
    [
        ("3号楼楼道堆了纸箱", "grid_一"), ("5号楼2单元门口有狗", "grid_二"), ("楼下有狗", "grid_一"),
        ("8号楼有狗", None),
    ],
)  # fmt: skip
async def test_disorder_goes_to_the_grid_of_its_place_else_of_the_home(
    village: Village, wang: Party, words: str, grids: str | None
) -> None:
    await public.disorder(village, wang, words)
    (mine,) = await matter.mine(village.ctx, wang)
    assert mine.detail.grid_id == grids


async def test_substitute_stands_in_while_the_worker_is_away(village: Village, wang: Party) -> None:
    async def who() -> tuple[str | None, str | None]:
        (one,) = await grid.of_words(village.ctx, wang, "网格员是谁")
        return one.worker.name if one.worker else None, one.away.name if one.away else None

    until = village.clock.now() + public.hours(5)
    assert await who() == ("陈敏", None)
    await grid.put_away(village.ctx, "staff_chen", until)
    assert await who() == ("何建平", "陈敏")
    await grid.put_away(village.ctx, "staff_he", until)
    assert await who() == (None, "陈敏")
    village.clock.advance(5 * 3600)
    assert await who() == ("陈敏", None)
    with pytest.raises(NotFound):
        await grid.put_away(village.ctx, "staff_nobody", None)


async def test_grid_of_a_building_that_is_named_and_all_of_them_for_a_stranger(
    village: Village, wang: Party, stranger: Party
) -> None:
    async def names(account: Party, words: str) -> list[str]:
        return [one.grid.name for one in await grid.of_words(village.ctx, account, words)]

    assert await names(wang, "13号楼归哪个网格员管") == ["二"]
    assert await names(wang, "5号楼归谁管") == ["一", "二"]
    assert await names(wang, "8号楼归谁管") == []
    assert await names(stranger, "网格员是谁") == ["一", "二"]
    register = await grid.register(village.ctx, village.clock.now().date())
    assert register.rows == (
        ("一", "3号楼、5号楼1单元", "陈敏", "工作日", "17000000901", "何建平", ""),
        ("二", "5号楼2单元、13号楼", "何建平", "工作日", "17000000902", "", ""),
    )
