"""Things at home by words: done and told as read back, one question at most, put back at a word."""

from __future__ import annotations

from typing import Any

import pytest

from actions.conversation import ActionCancel, ActionCorrection
from actions.device import (
    ActionDeviceChosen,
    ActionDeviceControl,
    ActionDeviceQuery,
    ActionSceneRun,
    ValidateDeviceForm,
)
from actions.forms import REQUESTED
from actions.offers import ActionAnswerOffer
from community.store.identities import Home
from community.store.schema import device_act
from tests.actions.stage import Stage, entity
from tests.community.homes import furnish, put, state
from tests.community.village import Village

FORM = ValidateDeviceForm()


@pytest.fixture(autouse=True)
async def furnished(village: Village, home: Home) -> None:
    await furnish(village, home)


async def say(stage: Stage, words: str, *entities: Any, intent: str = "control_device") -> None:
    """Words outside a form; what they leave open is asked by the form, as the engine leads it."""
    stage.hear(words, intent, *entities)
    action = {"control_device": ActionDeviceControl(), "query_device": ActionDeviceQuery(),
              "run_scene": ActionSceneRun(), "correct_info": ActionCorrection(),
              "cancel_flow": ActionCancel()}.get(intent, ActionAnswerOffer())  # fmt: skip
    events = await stage.run(action)
    if any(one["event"] == "followup" for one in events):
        await stage.run(FORM)
        stage.loop = FORM.form


async def answer(stage: Stage, words: str, intent: str = "nlu_fallback", *entities: Any) -> None:
    """Words to the form; when nothing is open any more it is done."""
    await stage.tell(FORM, words, intent, *entities)
    if stage.slots.get(REQUESTED) is None:
        await stage.run(ActionDeviceChosen())


async def test_clear_wish_is_done_and_told(stage: Stage) -> None:
    await say(stage, "把客厅灯打开，客厅空调二十六度")
    assert stage.said == ["utter_device_done"]
    assert stage.values("utter_device_done") == {"what": "客厅灯开了，客厅空调调到26度了"}
    await say(stage, "把客厅灯打开")
    assert stage.said == ["utter_device_already"]
    assert stage.values("utter_device_already") == {"what": "客厅灯本来就开着"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("客厅灯调到百分之三十", "客厅灯亮度调到百分之30了"), ("客厅窗帘拉上", "客厅窗帘关上了"),
        ("客厅窗帘拉一半", "客厅窗帘拉到百分之50了"), ("电视声音大一点", "客厅电视音量调到30了"),
        ("卧室空调换成除湿", "卧室空调换成除湿了"), ("风扇开三档", "书房风扇开到3档了"),
        ("客厅空调二十六度半", "客厅空调调到26.5度了"),
        ("所有的灯都打开", "客厅灯、卧室灯、卧室夜灯等9样开了"),
    ],
)  # fmt: skip
async def test_what_was_done_is_told_in_words(stage: Stage, words: str, told: str) -> None:
    await say(stage, words)
    assert stage.values("utter_device_done") == {"what": told}


async def test_misheard_names_still_find_their_thing(stage: Stage) -> None:
    await say(stage, "打开客听的等", entity("area", "客听"), entity("device", "等"))
    assert stage.values("utter_device_done") == {"what": "客厅灯开了"}


async def test_room_is_asked_with_buttons_and_done_when_it_is_told(stage: Stage) -> None:
    await say(stage, "开灯")
    assert stage.said == ["utter_device_ask_area"]
    assert stage.values("utter_device_ask_area")["areas"].startswith("客厅、卧室、厨房")
    assert stage.buttons("utter_device_ask_area") == [
        ("客厅", '/control_device{"area": "客厅"}'), ("卧室", '/control_device{"area": "卧室"}'),
        ("厨房", '/control_device{"area": "厨房"}'), ("都要", '/control_device{"area": "都要"}'),
    ]  # fmt: skip
    await answer(stage, "灶屋那个")
    assert stage.values("utter_device_done") == {"what": "厨房灯开了"}
    assert stage.known("device") == {}


async def test_tapped_room_and_all_of_them(stage: Stage) -> None:
    await say(stage, "开灯")
    await answer(stage, '/control_device{"area": "卧室"}', "control_device", entity("area", "卧室"))
    assert stage.values("utter_device_done") == {"what": "卧室灯开了"}
    await say(stage, "把窗帘拉上")
    await answer(stage, '/control_device{"area": "都要"}', "control_device", entity("area", "都要"))
    assert stage.values("utter_device_done") == {"what": "客厅窗帘、卧室窗帘关上了"}


async def test_room_without_such_a_thing_is_asked_again_and_then_a_person_is_offered(
    stage: Stage,
) -> None:
    await say(stage, "打开空调")
    await answer(stage, "厨房")
    assert stage.said == ["utter_form_not_understood", "utter_device_ask_area"]
    await answer(stage, "楼顶")
    assert stage.said == ["utter_form_offer_human"]


async def test_other_wish_in_the_middle_is_heeded(stage: Stage) -> None:
    await say(stage, "开灯")
    await answer(stage, "算了，打开电视", "control_device", entity("device", "电视"))
    assert stage.values("utter_device_done") == {"what": "客厅电视开了"}


async def test_number_out_of_range_is_told_with_the_range_and_taken_anew(
    stage: Stage, village: Village, home: Home
) -> None:
    await say(stage, "客厅空调调到四十度")
    assert stage.said == ["utter_device_ask_range"]
    assert stage.values("utter_device_ask_range") == {
        "what": "客厅空调", "low": "16", "high": "30",
    }  # fmt: skip
    await answer(stage, "九十九度")
    assert stage.said == ["utter_device_ask_range"]
    await answer(stage, "那就二十八")
    assert stage.values("utter_device_done") == {"what": "客厅空调调到28度了"}
    assert (await state(village, home, "climate.living"))["temperature"] == 28


async def test_thing_and_wish_left_open_are_asked(stage: Stage) -> None:
    await say(stage, "打开")
    assert stage.values("utter_device_ask_name") == {"some": "客厅灯、客厅空调、客厅窗帘"}
    await answer(stage, "香蕉")
    assert stage.said == ["utter_form_not_understood", "utter_device_ask_name"]
    await answer(stage, "电视")
    assert stage.values("utter_device_done") == {"what": "客厅电视开了"}
    await say(stage, "客厅空调")
    assert stage.values("utter_device_ask_value") == {"what": "客厅空调"}
    await answer(stage, "关掉")
    assert stage.values("utter_device_already") == {"what": "客厅空调本来就关着"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("把煤气打开", ["utter_device_gas_stays"]), ("打开入户门", ["utter_device_lock_stays"]),
        ("关上阳台窗户", ["utter_device_unmoved"]), ("浴霸调到三十度", ["utter_device_unfit"]),
        ("打开洗衣机", ["utter_device_absent", "utter_device_have"]),
        ("先别关客厅灯", ["utter_device_kept"]),
        ("浴霸打开，洗衣机打开", ["utter_device_done", "utter_device_absent", "utter_device_have"]),
    ],
)  # fmt: skip
async def test_what_is_not_done_is_said_kindly(stage: Stage, words: str, said: list[str]) -> None:
    await say(stage, words)
    assert stage.said == said


@pytest.mark.parametrize(
    ("fault", "response"), [("offline", "utter_device_offline"), ("stuck", "utter_device_failed")]
)
async def test_thing_that_does_not_obey_is_told_as_such(
    stage: Stage, village: Village, home: Home, fault: str, response: str
) -> None:
    await put(village, home, "fan.study", fault=fault)
    await say(stage, "打开书房风扇")
    assert stage.said == [response]
    assert stage.values(response) == {"what": "书房风扇"}


async def test_home_without_things_says_so(stage: Stage, village: Village) -> None:
    bare = await village.home(9, 1, "101", ("甲", "owner", None), code="91010001")
    empty = Stage(village, (await village.account(bare, person=0)).conversation_id)
    await say(empty, "打开电视")
    assert empty.said == ["utter_device_absent"]
    await say(empty, "我要睡觉了", intent="run_scene")
    assert empty.said == ["utter_device_none"]


async def test_account_without_a_home_binds_first(unbound: Stage) -> None:
    for words, intent in (
        ("开客厅灯", "control_device"), ("屋里几度", "query_device"), ("我睡觉了", "run_scene"),
    ):  # fmt: skip
        await say(unbound, words, intent=intent)
        assert unbound.said == ["utter_bind_first"]


@pytest.mark.parametrize(
    ("words", "intent"),
    [("弄错了，恢复", "cancel_flow"), ("弄错了", "deny"), ("弄错了，恢复原样", "control_device"), ("搞错了", "correct_info"),
     ("取消", "cancel_flow")],
)  # fmt: skip
async def test_mistake_is_put_back_whatever_it_sounds_like(
    stage: Stage, village: Village, home: Home, words: str, intent: str
) -> None:
    await say(stage, "打开电视")
    await say(stage, words, intent=intent)
    assert stage.values("utter_device_undone") == {"what": "客厅电视"}
    assert (await state(village, home, "tv.living"))["state"] == "off"


async def test_nothing_to_put_back_after_two_minutes_or_for_other_words(
    stage: Stage, village: Village, home: Home
) -> None:
    await say(stage, "打开电视")
    await say(stage, "不对", intent="deny")
    assert stage.said == ["utter_all_right"]
    village.clock.advance(121)
    await say(stage, "取消", intent="cancel_flow")
    assert stage.said == ["utter_nothing_to_cancel"]
    assert (await state(village, home, "tv.living"))["state"] == "on"
    village.clock.advance(600)
    await say(stage, "弄错了，恢复原样")
    assert stage.said == ["utter_device_nothing_to_undo"]


async def test_wrong_room_is_put_back_and_the_right_one_done(
    stage: Stage, village: Village, home: Home
) -> None:
    await say(stage, "打开客厅灯")
    await say(stage, "不是客厅是卧室", intent="correct_info")
    assert stage.values("utter_device_done") == {"what": "卧室灯开了"}
    lamps = [(await state(village, home, i))["state"] for i in ("light.living", "light.bedroom")]
    assert lamps == ["off", "on"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("我煤气关了没", "厨房燃气阀现在关着。"), ("门锁了没", "玄关门锁现在锁好了。"), ("卧室温度多少", "卧室温度现在22度。"),
        ("厨房漏水没", "厨房水浸探头现在没有漏水。"), ("客厅空调开着没", "客厅空调现在开着，制冷，26度，1档。"),
        ("客厅窗帘拉上了吗", "客厅窗帘现在拉开着。"), ("客厅湿度多少", "客厅湿度现在百分之48。"),
    ],
)  # fmt: skip
async def test_state_is_told_as_it_is(stage: Stage, words: str, line: str) -> None:
    await say(stage, "打开客厅空调")
    await say(stage, words, intent="query_device")
    assert stage.said == ["utter_list_item"]
    assert stage.values("utter_list_item") == {"item": line}


async def test_old_reading_and_lost_thing_are_told_as_such(
    stage: Stage, village: Village, home: Home
) -> None:
    await put(village, home, "temperature.bedroom", fault="silent")
    village.clock.advance(2 * 3600)
    await say(stage, "卧室几度", intent="query_device")
    assert stage.values("utter_list_item") == {"item": "卧室温度22度。这是2小时前报来的。"}
    await put(village, home, "lock.hall", fault="offline", state={"state": "unlocked"})
    await say(stage, "门锁了没", intent="query_device")
    assert stage.values("utter_list_item") == {"item": "玄关门锁现在联系不上。最后一次看到：没锁。"}
    assert stage.slots.get("offer") is None


@pytest.mark.parametrize("words", ["我煤气关了没", "都关了吗"])
async def test_open_gas_is_offered_to_be_closed_and_closed_on_yes(
    stage: Stage, village: Village, home: Home, words: str
) -> None:
    await put(village, home, "gas.kitchen", state={"state": "open"})
    await say(stage, words, intent="query_device")
    assert stage.said == ["utter_list_item", "utter_device_ask_close"]
    assert stage.values("utter_list_item") == {"item": "厨房燃气阀现在还开着。"}
    await say(stage, "好", intent="affirm")
    assert stage.values("utter_device_done") == {"what": "厨房燃气阀关上了"}
    assert (await state(village, home, "gas.kitchen"))["state"] == "closed"


async def test_many_that_are_on_are_told_three_at_once(stage: Stage) -> None:
    await say(stage, "都关了吗", intent="query_device")
    assert stage.said == ["utter_device_all_off"]
    await say(stage, "所有的灯都打开")
    await say(stage, "都关了吗", intent="query_device")
    assert stage.said == ["utter_list_item"] * 3 + ["utter_list_more"]
    await say(stage, "好", intent="affirm")
    assert stage.said[:3] == ["utter_list_item"] * 3


@pytest.mark.parametrize("words", ["我妈家暖气烫不烫", "外婆家客厅冷暖怎么样", "女儿家灯关了没"])
async def test_other_peoples_home_is_not_told(stage: Stage, words: str) -> None:
    await say(stage, words, intent="query_device")
    assert stage.said == ["utter_device_other_home"]


async def test_thing_that_is_not_there_is_not_made_up(stage: Stage) -> None:
    await say(stage, "洗衣机洗完了吗", intent="query_device")
    assert stage.said == ["utter_device_absent", "utter_device_have"]


async def test_scene_is_run_told_and_ended(stage: Stage, village: Village, home: Home) -> None:
    await say(stage, "打开客厅灯")
    await say(stage, "我要睡觉了", entity("scene", "睡觉"), intent="run_scene")
    assert stage.said == ["utter_scene_done", "utter_device_done"]
    assert stage.values("utter_scene_done") == {"name": "睡觉"}
    assert stage.values("utter_device_done") == {
        "what": "客厅灯关了，卧室夜灯亮度调到百分之10了，客厅窗帘、卧室窗帘关上了"
    }
    await say(stage, "睡觉模式", entity("scene", "睡觉"), intent="run_scene")
    assert stage.said == ["utter_scene_already"]


async def test_scene_that_is_left_puts_things_back(
    stage: Stage, village: Village, home: Home
) -> None:
    await say(stage, "打开影院模式", entity("scene", "影院"), intent="run_scene")
    village.clock.advance(3 * 3600)
    await say(stage, "关掉影院模式", entity("scene", "影院"), intent="run_scene")
    assert stage.said == ["utter_device_undone"]
    assert (await state(village, home, "tv.living"))["state"] == "off"


async def test_unknown_scene_names_those_that_are_there(stage: Stage, village: Village) -> None:
    await say(stage, "打开健身模式", entity("scene", "健身"), intent="run_scene")
    assert stage.said == ["utter_scene_unknown"]
    assert stage.buttons("utter_scene_unknown")[0] == ("睡觉", '/run_scene{"scene": "睡觉"}')
    assert await village.count(device_act) == 0


async def test_account_of_the_same_home_does_not_undo_anothers(
    stage: Stage, village: Village, home: Home
) -> None:
    await say(stage, "打开电视")
    other = Stage(village, (await village.account(home)).conversation_id)
    await say(other, "弄错了，恢复", intent="cancel_flow")
    assert other.said == ["utter_nothing_to_cancel"]
    assert (await state(village, home, "tv.living"))["state"] == "on"


async def test_wish_for_later_is_not_done_at_once_but_asked_about(
    stage: Stage, village: Village
) -> None:
    await say(stage, "晚上九点把客厅灯打开")
    assert (stage.said, stage.asked) == (["utter_device_later"], True)
    assert await village.count(device_act) == 0
    await say(stage, "现在就动", intent="affirm")
    assert stage.values("utter_device_done") == {"what": "客厅灯开了"}


async def test_wish_for_later_that_is_let_go_changes_nothing(
    stage: Stage, village: Village
) -> None:
    await say(stage, "晚上九点把客厅灯打开")
    await say(stage, "不用", intent="deny")
    assert (stage.said, await village.count(device_act)) == (["utter_all_right"], 0)


async def test_room_is_asked_after_a_yes_to_doing_it_now(stage: Stage) -> None:
    await say(stage, "晚上九点把灯打开")
    await say(stage, "现在就动", intent="affirm")
    assert stage.said == ["utter_device_ask_area"]
    await answer(stage, "客厅")
    assert stage.values("utter_device_done") == {"what": "客厅灯开了"}
