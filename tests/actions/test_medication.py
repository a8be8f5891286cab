"""Medicines by word: set, changed, stopped, taken, put off, asked about; and never any advice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from actions.medication import ActionMedicationRequest, ActionMedicationSave, ValidateMedicationForm
from actions.medication_doses import ActionMedicationConfirm
from actions.medication_query import ActionMedicationQuery
from actions.medication_words import asks_advice, change_of
from bot.reminders import handlers
from community.services import doses, medication
from community.services.medication import Taker
from community.store.identities import Home, Party
from community.store.medications import Plan
from community.store.schema import identity, medication_plan, timer
from conversation import care, timers
from language.schedules import Regimen, say_regimen
from tests.actions.stage import REQUESTED, Stage, entity
from tests.community.care import EVENING, MORNING, add_plan, make_guardian, read_all, told
from tests.community.village import Village

FORM = ValidateMedicationForm()
TO_EIGHT = 5 * 3600 + 55 * 60


async def opened(stage: Stage, text: str, *entities: Any) -> None:
    """The opening words, through the action that leads into the form."""
    stage.hear(text, "set_medication", *entities)
    events = await stage.run(ActionMedicationRequest())
    if any(event.get("name") == FORM.form for event in events):
        stage.loop = FORM.form
        await stage.run(FORM)


async def plans(stage: Stage, who: Party) -> list[Plan]:
    return await medication.plans(stage.ctx, who, Taker(who.resident_id, None))


async def remind(stage: Stage, seconds: float = TO_EIGHT) -> None:
    clock = stage.village.clock
    clock.advance(seconds)
    await timers.fire_due(stage.village.db, clock, handlers(clock))
    await read_all(stage.village)


async def answered(stage: Stage, text: str, *entities: Any, **more: Any) -> None:
    stage.hear(text, "confirm_medication", *entities, **more)
    await stage.run(ActionMedicationConfirm())


async def tapped(stage: Stage, response: str, title: str) -> None:
    """Press a button under the last answer."""
    await pressed(stage, dict(stage.buttons(response))[title])


async def pressed(stage: Stage, payload: str) -> None:
    said = json.loads(payload.removeprefix("/confirm_medication"))
    await answered(stage, payload, *(entity(kind, value) for kind, value in said.items()))


async def asked(stage: Stage, text: str, *entities: Any) -> None:
    stage.hear(text, "query_medication", *entities)
    await stage.run(ActionMedicationQuery())


def lines(stage: Stage) -> list[str]:
    return [str(one["item"]) for one in stage.messages if one["response"] == "utter_list_item"]


async def test_one_sentence_fills_everything_but_the_yes(stage: Stage, wang: Party) -> None:
    text = "每天早饭后提醒我吃降压药一片"
    await opened(stage, text, entity("drug", "降压药", text))
    assert stage.known("medication") == {
        "drug": "降压药", "dose": "一片", "when": "每天早上8点",
    }  # fmt: skip
    assert stage.values("utter_medication_ask_confirm") == {
        "whom": "", "drug": "降压药", "parts": "每天早上8点，每次一片",
    }  # fmt: skip
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert stage.values("utter_medication_saved") == {
        "no": "1001", "plan": "降压药，每天早上8点，每次一片", "next": "明天早上8点",
    }  # fmt: skip
    assert stage.known("medication") == {}
    async with stage.village.db.read() as conn:
        keys = list((await conn.execute(select(timer.c.key))).scalars())
    assert keys == ["dose:1001"]


async def test_what_is_open_is_asked_in_turn(stage: Stage) -> None:
    told = []
    await opened(stage, "帮我设个吃药提醒")
    told.append(stage.said)
    for words, intent in (
        ("降压药", "set_medication"),
        ("一天三回", "greet"),
        ("两粒", "confirm_medication"),
    ):
        entities = [entity("drug", words)] if words == "降压药" else []
        await stage.tell(FORM, words, intent, *entities)
        told.append(stage.said)
    assert told == [
        ["utter_medication_ask_drug"], ["utter_medication_ask_when"],
        ["utter_medication_ask_dose"], ["utter_medication_ask_confirm"],
    ]  # fmt: skip
    assert stage.known("medication") == {
        "drug": "降压药", "dose": "两粒", "when": "每天早上8点、中午12点半、晚上6点半",
    }  # fmt: skip


async def test_medicine_may_be_called_anything(stage: Stage) -> None:
    await opened(stage, "每天早上提醒我吃药一片")
    await stage.tell(FORM, "是那个小白片", "nlu_fallback")
    assert stage.known("medication")["drug"] == "小白片"


@pytest.mark.parametrize(("words", "intent"), [("转人工", "ask_human"), ("报修", "report_repair")])
async def test_another_wish_is_no_medicine(stage: Stage, words: str, intent: str) -> None:
    await opened(stage, "帮我设个吃药提醒")
    await stage.tell(FORM, words, intent)
    assert stage.said == []
    assert stage.slots.get("medication_drug") is None


async def test_dose_may_be_left_to_the_prescription(stage: Stage, wang: Party) -> None:
    text = "每天早上吃钙片"
    await opened(stage, text, entity("drug", "钙片", text))
    await stage.tell(FORM, "按医嘱", "nlu_fallback")
    assert stage.values("utter_medication_ask_confirm")["parts"] == "每天早上8点，每次按医嘱"
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert [one.dose for one in await plans(stage, wang)] == [None]


@pytest.mark.parametrize(
    ("words", "intent", "changed"),
    [
        ("改成晚上八点", "change_repair", {"when": "每天晚上8点"}),
        ("不对，是半片", "correct_info", {"dose": "半片"}),
        ("不是，是睡前", "deny", {"when": "每天晚上9点"}),
    ],
)
async def test_summary_takes_a_correction(
    stage: Stage, words: str, intent: str, changed: dict[str, str]
) -> None:
    text = "每天早饭后提醒我吃降压药一片"
    await opened(stage, text, entity("drug", "降压药", text))
    before = stage.known("medication")
    await stage.tell(FORM, words, intent)
    assert stage.said == ["utter_form_amended", "utter_medication_ask_confirm"]
    assert stage.known("medication") == before | changed


async def test_no_is_asked_what_is_wrong(stage: Stage) -> None:
    text = "每天早饭后提醒我吃降压药一片"
    await opened(stage, text, entity("drug", "降压药", text))
    await stage.tell(FORM, "不对", "deny")
    assert stage.said == ["utter_medication_what_to_change"]


@pytest.mark.parametrize(
    ("words", "said"),
    [("从2月31号开始每天早上吃钙片一片", "utter_medication_no_such_day"),
     ("从昨天起每天早上吃钙片一片", "utter_medication_past")],
)  # fmt: skip
async def test_day_that_cannot_be_is_named_and_the_rest_is_kept(
    stage: Stage, words: str, said: str
) -> None:
    await opened(stage, words, entity("drug", "钙片", words))
    assert stage.said == [said, "utter_medication_ask_confirm"]
    assert stage.known("medication") == {"drug": "钙片", "dose": "一片", "when": "每天早上8点"}


async def test_plan_may_begin_later(stage: Stage, wang: Party) -> None:
    words = "明天起每天晚上八点吃钙片一片"
    await opened(stage, words, entity("drug", "钙片", words))
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert stage.values("utter_medication_saved")["next"] == "明天晚上8点"


async def test_unbound_account_links_its_home_first(unbound: Stage) -> None:
    text = "每天早饭后提醒我吃降压药一片"
    await opened(unbound, text, entity("drug", "降压药", text))
    assert unbound.said == ["utter_bind_ask_room"]
    await unbound.tell(FORM, "3号楼2单元501", "nlu_fallback")
    await unbound.tell(FORM, "35010001", "nlu_fallback")
    assert unbound.said == ["utter_bind_done", "utter_medication_ask_confirm"]


async def test_plan_is_changed(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", MORNING)
    text = "降压药改成晚上吃"
    await opened(stage, text, entity("drug", "降压药", text))
    assert stage.values("utter_medication_ask_change") == {
        "whom": "", "drug": "降压药", "parts": "每天晚上8点",
    }  # fmt: skip
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert stage.values("utter_medication_changed")["next"] == "今天晚上8点"
    assert [(one.version, one.regimen.times) for one in await plans(stage, wang)] == [
        (2, (EVENING,))
    ]


async def test_plan_is_stopped_on_yes_alone(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await opened(stage, "降压药不用再提醒了", entity("drug", "降压药"))
    assert stage.said == ["utter_medication_ask_stop"]
    assert len(await plans(stage, wang)) == 1
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert stage.said == ["utter_medication_stopped"]
    assert await plans(stage, wang) == []


async def test_of_several_plans_is_asked_which_and_the_new_time_is_kept(
    stage: Stage, wang: Party
) -> None:
    for drug in ("降压药", "钙片"):
        await add_plan(stage.village, wang, drug, MORNING)
    await opened(stage, "吃药的时间改成晚上八点")
    assert stage.said == ["utter_medication_ask_which"]
    assert stage.buttons("utter_medication_ask_which")[1] == (
        "钙片，每天早上8点", '/set_medication{"order_no":"1002","choice":"change"}',
    )  # fmt: skip
    await opened(stage, "/set_medication", entity("order_no", "1002"), entity("choice", "change"))
    assert stage.values("utter_medication_ask_change")["parts"] == "每天晚上8点"


async def test_nothing_to_stop_is_said(stage: Stage) -> None:
    await opened(stage, "头孢的提醒关了吧", entity("drug", "头孢"))
    assert stage.said == ["utter_medication_none_to_stop"]


async def test_medicine_of_ones_elder_is_the_elders(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    text = "给我妈设个晚上九点吃钙片的提醒，一粒"
    await opened(stage, text, entity("drug", "钙片", text))
    assert stage.values("utter_medication_ask_confirm")["whom"] == "给妈妈"
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert [one.drug for one in await plans(stage, neighbour)] == ["钙片"]
    assert await plans(stage, wang) == []


@pytest.mark.parametrize(
    "words",
    ["降压药和阿司匹林能一起吃吗", "降压药吃几片合适", "漏吃了一次要不要补", "能不能喝酒", "头孢有没有副作用",
     "降压药可以停药吗", "药吃多了怎么办"],
)  # fmt: skip
async def test_advice_is_left_to_a_doctor(stage: Stage, wang: Party, words: str) -> None:
    await add_plan(stage.village, wang, "降压药", MORNING)
    assert asks_advice(words)
    await asked(stage, words)
    assert stage.said == ["utter_medication_no_advice"]
    assert stage.slots["offer"]["kind"] == "handoff"
    await opened(stage, words)
    assert stage.said == ["utter_medication_no_advice"]


async def test_taken_is_written_with_its_time(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "吃了吃了")
    assert stage.said == ["utter_medication_taken"]
    assert stage.values("utter_medication_taken") == {"drugs": "降压药", "time": "今天晚上8点"}
    await asked(stage, "今天的药我吃过没有")
    assert lines(stage) == ["今天晚上8点的降压药，今天晚上8点吃的。"]


async def test_nothing_is_written_when_nothing_waits(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await answered(stage, "吃了")
    assert stage.said == ["utter_medication_nothing_waiting"]
    await asked(stage, "今天的药我吃过没有")
    assert stage.values("utter_medication_no_record") == {"day": "今天"}


async def test_skipped_and_later(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "过十分钟再提醒我")
    assert stage.values("utter_medication_later")["time"] == "今天晚上8点10分"
    await answered(stage, "今天不吃了，恶心")
    assert stage.said == ["utter_medication_skipped", "utter_medication_unwell"]


async def test_third_delay_is_refused_kindly(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    for _ in range(2):
        await answered(stage, "等会儿再吃")
        await remind(stage, 20 * 60)
    await answered(stage, "等会儿再吃")
    assert stage.said == ["utter_medication_no_more_later"]


async def test_several_are_asked_about_and_all_are_taken_on_yes(stage: Stage, wang: Party) -> None:
    for drug in ("降压药", "钙片"):
        await add_plan(stage.village, wang, drug)
    await remind(stage)
    await answered(stage, "吃了")
    assert stage.values("utter_medication_ask_all") == {
        "drugs": "降压药、钙片", "all": "都吃了",
    }  # fmt: skip
    for name, value in stage.slots["offer"]["fills"].items():
        stage.slots[name] = value
    stage.slots["offer"] = None
    stage.hear("对", "affirm")
    await stage.run(ActionMedicationConfirm())
    assert stage.values("utter_medication_taken")["drugs"] == "降压药、钙片"
    assert stage.slots["medication_pending"] is None


async def test_the_one_that_is_tapped_keeps_what_was_said_of_it(stage: Stage, wang: Party) -> None:
    for drug in ("降压药", "钙片"):
        await add_plan(stage.village, wang, drug)
    await remind(stage)
    await answered(stage, "今天先不吃")
    assert [title for title, _ in stage.buttons("utter_medication_ask_all")] == [
        "都不吃", "只不吃降压药", "只不吃钙片",
    ]  # fmt: skip
    await tapped(stage, "utter_medication_ask_all", "只不吃钙片")
    assert stage.values("utter_medication_skipped") == {"drugs": "钙片"}


async def test_named_one_is_taken_and_the_other_is_still_open(stage: Stage, wang: Party) -> None:
    for drug in ("降压药", "钙片"):
        await add_plan(stage.village, wang, drug)
    await remind(stage)
    await answered(stage, "钙片吃了", entity("drug", "钙片"))
    assert stage.values("utter_medication_taken")["drugs"] == "钙片"
    assert stage.values("utter_medication_still_open") == {"drugs": "降压药"}
    await answered(stage, "都吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "降压药"


async def test_one_that_is_not_due_is_not_written(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "头孢吃了", entity("drug", "头孢"))
    assert stage.said == ["utter_medication_not_waiting"]


async def test_the_dose_reminded_last_is_meant(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", EVENING)
    await add_plan(stage.village, wang, "钙片", EVENING + 10)
    await remind(stage)
    await remind(stage, 600)
    await answered(stage, "吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "钙片"


async def test_answer_is_given_once_however_often_it_arrives(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "吃了", turn_id="same")
    await answered(stage, "吃了")
    assert stage.said == ["utter_medication_nothing_waiting"]


async def test_who_is_not_sure_gets_no_record(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "唉我也搞不清，反正桌上那格是空的，算吃了吧")
    assert stage.said == ["utter_medication_unsure"]
    await asked(stage, "今天吃过没有")
    assert lines(stage) == ["今天晚上8点的降压药，提醒过，还没听到吃了。"]


@pytest.mark.parametrize("words", ["降压药不吃了", "以后不吃降压药了"])
async def test_words_that_end_a_medicine_lead_to_that_question(
    stage: Stage, wang: Party, words: str
) -> None:
    await add_plan(stage.village, wang)
    stage.hear(words, "confirm_medication", entity("drug", "降压药"))
    events = await stage.run(ActionMedicationConfirm())
    assert [event["name"] for event in events if event["event"] == "followup"] == [
        "action_medication_request"
    ]


async def test_query_says_what_is_next_and_which_there_are(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", MORNING)
    await add_plan(stage.village, wang, "钙片", EVENING, dose=None)
    await asked(stage, "下一顿药几点吃")
    assert lines(stage) == ["今天晚上8点吃钙片。", "明天早上8点吃降压药一片。"]
    await asked(stage, "我都设了哪些吃药提醒")
    assert lines(stage) == ["降压药，每天早上8点，每次一片", "钙片，每天晚上8点"]
    await asked(stage, "钙片几点吃", entity("drug", "钙片"))
    assert lines(stage) == ["今天晚上8点吃钙片。"]


async def test_query_of_a_stretch_counts(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "吃了")
    await asked(stage, "这个礼拜我漏了几次药")
    assert stage.values("utter_medication_stretch") == {
        "days": "7", "taken": "1", "skipped": "0", "missed": "0",
    }  # fmt: skip


async def test_without_plans_there_is_nothing_to_say(stage: Stage) -> None:
    await asked(stage, "下一顿药几点吃")
    assert stage.said == ["utter_medication_no_plans"]


async def test_elders_log_is_for_the_guardian_alone(
    stage: Stage, wang: Party, neighbour: Party, next_door: Home, village: Village
) -> None:
    await add_plan(village, neighbour, "降压药", EVENING)
    await remind(stage)
    await asked(stage, "我妈今天的药吃了没有")
    assert stage.said == ["utter_medication_no_record"]
    await make_guardian(village, neighbour, wang, "medication")
    await asked(stage, "我妈今天的药吃了没有")
    assert lines(stage) == ["今天晚上8点的降压药，提醒过，还没听到吃了。"]


async def test_unbound_account_is_led_to_its_home(unbound: Stage) -> None:
    await asked(unbound, "今天的药我吃过没有")
    assert unbound.said == ["utter_bind_first"]


@pytest.mark.parametrize(
    ("words", "change"),
    [("每天早饭后提醒我吃降压药", "new"), ("降压药改成晚上吃", "change"), ("那个提醒关了吧", "stop"),
     ("药换了，硝苯地平不吃了，改吃氨氯地平", "new"), ("把早上七点那个提醒往后挪到八点", "change"),
     ("以后别喊我吃保健品了，都停了", "stop")],
)  # fmt: skip
def test_words_set_change_or_stop(words: str, change: str) -> None:
    assert change_of(words) == change


async def test_nothing_is_written_before_the_yes(stage: Stage, village: Village) -> None:
    text = "每天早饭后提醒我吃降压药一片"
    await opened(stage, text, entity("drug", "降压药", text))
    assert stage.slots[REQUESTED] == "medication_confirm"
    assert await village.count(medication_plan) == 0


@pytest.mark.parametrize("words", ["知道了", "刚吃完饭", "药在哪", "好像吃了"])
async def test_what_does_not_say_so_is_never_written_as_taken(
    stage: Stage, wang: Party, words: str
) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, words)
    assert [one.state for one in await doses.waiting(stage.ctx, wang)] == ["reminded"]


async def test_what_is_not_understood_is_asked_with_buttons(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "知道了")
    assert stage.values("utter_medication_ask_act") == {"drugs": "降压药"}
    await tapped(stage, "utter_medication_ask_act", "吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "降压药"


async def test_named_medicine_is_part_of_what_was_taken(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "阿卡波糖")
    await remind(stage)
    await answered(stage, "吃了阿卡波糖", entity("drug", "阿卡波糖"))
    assert stage.said == ["utter_medication_taken"]


async def test_being_unwell_is_heard_when_nothing_else_is(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "我吐了")
    assert stage.said == ["utter_medication_unwell", "utter_medication_ask_act"]


async def test_elders_dose_is_never_marked_by_a_word_that_names_nobody(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    await add_plan(stage.village, neighbour)
    await remind(stage)
    await answered(stage, "吃了")
    assert stage.values("utter_medication_ask_whose") == {"drugs": "降压药", "kin": "妈妈"}
    assert [one.state for one in await doses.waiting(stage.ctx, neighbour)] == ["reminded"]
    await tapped(stage, "utter_medication_ask_whose", "是妈妈的药")
    assert stage.values("utter_medication_taken")["drugs"] == "妈妈的降压药"
    assert await doses.waiting(stage.ctx, neighbour) == []


async def test_elders_dose_that_is_named_is_marked(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    await add_plan(stage.village, neighbour)
    await remind(stage)
    await answered(stage, "我母亲的药吃过了")
    assert stage.values("utter_medication_taken")["drugs"] == "妈妈的降压药"


async def test_speakers_own_dose_comes_before_an_elders(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    await add_plan(stage.village, neighbour, "降压药")
    await add_plan(stage.village, wang, "钙片")
    await remind(stage)
    await answered(stage, "吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "钙片"
    assert [one.state for one in await doses.waiting(stage.ctx, neighbour)] == ["reminded"]


async def test_dose_that_this_account_was_told_to_give_needs_no_name(
    stage: Stage, wang: Party
) -> None:
    await add_plan(stage.village, wang, who=Taker(None, "mother"))
    await remind(stage)
    assert await told(stage.village, wang) == [
        "到点了，该给妈妈吃药了：降压药一片。吃好了跟我说一声“吃了”。"
    ]
    await answered(stage, "吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "妈妈的降压药"


async def reminder(stage: Stage, who: Party, act: str) -> str:
    """The payload under the reminder that is waiting now."""
    return care.dose_payload(act, await doses.waiting(stage.ctx, who))


async def test_old_button_answers_no_other_dose(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", EVENING)
    await remind(stage)
    old = await reminder(stage, wang, "taken")
    await answered(stage, "吃了")
    await remind(stage, 24 * 3600)
    await pressed(stage, old)
    assert stage.said == ["utter_medication_answered_before"]
    assert [one.state for one in await doses.waiting(stage.ctx, wang)] == ["reminded"]


async def test_button_of_a_dose_that_is_long_over_says_so(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", EVENING)
    await remind(stage)
    old = await reminder(stage, wang, "skipped")
    for _ in range(2):
        await remind(stage, 30 * 60)
    await remind(stage, 8 * 3600)
    await pressed(stage, old)
    assert stage.said == ["utter_medication_over"]


async def test_button_of_another_household_says_no_more_than_an_absent_one(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await add_plan(stage.village, neighbour)
    await remind(stage)
    foreign = await reminder(stage, neighbour, "taken")
    for payload in (foreign, '/confirm_medication{"choice":"taken","order_no":"dose_absent"}'):
        await pressed(stage, payload)
        assert stage.said == ["utter_medication_over"]
    assert [one.state for one in await doses.waiting(stage.ctx, neighbour)] == ["reminded"]


async def test_later_before_the_time_says_when_it_comes(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    stage.village.clock.advance(TO_EIGHT - 3600)
    await answered(stage, "等会儿再吃")
    assert stage.said == ["utter_medication_not_yet"]
    assert stage.values("utter_medication_not_yet")["time"] == "今天晚上8点"


async def test_dose_taken_early_is_not_told_as_the_next_one(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    stage.village.clock.advance(TO_EIGHT - 3600)
    await answered(stage, "吃了")
    await asked(stage, "下一顿药几点吃")
    assert lines(stage) == ["明天晚上8点吃降压药一片。"]


async def test_who_takes_note_of_a_reminder_has_not_taken_it(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await pressed(stage, await reminder(stage, wang, "noted"))
    assert stage.values("utter_medication_waiting") == {"drugs": "降压药"}
    assert [one.state for one in await doses.waiting(stage.ctx, wang)] == ["reminded"]


@pytest.mark.parametrize(
    ("regimen", "words", "kept"),
    [
        (Regimen((MORNING,), weekdays=(0,)), "甲氨蝶呤改成晚上八点", "每周一晚上8点"),
        (Regimen((MORNING,), every_days=7), "甲氨蝶呤挪到晚上八点", "每7天晚上8点"),
        (Regimen((EVENING,)), "甲氨蝶呤改成隔天一次", "每2天晚上8点"),
        (Regimen((MORNING,), for_days=10), "甲氨蝶呤改成晚上八点", "每天晚上8点，吃10天"),
        (Regimen((MORNING,), weekdays=(0,)), "甲氨蝶呤改成每天晚上八点", "每天晚上8点"),
    ],
)  # fmt: skip
async def test_change_leaves_what_it_does_not_name(
    stage: Stage, wang: Party, regimen: Regimen, words: str, kept: str
) -> None:
    """A medicine that is taken once a week is never made a daily one by a new hour."""
    await add_plan(stage.village, wang, "甲氨蝶呤", regimen=regimen)
    await opened(stage, words, entity("drug", "甲氨蝶呤", words))
    assert stage.values("utter_medication_ask_change")["parts"] == kept
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert [say_regimen(one.regimen) for one in await plans(stage, wang)] == [kept]


async def test_two_plans_of_one_name_can_be_told_apart(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang, "降压药", MORNING)
    await add_plan(stage.village, wang, "降压药", EVENING)
    await opened(stage, "降压药不用再提醒了", entity("drug", "降压药"))
    assert [title for title, _ in stage.buttons("utter_medication_ask_which")] == [
        "降压药，每天早上8点", "降压药，每天晚上8点",
    ]  # fmt: skip
    await opened(stage, "/set_medication", entity("order_no", "1002"), entity("choice", "stop"))
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMedicationSave())
    assert [one.no for one in await plans(stage, wang)] == [1001]


async def test_elders_plan_that_is_tapped_is_the_elders(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    for drug in ("降压药", "钙片"):
        await add_plan(stage.village, neighbour, drug, MORNING)
    await opened(stage, "我妈吃药的时间改成晚上八点")
    await opened(stage, "/set_medication", entity("order_no", "1001"), entity("choice", "change"))
    assert stage.values("utter_medication_ask_change")["parts"] == "每天晚上8点"


async def test_plan_of_another_household_cannot_be_tapped(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await add_plan(stage.village, neighbour, "降压药", MORNING)
    for number in ("1001", "4711"):
        await opened(stage, "/set_medication", entity("order_no", number), entity("choice", "stop"))
        assert stage.said == ["utter_error_not_found"]


@pytest.mark.parametrize(
    "words", ["其实我没吃，你别记成吃了", "点错了", "刚才说错了，没吃", "谁说我吃了"]
)
async def test_dose_that_was_called_taken_by_mistake_waits_again(
    stage: Stage, wang: Party, words: str
) -> None:
    await add_plan(stage.village, wang, "钙片", EVENING - 30)
    await add_plan(stage.village, wang, "降压药", EVENING)
    await remind(stage, TO_EIGHT - 30 * 60)
    await answered(stage, "吃了")
    await remind(stage, 30 * 60)
    await answered(stage, "吃了")
    await answered(stage, words)
    assert stage.values("utter_medication_taken_back") == {"drugs": "降压药"}
    assert [one.plan.drug for one in await doses.waiting(stage.ctx, wang)] == ["降压药"]
    await remind(stage, 30 * 60)
    assert (await told(stage.village, wang))[-1].startswith("再提醒一次")


async def test_nothing_is_taken_back_that_nobody_had_said(stage: Stage, wang: Party) -> None:
    await add_plan(stage.village, wang)
    await remind(stage)
    await answered(stage, "我没吃，你别记成吃了")
    assert stage.said == ["utter_medication_later"]


async def test_dose_of_an_elder_that_one_was_just_reminded_of_comes_before_ones_own_to_come(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "medication")
    async with stage.village.db.write() as conn:
        mine = identity.c.id == neighbour.identity_id
        await conn.execute(update(identity).where(mine).values(resident_id=None))
    await add_plan(stage.village, wang, who=Taker(neighbour.resident_id, "mother"))
    await add_plan(stage.village, wang, "钙片", EVENING + 60)
    await remind(stage)
    await answered(stage, "吃了")
    assert stage.values("utter_medication_taken")["drugs"] == "妈妈的降压药"


async def test_medicine_that_is_named_is_meant_though_another_was_reminded_later(
    stage: Stage, wang: Party
) -> None:
    await add_plan(stage.village, wang, "钙片", EVENING - 90)
    await add_plan(stage.village, wang, "降压药", EVENING)
    await add_plan(stage.village, wang, "眼药水", EVENING + 60)
    for seconds in (TO_EIGHT - 90 * 60, 30 * 60, 30 * 60, 30 * 60):
        await remind(stage, seconds)
    await answered(stage, "钙片吃了", entity("drug", "钙片"))
    assert stage.values("utter_medication_taken")["drugs"] == "钙片"
    await answered(stage, "眼药水滴过了", entity("drug", "眼药水"))
    assert stage.values("utter_medication_taken")["drugs"] == "眼药水"
    assert [one.plan.drug for one in await doses.waiting(stage.ctx, wang)] == ["降压药"]


async def test_one_word_is_one_dose_of_the_medicine_that_it_names(
    stage: Stage, wang: Party
) -> None:
    await add_plan(stage.village, wang, "眼药水", 17 * 60, EVENING)
    for seconds in (3 * 3600, 30 * 60, 30 * 60, 2 * 3600, 30 * 60, 30 * 60):
        await remind(stage, seconds)
    assert len(await doses.waiting(stage.ctx, wang)) == 2
    await answered(stage, "眼药水滴过了", entity("drug", "眼药水"))
    assert [doses.time_words(one) for one in await doses.waiting(stage.ctx, wang)] == ["下午5点"]


@pytest.mark.parametrize("words", ["阿司匹林吃完了还能吃布洛芬吗", "刚吃了降压药，可以喝酒不"])
async def test_question_for_a_doctor_is_none_of_a_dose(stage: Stage, words: str) -> None:
    stage.hear(words, "confirm_medication", entity("drug", "阿司匹林"))
    await stage.run(ActionMedicationConfirm())
    assert stage.said == ["utter_medication_no_advice"]
