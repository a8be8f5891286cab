"""Release slips: what, when, with which van; shown with a code only once they hold."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions.days import no_such_day
from actions.offers import ActionAnswerOffer
from actions.release import ActionReleaseCreate, ActionReleaseRequest, ValidateReleaseForm
from community.services import release
from community.store.identities import Home, Party
from community.store.schema import release_slip, timer
from tests.actions.stage import Stage, entity
from tests.community.village import Village

FORM = ValidateReleaseForm()


async def say(stage: Stage, words: str, intent: str = "release_items", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def opened(stage: Stage) -> list[str]:
    return await say(
        stage, "明天上午拉个旧沙发出去，车牌京A12345", "release_items", entity("items", "旧沙发")
    )


async def create(stage: Stage, turn_id: str = "turn_77") -> None:
    stage.hear("对", "affirm", turn_id=turn_id)
    await stage.run(ActionReleaseCreate())


async def request(stage: Stage, words: str) -> list[Any]:
    stage.hear(words, "release_items")
    return await stage.run(ActionReleaseRequest())


async def test_one_sentence_fills_everything_but_the_yes(stage: Stage) -> None:
    assert await opened(stage) == ["utter_release_ask_confirm"]
    assert stage.values("utter_release_ask_confirm") == {
        "items": "旧沙发", "time": "明天（周二）上午", "car": "，车牌京A12345",
    }  # fmt: skip


async def test_what_is_open_is_asked_in_turn(stage: Stage) -> None:
    told = [await say(stage, "放行条怎么开"), await say(stage, "一个老柜子", "nlu_fallback"),
            await say(stage, "后天下午", "nlu_fallback")]  # fmt: skip
    assert told == [
        ["utter_release_ask_items"], ["utter_release_ask_time"], ["utter_release_ask_confirm"],
    ]  # fmt: skip
    assert stage.known("release") == {"items": "一个老柜子", "time": "后天（周三）下午"}


async def test_moving_house_needs_no_list(stage: Stage) -> None:
    assert await say(stage, "我要搬家，办个放行条") == ["utter_release_ask_time"]
    assert stage.known("release") == {"items": "搬家的家当"}


@pytest.mark.parametrize("words", ["办放行", "给我开个放行条", "出门条"])
async def test_asking_for_a_slip_again_names_no_thing(stage: Stage, words: str) -> None:
    await say(stage, "放行条怎么开")
    assert await say(stage, words) == ["utter_form_not_understood", "utter_release_ask_items"]
    assert stage.known("release") == {}


@pytest.mark.parametrize(
    ("words", "why", "values"),
    [
        ("2月30号", "utter_release_no_such_day", {}),
        ("昨天下午", "utter_release_past", {}),
        ("今晚十点", "utter_release_night", {"opens": "8", "closes": "20"}),
        ("下周", "utter_release_too_long", {"days": "3"}),
        ("明年3月1号上午", "utter_release_too_far", {"days": "30"}),
    ],
)
async def test_time_that_cannot_be_is_said_kindly_and_the_things_are_kept(
    stage: Stage, words: str, why: str, values: dict[str, str]
) -> None:
    await say(stage, "拉个旧沙发出去", "release_items", entity("items", "旧沙发"))
    assert await say(stage, words, "nlu_fallback") == [why, "utter_release_ask_time"]
    assert stage.values(why) == values
    assert stage.known("release") == {"items": "旧沙发"}


@pytest.mark.parametrize(
    ("words", "found", "changed"),
    [
        ("改成后天下午", [], {"time": "后天（周三）下午"}),
        ("再加一样，电视柜也要出去", [entity("items", "电视柜")], {"items": "旧沙发、电视柜"}),
        ("不是沙发，是冰箱", [entity("items", "冰箱")], {"items": "冰箱"}),
        ("车换成沪B12345", [], {"plate": "沪B12345"}),
    ],
)
async def test_correction_at_the_summary_changes_its_part(
    stage: Stage, words: str, found: Any, changed: dict[str, str]
) -> None:
    await opened(stage)
    before = stage.known("release")
    said = await say(stage, words, "correct_info", *found)
    assert said == ["utter_form_amended", "utter_release_ask_confirm"]
    assert stage.known("release") == before | changed


async def test_no_is_asked_what_to_change(stage: Stage) -> None:
    await opened(stage)
    assert await say(stage, "不对", "deny") == ["utter_release_what_to_change"]


async def test_owner_is_told_the_code_at_once(stage: Stage, village: Village, wang: Party) -> None:
    await opened(stage)
    slots, codes = dict(stage.slots), []
    for _ in range(2):
        stage.slots |= slots
        await create(stage)
        codes.append(stage.values("utter_release_created")["code"])
    (made,) = await release.mine(village.ctx, wang)
    assert codes == [f"{made.code[:3]} {made.code[3:]}"] * 2
    assert stage.values("utter_release_created") == {
        "no": "1001", "items": "旧沙发", "code": codes[0], "when": "11月4日 08:00到12:00",
    }  # fmt: skip
    assert (made.plate, made.state) == ("京A12345", "approved")
    assert stage.known("release") == {}
    assert await village.count(release_slip) == 1


async def test_tenant_waits_for_the_desk_and_gets_no_code_before(
    village: Village, home: Home
) -> None:
    tenant = await village.account(home, person=1)
    stage = Stage(village, tenant.conversation_id)
    await opened(stage)
    await create(stage)
    assert stage.said == ["utter_release_pending"]
    assert stage.values("utter_release_pending") == {"no": "1001", "items": "旧沙发"}
    await request(stage, "放行条批了没")
    assert stage.said == ["utter_release_pending"]
    await release.decide(village.ctx, 1001, allowed=True)
    await request(stage, "放行条批了没")
    assert stage.said == ["utter_release_created"]


async def test_refused_slip_is_said_so(village: Village, home: Home) -> None:
    stage = Stage(village, (await village.account(home, person=1)).conversation_id)
    await opened(stage)
    await create(stage)
    await release.decide(village.ctx, 1001, allowed=False)
    await request(stage, "放行条批了没")
    assert stage.values("utter_release_refused") == {"no": "1001", "items": "旧沙发"}
    await request(stage, "不搬了，条子取消")
    assert stage.said == ["utter_release_none"]


async def test_lost_slip_is_shown_again_and_cancelled_on_yes(
    stage: Stage, village: Village, wang: Party
) -> None:
    await request(stage, "条子丢了补一张")
    assert stage.said == ["utter_release_none"]
    await opened(stage)
    await create(stage)
    await request(stage, "条子丢了补一张")
    assert stage.said == ["utter_release_created"]
    await request(stage, "不搬了，放行条取消")
    assert stage.values("utter_release_ask_cancel") == {"no": "1001", "items": "旧沙发"}
    stage.hear("不要了", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_release_cancelled") == {"no": "1001"}
    assert await release.mine(village.ctx, wang) == []


async def test_slip_that_was_taken_back_is_not_given_again_by_the_same_turn(stage: Stage) -> None:
    await opened(stage)
    slots = dict(stage.slots)
    await create(stage)
    await request(stage, "不搬了，放行条取消")
    offered = dict(stage.slots)
    for _ in range(2):
        stage.slots |= offered
        stage.hear("不要了", "affirm")
        await stage.run(ActionAnswerOffer())
        assert stage.said == ["utter_release_cancelled"]
    stage.slots |= slots
    await create(stage)
    assert stage.said == ["utter_release_cancelled"]


async def test_slip_that_waits_is_looked_at_again(village: Village, home: Home) -> None:
    tenant = Stage(village, (await village.account(home, person=1)).conversation_id)
    await opened(tenant)
    await create(tenant)
    assert tenant.said == ["utter_release_pending"]
    async with village.db.read() as conn:
        keys = (await conn.execute(select(timer.c.key))).scalars().all()
    assert keys == ["release_undecided:1001"]


async def test_new_slip_begins_the_form(stage: Stage) -> None:
    events = await request(stage, "我要搬家，办个放行条")
    assert [event["name"] for event in events] == ["release_form"]


async def test_rules_are_told_before_the_form(stage: Stage) -> None:
    events = await request(stage, "搬家那个条子要提前几天申请")
    assert [event["name"] for event in events] == ["release_form"]
    assert stage.values("utter_release_rules") == {"opens": "8", "closes": "20", "days": "30"}


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    told = [await opened(unbound)]
    for words in ("3号楼2单元501", "35010001"):
        told.append(await say(unbound, words, "nlu_fallback"))
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_release_ask_confirm"],
    ]  # fmt: skip
    await request(unbound, "放行条批了没")
    assert unbound.said == ["utter_release_none"]


async def test_time_that_went_by_while_it_was_talked_about_is_refused(
    stage: Stage, village: Village
) -> None:
    await opened(stage)
    village.clock.advance(3 * 24 * 3600)
    await create(stage)
    assert stage.said == ["utter_error_bad_request"]
    assert await village.count(release_slip) == 0


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("2月31号", True), ("二月三十号", True), ("4月31日上午", True), ("13月1号", True),
        ("本月32号", True), ("2月29号", False), ("12月31号", False), ("明天", False),
        ("这个月20号", False), ("三月份", False), ("31号", False),
    ],
)  # fmt: skip
def test_days_that_no_calendar_has(words: str, wrong: bool) -> None:
    assert no_such_day(words) is wrong
