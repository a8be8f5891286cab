"""How a form leads: what is open is asked, corrections are taken, other wishes go first and it comes back."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.events import ActionExecutionRejected, SlotSet

import actions
from actions.base import ServiceAction
from actions.complaint import ValidateComplaintForm
from actions.form_end import finished
from actions.forms import MISSES, REQUESTED, known_for_staff
from actions.repair import ActionRepairCreate, ValidateRepairForm
from actions.visitor import ValidateVisitorForm
from actions.wiring import use
from community.store.database import Database
from community.store.schema import ticket
from tests.actions.stage import Stage, entity

FORM = ValidateRepairForm()
AWAY = [ActionExecutionRejected("repair_form")]


@asynccontextmanager
async def without_records(stage: Stage) -> AsyncIterator[None]:
    """While this lasts, no record can be read or written."""
    closed = Database("sqlite://")
    await closed.close()
    use(replace(stage.ctx, db=closed))
    yield
    use(stage.ctx)


async def at_time(stage: Stage) -> Stage:
    """A repair at its question of the time."""
    await stage.tell(FORM, "厨房水管漏水", "report_repair", entity("place", "厨房"))
    assert stage.slots[REQUESTED] == "repair_time"
    return stage


async def at_confirm(stage: Stage) -> Stage:
    """A repair at its last question."""
    await stage.tell(FORM, "厨房水管漏水，明天上午来", "report_repair", entity("time", "明天上午"))
    assert stage.slots[REQUESTED] == "repair_confirm"
    return stage


async def events_of(stage: Stage, text: str, intent: str, *entities: Any, **more: Any) -> list[Any]:
    stage.hear(text, intent, *entities, **more)
    return await stage.run(FORM)


# --- asking


async def test_opening_words_fill_what_they_say_and_only_the_rest_is_asked(stage: Stage) -> None:
    await at_confirm(stage)
    assert stage.said == ["utter_repair_ask_confirm"]
    assert stage.asked
    assert stage.values("utter_repair_ask_confirm") == {
        "room": "3号楼2单元501", "fault": "厨房水管漏水，明天上午来", "time": "明天（周二）上午",
        "phone": "138****8000",
    }  # fmt: skip


async def test_answer_that_is_read_leads_to_the_next_question(stage: Stage) -> None:
    await at_time(stage)
    await stage.tell(FORM, "明天上午", "nlu_fallback")
    assert (stage.slots[REQUESTED], stage.slots["misses"]) == ("repair_confirm", 0)


async def test_yes_ends_the_form_with_everything_filled(stage: Stage) -> None:
    await at_confirm(stage)
    await stage.tell(FORM, "对", "affirm")
    assert (stage.said, stage.slots[REQUESTED], stage.loop) == ([], None, None)
    assert stage.known("repair") == {
        "fault": "厨房水管漏水，明天上午来", "time": "明天（周二）上午", "phone": "13812348000",
        "confirm": True,
    }  # fmt: skip


async def test_second_answer_in_a_row_that_cannot_be_read_offers_a_person(stage: Stage) -> None:
    await at_time(stage)
    told = []
    for words in ("这个嘛", "我看看啊", "哎呀", "说不好"):
        await stage.tell(FORM, words, "nlu_fallback")
        told.append((stage.said, stage.slots["misses"], stage.slots[REQUESTED]))
    again = ["utter_form_not_understood", "utter_repair_ask_time_urgent"]
    assert MISSES == 2
    assert told == [
        (again, 1, "repair_time"), (["utter_form_offer_human"], 0, "repair_time"),
        (again, 1, "repair_time"), (["utter_form_offer_human"], 0, "repair_time"),
    ]  # fmt: skip


# --- corrections


@pytest.mark.parametrize("intent", ["correct_info", "nlu_fallback", "report_repair"])
async def test_correction_is_taken_at_an_earlier_question_and_asked_on(
    stage: Stage, intent: str
) -> None:
    await at_time(stage)
    text = "不是厨房，是卫生间"
    found = [entity("place", "厨房", text), entity("place", "卫生间", text)]
    await stage.tell(FORM, text, intent, *found)
    assert stage.said == ["utter_form_amended", "utter_repair_ask_time_urgent"]
    assert stage.known("repair") == {"fault": "卫生间水管漏水", "place": "卫生间"}


@pytest.mark.parametrize(
    ("words", "found", "changed"),
    [
        ("改成后天下午", [entity("time", "后天下午")], {"time": "后天（周三）下午"}),
        ("后天下午", [entity("time", "后天下午")], {"time": "后天（周三）下午"}),
        ("电话换成13900139000", [], {"phone": "13900139000"}),
        ("是卫生间", [entity("place", "卫生间")], {"place": "卫生间", "fault": "卫生间：灯不亮"}),
        ("不是灯不亮，是插座没电", [entity("fault", "没电")], {"fault": "插座没电"}),
    ],
)
async def test_correction_at_the_summary_changes_its_part_and_asks_for_yes_anew(
    stage: Stage, words: str, found: list[Any], changed: dict[str, str]
) -> None:
    await stage.tell(FORM, "灯不亮", "report_repair")
    await stage.tell(FORM, "明天上午", "nlu_fallback")
    before = stage.known("repair")
    await stage.tell(FORM, words, "correct_info", *found)
    assert stage.said == ["utter_form_amended", "utter_repair_ask_confirm"]
    assert stage.known("repair") == before | changed


async def test_no_asks_what_to_change_and_the_change_alone_is_enough(stage: Stage) -> None:
    await at_confirm(stage)
    await stage.tell(FORM, "不对", "deny")
    assert stage.said == ["utter_repair_what_to_change"]
    await stage.tell(FORM, "后天上午", "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_repair_ask_confirm"]
    assert "confirm" not in stage.known("repair")


async def test_time_that_is_over_is_no_answer(stage: Stage) -> None:
    await at_time(stage)
    await stage.tell(FORM, "昨天上午", "nlu_fallback")
    assert stage.said[0] == "utter_form_not_understood"
    assert "time" not in stage.known("repair")


# --- other wishes


async def test_other_service_or_command_goes_first_when_it_is_sure_enough(stage: Stage) -> None:
    table = {
        ("query_notice", 0.6): True, ("query_notice", 0.59): False, ("out_of_scope", 0.6): True,
        ("out_of_scope", 0.59): False, ("cancel_flow", 0.4): True, ("cancel_flow", 0.39): False,
        ("ask_human", 0.4): True, ("sos", 0.4): True, ("repeat", 0.4): True,
        ("goodbye", 0.4): True, ("report_repair", 0.99): False, ("greet", 0.99): False,
        ("chitchat", 0.99): False, ("nlu_fallback", 0.99): False,
    }  # fmt: skip
    await at_time(stage)
    before, goes = dict(stage.slots), {}
    for intent, confidence in table:
        stage.slots = dict(before)
        events = await events_of(
            stage, "今儿个小区里有啥新鲜事儿没有", intent, confidence=confidence
        )
        goes[intent, confidence] = events == AWAY
        if events == AWAY:
            assert (stage.said, stage.slots) == ([], before)
    assert goes == table


@pytest.mark.parametrize("intent", ["query_notice", "cancel_flow", "ask_human", "out_of_scope"])
async def test_plain_answer_is_an_answer_whatever_it_was_taken_for(
    stage: Stage, intent: str
) -> None:
    await at_time(stage)
    await stage.tell(FORM, "明天上午", intent)
    assert stage.slots[REQUESTED] == "repair_confirm"


@pytest.mark.parametrize(
    "words", ["今天食堂吃啥", "明天有停水吗", "附近有修脚的没", "周六活动几点"]
)
async def test_short_words_that_hold_more_than_an_answer_are_another_wish(
    stage: Stage, words: str
) -> None:
    await at_time(stage)
    before = dict(stage.slots)
    assert await events_of(stage, words, "query_notice", confidence=0.9) == AWAY
    assert (stage.said, stage.slots) == ([], before)


@pytest.mark.parametrize("words", ["改成后天下午吧", "明天上午行吗", "后天来"])
async def test_time_with_nothing_beside_it_is_an_answer(stage: Stage, words: str) -> None:
    await at_time(stage)
    await stage.tell(FORM, words, "query_notice", confidence=0.9)
    assert stage.slots[REQUESTED] == "repair_confirm"


async def test_free_text_is_never_plain_so_a_command_is_obeyed(stage: Stage) -> None:
    await stage.tell(FORM, "我要报修", "report_repair")
    assert await events_of(stage, "算了不弄了", "cancel_flow") == AWAY


async def test_question_comes_again_after_an_interruption(stage: Stage) -> None:
    await at_time(stage)
    assert await events_of(stage, "最近有啥通知", "query_notice") == AWAY
    stage.events.append({"event": "action", "name": "action_notice_query"})
    events = await stage.run(FORM)
    assert stage.said == ["utter_form_come_back", "utter_repair_ask_time_urgent"]
    assert stage.values("utter_form_come_back") == {"service": "报修"}
    assert events == [SlotSet(REQUESTED, "repair_time"), SlotSet("misses", 0)]


@pytest.mark.parametrize("action", ["action_repeat", "action_speak_differently"])
async def test_repeating_brings_the_question_alone(stage: Stage, action: str) -> None:
    await at_time(stage)
    await events_of(stage, "再说一遍", "repeat")
    stage.events.append({"event": "action", "name": action})
    await stage.run(FORM)
    assert stage.said == ["utter_repair_ask_time_urgent"]


async def test_question_waits_while_the_interruption_asks_one_of_its_own(stage: Stage) -> None:
    await at_time(stage)
    await events_of(stage, "帮我把电费交了", "pay_fee")
    offer = {"kind": "handoff", "reason": "asked", "words": "帮我把电费交了"}
    stage.slots["offer"] = offer
    stage.events.append({"event": "action", "name": "action_fee_pay"})
    events = await stage.run(FORM)
    assert (stage.said, events) == (
        [], [SlotSet(REQUESTED, "repair_time"), SlotSet("offer", offer)],
    )  # fmt: skip
    assert await events_of(stage, "好", "affirm") == AWAY
    assert stage.slots["offer"] == offer


async def test_form_that_another_breaks_off_is_offered_again_when_that_is_done(
    stage: Stage,
) -> None:
    await at_time(stage)
    complaint = ValidateComplaintForm()
    await stage.tell(complaint, "投诉楼上半夜装修", "submit_complaint")
    assert stage.slots["suspended"] == "repair_form"
    heard = stage.hearing()
    events = finished(heard, "complaint")
    stage.messages = heard.dispatcher.messages
    assert stage.said == ["utter_form_resume"]
    assert stage.values("utter_form_resume") == {"service": "报修"}
    assert {event["name"]: event["value"] for event in events} == {
        "complaint_kind": None, "complaint_text": None, "suspended": None,
        "offer": {"kind": "resume", "form": "repair_form"},
    }  # fmt: skip


@pytest.mark.parametrize("words", ["/affirm", "好的", "可以，接着办", "可以"])
async def test_resumed_form_knows_what_it_knew_and_asks_the_rest(stage: Stage, words: str) -> None:
    await at_time(stage)
    before = stage.known("repair")
    stage.slots[REQUESTED] = None
    await stage.tell(FORM, words, "affirm")
    assert stage.said == ["utter_repair_ask_time_urgent"]
    assert stage.known("repair") == before


async def test_resumed_form_that_knows_nothing_does_not_take_the_yes_for_a_fault(
    stage: Stage,
) -> None:
    await stage.tell(FORM, "可以，接着办", "affirm")
    assert (stage.said, stage.known("repair")) == (["utter_repair_ask_fault"], {})


# --- photos


async def test_photo_alone_is_taken_and_the_question_put_again(stage: Stage) -> None:
    await at_time(stage)
    await stage.tell(FORM, "", "send_photo", photo="att_1")
    assert stage.said == ["utter_form_photo_taken", "utter_repair_ask_time_urgent"]
    await stage.tell(FORM, "明天上午", "nlu_fallback", photo="att_2")
    assert stage.slots[REQUESTED] == "repair_confirm"
    assert stage.known("repair")["photos"] == ["att_1", "att_2"]


async def test_photo_with_the_opening_words_belongs_to_them(stage: Stage) -> None:
    await stage.tell(FORM, "厨房水管漏水", "report_repair", photo="att_1")
    assert stage.known("repair")["photos"] == ["att_1"]


# --- what staff are given, and the next time


async def test_staff_are_given_what_the_form_knows_in_their_words(stage: Stage) -> None:
    await at_confirm(stage)
    stage.slots["repair_place"] = "厨房"
    assert known_for_staff(stage.hear("转人工", "ask_human")) == {
        "故障": "厨房水管漏水，明天上午来", "上门时间": "明天（周二）上午", "联系电话": "13812348000",
        "位置": "厨房",
    }  # fmt: skip


async def test_household_code_is_given_to_nobody(stage: Stage) -> None:
    stage.slots |= {REQUESTED: "bind_room", "bind_code": "35010001", "bind_room": None}
    assert known_for_staff(stage.hear("转人工", "ask_human")) == {}


async def test_without_a_form_nothing_is_known(stage: Stage) -> None:
    stage.slots["repair_fault"] = "旧的"
    assert known_for_staff(stage.hear("转人工", "ask_human")) == {}


@pytest.mark.parametrize(
    ("form", "text", "intent", "knows"),
    [
        (
            ValidateComplaintForm(),
            "投诉楼上半夜装修",
            "submit_complaint",
            {"类别": "投诉", "内容": "投诉楼上半夜装修"},
        ),
        (
            ValidateVisitorForm(),
            "我儿子明天下午来，电话13900139000",
            "invite_visitor",
            {"访客": "我儿子", "来访时间": "明天（周二）下午", "访客电话": "13900139000"},
        ),
    ],
)
async def test_staff_read_no_code_of_ours(
    stage: Stage, form: Any, text: str, intent: str, knows: dict[str, str]
) -> None:
    await stage.tell(form, text, intent, entity("person", "我儿子"))
    given = known_for_staff(stage.hear("转人工", "ask_human"))
    assert given == knows


async def test_yes_of_an_order_that_failed_is_not_taken_for_the_next_one(stage: Stage) -> None:
    await at_confirm(stage)
    await stage.tell(FORM, "对", "affirm")
    stage.slots["repair_place"] = "厨房"
    async with without_records(stage):
        assert await stage.run(ActionRepairCreate()) == []
    assert await stage.village.count(ticket) == 0
    await stage.tell(FORM, "客厅灯不亮了", "report_repair")
    assert (stage.said, stage.slots[REQUESTED]) == (["utter_repair_ask_confirm"], "repair_confirm")
    assert stage.known("repair") == {
        "fault": "客厅灯不亮了", "time": "明天（周二）上午", "phone": "13812348000",
    }  # fmt: skip


async def test_mere_time_at_the_summary_is_a_correction_whatever_it_was_taken_for(
    stage: Stage,
) -> None:
    await at_confirm(stage)
    await stage.tell(FORM, "不对", "deny")
    await stage.tell(FORM, "后天上午", "book_appointment", entity("time", "后天上午"))
    assert stage.said == ["utter_form_amended", "utter_repair_ask_confirm"]
    assert stage.known("repair")["time"] == "后天（周三）上午"


# --- errors: nobody is held in a form that fails


async def test_order_that_was_refused_is_forgotten_and_one_that_failed_in_passing_is_kept(
    stage: Stage,
) -> None:
    await at_confirm(stage)
    await stage.tell(FORM, "对", "affirm")
    async with without_records(stage):
        await stage.run(ActionRepairCreate())
    assert (stage.said, stage.known("repair")["fault"]) == (
        ["utter_error_internal"], "厨房水管漏水，明天上午来",
    )  # fmt: skip
    own, stage.conversation_id = stage.conversation_id, "conv_0"
    await stage.run(ActionRepairCreate())
    stage.conversation_id = own
    assert (stage.said, stage.known("repair")) == (["utter_error_not_found"], {})


async def test_form_that_fails_twice_in_a_row_gives_up_and_nothing_is_written(stage: Stage) -> None:
    await at_time(stage)
    told = []
    async with without_records(stage):
        for _ in range(2):
            await stage.tell(FORM, "明天上午", "nlu_fallback")
            told.append((stage.said, stage.slots["misses"], stage.loop))
        await stage.run(ActionRepairCreate())
    failed = ["utter_error_internal"]
    assert told == [(failed, 1, "repair_form"), (failed, 0, None)]
    assert (stage.said, stage.known("repair"), stage.slots["gave_up"]) == ([], {}, None)


async def test_error_between_two_answers_that_were_read_does_not_end_the_form(stage: Stage) -> None:
    await at_time(stage)
    for _ in range(2):
        async with without_records(stage):
            await stage.tell(FORM, "明天上午", "nlu_fallback")
        await stage.tell(FORM, "明天上午", "nlu_fallback")
        assert (stage.slots[REQUESTED], stage.slots["misses"]) == ("repair_confirm", 0)
        stage.slots[REQUESTED] = "repair_time"


@pytest.mark.parametrize("intent", ["ask_human", "cancel_flow", "sos"])
async def test_command_gets_out_of_a_form_while_no_record_can_be_read(
    stage: Stage, intent: str
) -> None:
    await at_time(stage)
    async with without_records(stage):
        assert await events_of(stage, "算了找个人", intent) == AWAY


def every_action(base: type[ServiceAction]) -> Iterator[type[ServiceAction]]:
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name != "__main__":
            importlib.import_module(f"actions.{module.name}")
    for one in base.__subclasses__():
        yield from every_action(one)
        if one.__module__.startswith("actions.") and not inspect.isabstract(one):
            yield one


def test_last_action_of_every_form_knows_whose_answers_it_writes() -> None:
    written = {}
    for file in Path("nlu_data/rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]:
            steps = rule["steps"]
            if {"active_loop": None} in steps:
                written[steps[-1]["action"]] = steps[0]["action"].removesuffix("_form")
    assert len(written) >= 20
    ours = {one().name(): one.writes for one in every_action(ServiceAction)}
    assert {name: ours[name] for name in written} == written
