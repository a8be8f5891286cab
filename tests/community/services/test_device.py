"""Things of a home: what a wish comes to, done once, believed only when read back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotAllowed, NotBound, NotFound
from community.services import device, scenes
from community.services.device import Result
from community.services.device_plan import Question, Refusal
from community.store.database import Database
from community.store.identities import Home, Party
from community.store.schema import device_act
from language.device_commands import parse
from tests.community.homes import furnish, grant, put, state
from tests.community.village import Village


@pytest.fixture
async def furnished(village: Village, home: Home, next_door: Home) -> Home:
    """501 with everything off; next door has the same."""
    await furnish(village, home)
    await furnish(village, next_door)
    return home


async def do(
    village: Village, account: Party, words: str, turn_id: str = ""
) -> dict[str, str] | Question | list[Refusal] | None:
    """Carry words out: {id: outcome}, else the question or the refusals."""
    turn = turn_id or village.next("turn")
    report = await device.control(village.ctx, account, parse(words), turn_id=turn)
    if report.plan.question or report.plan.refusals:
        return report.plan.question or report.plan.refusals
    return {one.entity_id: one.outcome for one in report.results}


CHANGES = [
    ("打开客厅的灯", "light.living", {"state": "on", "brightness": 80}),
    ("客厅灯调到百分之三十", "light.living", {"state": "on", "brightness": 30}),
    ("客厅灯亮一点", "light.living", {"state": "on", "brightness": 100}),
    ("卧室灯弄暗些", "light.bedroom", {"state": "on", "brightness": 40}),
    ("卧室灯开到最亮", "light.bedroom", {"state": "on", "brightness": 100}),
    ("卧室夜灯打开", "light.night", {"state": "on", "brightness": 20}),
    ("台灯换成暖光", "light.desk", {"state": "on", "brightness": 70, "mode": "warm_light"}),
    ("客厅空调二十六度半", "climate.living",
     {"state": "on", "temperature": 26.5, "mode": "cool", "level": 1}),
    ("客厅空调调高两度", "climate.living",
     {"state": "on", "temperature": 28, "mode": "cool", "level": 1}),
    ("卧室空调再低一度", "climate.bedroom",
     {"state": "on", "temperature": 25, "mode": "cool", "level": 1}),
    ("卧室空调开睡眠档", "climate.bedroom",
     {"state": "on", "temperature": 26, "mode": "sleep", "level": 1}),
    ("客厅空调三档", "climate.living",
     {"state": "on", "temperature": 26, "mode": "cool", "level": 3}),
    ("客厅窗帘拉一半", "curtain.living", {"state": "open", "position": 50}),
    ("客厅窗帘拉上", "curtain.living", {"state": "closed", "position": 0}),
    ("电视声音调小点", "tv.living", {"state": "on", "volume": 10}),
    ("电视静音", "tv.living", {"state": "off", "volume": 0}),
    ("风扇开二档", "fan.study", {"state": "on", "level": 2}),
    ("热水器烧到五十五度", "water_heater.bathroom", {"state": "on", "temperature": 55}),
    ("烧洗澡水", "water_heater.bathroom", {"state": "on", "temperature": 45}),
    ("浴霸打开", "heater.bathroom", {"state": "on"}),
    ("抽风的给我开开", "fan.bathroom", {"state": "on"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "entity_id", "becomes"), CHANGES)
async def test_wish_changes_its_thing_and_no_other(
    village: Village, furnished: Home, next_door: Home, wang: Party, words: str, entity_id: str,
    becomes: dict[str, object],
) -> None:  # fmt: skip
    before = {one.id: one.state for one in await device.entities(village.ctx, wang)}
    assert await do(village, wang, words) == {entity_id: "done"}
    after = {one.id: one.state for one in await device.entities(village.ctx, wang)}
    assert after == before | {entity_id: becomes}
    assert await state(village, next_door, entity_id) == before[entity_id]


async def test_several_things_are_done_at_once(
    village: Village, furnished: Home, wang: Party
) -> None:
    await do(village, wang, "打开客厅灯和客厅空调")
    assert await do(village, wang, "关客厅灯，开卧室灯") == {
        "light.living": "done", "light.bedroom": "done",
    }  # fmt: skip
    assert await do(village, wang, "客厅的电器统统关掉") == {
        "light.living": "already", "climate.living": "done", "tv.living": "already",
    }  # fmt: skip


async def test_all_of_a_kind_and_all_of_the_home(
    village: Village, furnished: Home, wang: Party
) -> None:
    lamps = {e.id for e in await device.entities(village.ctx, wang) if e.kind == "light"}
    assert await do(village, wang, "所有的灯都打开") == dict.fromkeys(lamps, "done")
    everything = await do(village, wang, "全关了")
    assert isinstance(everything, dict)
    assert {i for i, outcome in everything.items() if outcome == "done"} == lamps
    assert "gas.kitchen" in everything
    assert not everything.keys() & {"lock.hall", "curtain.living"}


async def test_room_left_open_is_asked_and_nothing_is_done_meanwhile(
    village: Village, furnished: Home, wang: Party
) -> None:
    rooms = ("客厅", "卧室", "厨房", "卫生间", "阳台", "书房", "玄关")
    assert await do(village, wang, "开灯") == Question("area", "灯", rooms)
    assert await do(village, wang, "浴霸打开，再把灯打开") == Question("area", "灯", rooms)
    assert (await state(village, furnished, "heater.bathroom"))["state"] == "off"
    assert await village.count(device_act) == 0


async def test_only_one_that_is_on_is_the_one_to_be_turned_off(
    village: Village, furnished: Home, wang: Party
) -> None:
    await do(village, wang, "打开卧室灯")
    assert await do(village, wang, "关灯") == {"light.bedroom": "done"}
    already = await do(village, wang, "关灯")
    assert already == dict.fromkeys(
        ("light.living", "light.bedroom", "light.kitchen", "light.bathroom", "light.balcony",
         "light.study", "light.hall"), "already",
    )  # fmt: skip


async def test_what_was_changed_a_moment_ago_is_meant_by_the_next_words(
    village: Village, furnished: Home, wang: Party, household: Party
) -> None:
    await do(village, wang, "客厅空调调到二十六度")
    assert await do(village, wang, "再低一度") == {"climate.living": "done"}
    assert (await state(village, furnished, "climate.living"))["temperature"] == 25
    assert await do(village, wang, "空调太热了，调到二十四度") == {"climate.living": "done"}
    assert isinstance(await do(village, household, "再低一度"), Question)
    village.clock.advance(10 * 60 + 1)
    assert isinstance(await do(village, wang, "再低一度"), Question)


@pytest.mark.parametrize(
    ("words", "limits"),
    [("客厅空调调到四十度", (16, 30)), ("客厅空调调到十五度", (16, 30)), ("热水器烧到九十度", (35, 60)),
     ("电视音量开到三百", (0, 100)), ("风扇开九档", (1, 3)), ("客厅灯调到百分之二百", (1, 100))],
)  # fmt: skip
async def test_number_outside_the_range_is_asked_again_with_the_range(
    village: Village, furnished: Home, wang: Party, words: str, limits: tuple[int, int]
) -> None:
    asked = await do(village, wang, words)
    assert isinstance(asked, Question)
    assert (asked.what, asked.limits) == ("value", limits)
    assert await village.count(device_act) == 0


async def test_step_past_the_end_stops_there(
    village: Village, furnished: Home, wang: Party
) -> None:
    assert await do(village, wang, "客厅空调调到三十度") == {"climate.living": "done"}
    assert await do(village, wang, "再高两度") == {"climate.living": "already"}
    assert (await state(village, furnished, "climate.living"))["temperature"] == 30


async def test_gas_and_the_home_lock_are_closed_and_never_opened(
    village: Village, furnished: Home, wang: Party
) -> None:
    await put(village, furnished, "gas.kitchen", state={"state": "open"})
    await put(village, furnished, "lock.hall", state={"state": "unlocked"})
    assert await do(village, wang, "把燃气阀关上") == {"gas.kitchen": "done"}
    assert await do(village, wang, "门锁上") == {"lock.hall": "done"}
    for words, why, title in (
        ("把煤气打开", "gas", "厨房燃气阀"), ("打开灶", "gas", "厨房燃气阀"),
        ("把门锁打开", "lock", "玄关门锁"), ("开锁，智能锁", "lock", "玄关门锁"),
        ("燃气开到最大", "gas", "厨房燃气阀"),
    ):  # fmt: skip
        assert await do(village, wang, words) == [Refusal(why, title)]
    assert (await state(village, furnished, "gas.kitchen"))["state"] == "closed"
    assert (await state(village, furnished, "lock.hall"))["state"] == "locked"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [("打开洗衣机", Refusal("absent", "洗衣机")), ("打开厨房空调", Refusal("absent", "厨房空调")),
     ("关上阳台窗户", Refusal("unmoved", "阳台窗户")), ("浴霸调到三十度", Refusal("unfit", "卫生间浴霸")),
     ("厨房灯调到一半", Refusal("unfit", "厨房灯")), ("客厅灯换成护眼光，再把落地灯打开", Refusal("absent", "落地灯")),
     ("夜灯换成暖光", Refusal("unfit", "卧室夜灯"))],
)  # fmt: skip
async def test_what_cannot_be_done_is_refused(
    village: Village, furnished: Home, wang: Party, words: str, refusal: Refusal
) -> None:
    assert await do(village, wang, words) == [refusal]


async def test_plea_to_leave_it_changes_nothing(
    village: Village, furnished: Home, wang: Party
) -> None:
    report = await device.control(village.ctx, wang, parse("先别关客厅灯"), turn_id="turn_k")
    assert (report.plan.is_kept, report.results) == (True, [])


@pytest.mark.parametrize(("fault", "outcome"), [("offline", "offline"), ("stuck", "failed")])
async def test_thing_that_does_not_obey_is_never_reported_as_done(
    village: Village, furnished: Home, wang: Party, fault: str, outcome: str
) -> None:
    await put(village, furnished, "fan.study", fault=fault)
    report = await device.control(village.ctx, wang, parse("打开书房风扇和台灯"), turn_id="turn_f")
    assert report.results == [
        Result("fan.study", "书房风扇", "fan", "on", "", outcome),
        Result("light.desk", "书房台灯", "light", "on", "", "done"),
    ]
    assert (await state(village, furnished, "fan.study"))["state"] == "off"


async def test_lost_thing_is_not_said_to_be_off_already(
    village: Village, furnished: Home, wang: Party
) -> None:
    await put(village, furnished, "fan.study", fault="offline")
    assert await do(village, wang, "关掉书房风扇") == {"fan.study": "offline"}


async def test_turn_delivered_twice_changes_a_relative_wish_once(
    village: Village, furnished: Home, wang: Party
) -> None:
    for _ in range(3):
        told = await do(village, wang, "客厅空调调高两度", "turn_same")
        assert told == {"climate.living": "done"}
    together = [do(village, wang, "卧室空调调低一度", "turn_race") for _ in range(20)]
    await asyncio.gather(*together)
    assert (await state(village, furnished, "climate.living"))["temperature"] == 28
    assert (await state(village, furnished, "climate.bedroom"))["temperature"] == 25
    assert await village.count(device_act) == 2


async def test_turn_of_another_home_is_as_absent(
    village: Village, furnished: Home, wang: Party, neighbour: Party
) -> None:
    await do(village, wang, "打开客厅灯", "turn_wang")
    with pytest.raises(NotFound):
        await do(village, neighbour, "打开客厅灯", "turn_wang")


async def test_own_home_alone_and_a_guardian_only_when_granted(
    village: Village, furnished: Home, stranger: Party
) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "owner", None), ("乙", "member", None), ("丙", "tenant", None),
        ("丁", "guardian", None), code="51010001",
    )  # fmt: skip
    await furnish(village, home)
    for person in (0, 1, 2, None):
        account = await village.account(home, person=person)
        await do(village, account, "打开客厅灯")
    guardian = await village.account(home, person=3)
    for act in (
        do(village, guardian, "关客厅灯"),
        device.states(village.ctx, guardian, parse("煤气关了没")),
        device.run_scene(village.ctx, guardian, "out", turn_id="turn_s"),
        device.undo(village.ctx, guardian, turn_id="turn_u"),
    ):
        with pytest.raises(NotAllowed):
            await act
    await grant(village, home, f"{home.room_id}_p3", "devices")
    assert await do(village, guardian, "关客厅灯") == {"light.living": "done"}
    with pytest.raises(NotBound):
        await do(village, stranger, "打开客厅灯")
    assert (await state(village, furnished, "light.living"))["state"] == "off"


async def test_undo_puts_back_once_what_was_changed(
    village: Village, furnished: Home, wang: Party, household: Party
) -> None:
    await do(village, wang, "客厅灯调到百分之三十，电视打开")
    assert await device.undo(village.ctx, household, turn_id="turn_u0") == []
    for _ in range(2):
        results = await device.undo(village.ctx, wang, turn_id="turn_u1")
        assert {one.entity_id: one.outcome for one in results} == {
            "light.living": "done", "tv.living": "done",
        }  # fmt: skip
    assert await state(village, furnished, "light.living") == {"state": "off", "brightness": 80}
    assert (await state(village, furnished, "tv.living"))["state"] == "off"


async def test_undoing_at_once_puts_back_once(
    village: Village, furnished: Home, wang: Party
) -> None:
    await do(village, wang, "打开电视")
    await asyncio.gather(*(device.recent(village.ctx, wang) for _ in range(8)))  # opens the pool
    undone = await asyncio.gather(
        *(device.undo(village.ctx, wang, turn_id=f"turn_u{i}") for i in range(5))
    )
    assert sorted(len(one) for one in undone) == [0, 0, 0, 0, 1]
    assert (await state(village, furnished, "tv.living"))["state"] == "off"


class PowerCut(Exception):
    pass


class CutOff(Database):
    """Its power is cut when the second transaction would commit."""

    def __init__(self, db: Database) -> None:
        self._whole, self._written = db, 0

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._whole.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._whole.write() as conn:
            yield conn
            self._written += 1
            if self._written > 1:
                raise PowerCut


async def test_undoing_that_was_cut_off_is_done_when_its_turn_comes_again(
    village: Village, furnished: Home, wang: Party
) -> None:
    await do(village, wang, "打开电视")
    with pytest.raises(PowerCut):
        await device.undo(replace(village.ctx, db=CutOff(village.db)), wang, turn_id="turn_u")
    assert [one.outcome for one in await device.undo(village.ctx, wang, turn_id="turn_u")] == [
        "done"
    ]
    assert (await state(village, furnished, "tv.living"))["state"] == "off"


async def test_undoing_is_not_undone_itself(village: Village, furnished: Home, wang: Party) -> None:
    await do(village, wang, "打开电视")
    told = [len(await device.undo(village.ctx, wang, turn_id=f"turn_u{i}")) for i in range(3)]
    assert told == [1, 0, 0]
    assert isinstance(await do(village, wang, "再小一点"), Question)  # nothing is meant by it now
    assert (await state(village, furnished, "tv.living"))["state"] == "off"


async def test_undo_opens_no_gas_and_no_lock_and_has_an_end(
    village: Village, furnished: Home, wang: Party
) -> None:
    await put(village, furnished, "gas.kitchen", state={"state": "open"})
    await do(village, wang, "关煤气")
    assert await device.undo(village.ctx, wang, turn_id="turn_u1") == []
    assert (await state(village, furnished, "gas.kitchen"))["state"] == "closed"
    await do(village, wang, "打开电视")
    village.clock.advance(10 * 60 + 1)
    assert await device.undo(village.ctx, wang, turn_id="turn_u2") == []


async def test_states_are_told_as_read_with_what_is_not_there(
    village: Village, furnished: Home, wang: Party
) -> None:
    async def asked(words: str) -> tuple[list[str], list[str]]:
        found, absent = await device.states(village.ctx, wang, parse(words))
        return [one.id for one in found], absent

    await do(village, wang, "打开卧室灯")
    await put(village, furnished, "gas.kitchen", state={"state": "open"})
    assert await asked("我煤气关了没") == (["gas.kitchen"], [])
    assert await asked("屋里几度了") == (["temperature.living", "temperature.bedroom"], [])
    assert await asked("卧室温度多少") == (["temperature.bedroom"], [])
    assert await asked("门锁了没，窗户关了没") == (["lock.hall", "window.balcony"], [])
    assert await asked("都关了吗") == (["light.bedroom", "gas.kitchen"], [])
    assert await asked("洗衣机洗完了吗") == ([], ["洗衣机"])


async def test_reading_is_fresh_for_half_an_hour(
    village: Village, furnished: Home, wang: Party
) -> None:
    await put(village, furnished, "temperature.bedroom", fault="silent")

    async def ages() -> list[timedelta | None]:
        found, _ = await device.states(village.ctx, wang, parse("屋里几度了"))
        return [device.age(village.ctx, one) for one in found]

    village.clock.advance(1800)
    assert await ages() == [None, None]
    village.clock.advance(1)
    assert await ages() == [None, timedelta(seconds=1801)]


async def test_scene_for_sleep_leaves_a_night_lamp_and_closes_what_is_open(
    village: Village, furnished: Home, wang: Party
) -> None:
    await put(village, furnished, "gas.kitchen", state={"state": "open"})
    await put(village, furnished, "lock.hall", state={"state": "unlocked"})
    await do(village, wang, "打开客厅灯、电视，客厅空调二十六度")
    results = await device.run_scene(village.ctx, wang, "sleep", turn_id="turn_s")
    changed = {one.entity_id for one in results if one.outcome == "done"}
    assert changed == {
        "light.living", "tv.living", "curtain.living", "curtain.bedroom", "climate.living",
        "gas.kitchen", "lock.hall", "light.night",
    }  # fmt: skip
    assert await state(village, furnished, "climate.living") == {
        "state": "on", "temperature": 26, "mode": "sleep", "level": 1,
    }  # fmt: skip
    assert (await state(village, furnished, "climate.bedroom"))["mode"] == "cool"
    assert await state(village, furnished, "light.night") == {"state": "on", "brightness": 10}
    assert await device.run_scene(village.ctx, wang, "sleep", turn_id="turn_s") == results


@pytest.mark.parametrize(
    ("words", "scene"),
    [("我要睡觉了", "sleep"), ("瞓覺", "sleep"), ("出门", "out"), ("俺走了", "out"), ("午睡", "nap"),
     ("我回来了", "home"), ("看电视", "tv"), ("起夜", "night"), ("老人起夜", "night"), ("起床", "morning"),
     ("健身", None), ("", None)],
)  # fmt: skip
def test_scene_is_found_by_its_words(words: str, scene: str | None) -> None:
    assert scenes.find(words) == scene


def test_no_scene_opens_gas_or_a_lock() -> None:
    assert set(scenes.codes()) == {
        "sleep", "nap", "out", "home", "tv", "night", "morning", "read", "guest", "cook",
    }  # fmt: skip
    rows = [row for code in scenes.codes() for row in scenes._data()[code]["steps"]]
    wanted = {row["wanted"]["state"] for row in rows if {"gas", "lock"} & set(row.get("kinds", []))}
    assert wanted == {"closed", "locked"}
