"""Repair: filing once, asking about one's own, hurrying, changing, judging and reopening."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rasa_sdk.events import FollowupAction, SlotSet

from actions.offers import ActionAnswerOffer
from actions.repair import (
    ActionRepairChange,
    ActionRepairCreate,
    ActionRepairQuery,
    ActionRepairRate,
    ActionRepairUrge,
    ValidateChangeForm,
    ValidateRepairForm,
    is_generic,
)
from community.labels import group
from community.services import repair
from community.store.identities import Party
from community.store.schema import ticket
from community.times import FixedClock
from tests.actions.stage import REQUESTED, Stage, entity
from tests.community.village import Village


@pytest.mark.parametrize(
    ("words", "generic"),
    [
        ("我要报修", True), ("家里东西坏了，帮我派个人来修一下", True), ("你好，我想报个修", True),
        ("找师傅", True), ("", True), ("漏水", False), ("我要报修，马桶堵了", False),
        ("灯不亮", False), ("灯坏了", False), ("门坏了，来修一下", False),
    ],
)  # fmt: skip
def test_words_that_only_ask_for_repair_name_no_fault(words: str, generic: bool) -> None:
    assert is_generic(words) is generic


# --- the form


class RunningClock(FixedClock):
    """A moment later at every look, as clocks are."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()


@pytest.mark.parametrize("words", ["越快越好", "现在", "马上来", "越早越好"])
async def test_as_soon_as_can_be_is_an_answer_and_no_appointment(
    village: Village, wang: Party, words: str
) -> None:
    village.clock = RunningClock(village.clock.now())
    stage, form = Stage(village, wang.conversation_id), ValidateRepairForm()
    await stage.tell(form, "厨房水管漏水", "report_repair")
    await stage.tell(form, words, "book_health_service")
    assert stage.said == ["utter_repair_ask_confirm"]
    assert stage.values("utter_repair_ask_confirm")["time"] == "尽快"
    stage.slots["repair_confirm"] = True
    stage.hear("对", "affirm")
    await stage.run(ActionRepairCreate())
    (made,) = await repair.of_home(village.ctx, wang, repair.OPEN)
    assert (made.appointment_start, made.appointment_end) == (None, None)


@pytest.mark.parametrize("words", ["厨房", "三楼的", "在主卧室", "楼道"])
async def test_place_is_no_fault_and_what_is_wrong_there_is_asked(stage: Stage, words: str) -> None:
    form = ValidateRepairForm()
    await stage.tell(form, "我要报修", "report_repair")
    await stage.tell(form, words, "control_device", confidence=0.47)
    assert stage.said == ["utter_repair_ask_fault_at"]
    place = stage.values("utter_repair_ask_fault_at")["place"]
    await stage.tell(form, "灯不亮了", "report_repair")
    assert stage.known("repair")["fault"] == f"{place}灯不亮了"


@pytest.mark.parametrize("words", ["客厅的灯也坏了", "还有阳台门也关不上", "还有马桶堵了"])
async def test_also_tells_more_without_a_known_intent(stage: Stage, words: str) -> None:
    await stage.tell(ValidateRepairForm(), "厨房水管漏水", "report_repair")
    await stage.tell(ValidateRepairForm(), words, "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_repair_ask_time_urgent"]
    assert stage.known("repair")["fault"] == f"厨房水管漏水；{words}"


async def test_answer_to_what_is_wrong_is_taken_whole(stage: Stage) -> None:
    form, words = ValidateRepairForm(), "厨房水管漏水，滴了一晚上"
    await stage.tell(form, "我要报修", "report_repair")
    told = [entity("place", "厨房", words), entity("fault", "水管漏水", words)]
    await stage.tell(form, words, "report_repair", *told)
    assert stage.known("repair") == {"fault": words, "place": "厨房"}


async def test_place_in_the_opening_words_is_kept_for_the_fault(stage: Stage) -> None:
    form = ValidateRepairForm()
    await stage.tell(form, "我想报修，厨房的", "report_repair", entity("place", "厨房"))
    assert stage.said == ["utter_repair_ask_fault_at"]
    await stage.tell(form, "下水道堵了", "report_repair")
    assert stage.known("repair") == {"place": "厨房", "fault": "厨房下水道堵了"}


async def test_more_that_is_wrong_is_added_whatever_is_asked(stage: Stage) -> None:
    form = ValidateRepairForm()
    await stage.tell(form, "厨房水管漏水", "report_repair")
    for question, told in (("repair_time", 1), ("repair_confirm", 2)):
        assert stage.slots[REQUESTED] == question
        words = f"第{told}盏灯也不亮"
        await stage.tell(form, words, "report_repair", entity("fault", "不亮"))
        assert stage.known("repair")["fault"].endswith(f"；{words}")
        await stage.tell(form, "明天上午", "nlu_fallback")
    assert stage.known("repair")["fault"] == "厨房水管漏水；第1盏灯也不亮；第2盏灯也不亮"


async def test_what_the_whole_building_has_is_told_and_kept_with_the_others(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    third = await village.account(await village.home(3, 1, "301", code="33010001"))
    for account in (neighbour, third):
        await village.order(account, "家里没水了")
    await stage.tell(ValidateRepairForm(), "我家没水了", "report_repair")
    assert (stage.messages, stage.loop) == ([], None)
    await stage.run(ActionRepairCreate())
    assert stage.said == ["utter_known_reported", "utter_known_joined"]
    assert stage.values("utter_known_reported") == {"title": "3号楼没有水", "count": "2"}
    (made,) = await repair.of_home(village.ctx, wang, repair.OPEN)
    assert stage.slots["offer"] == {"kind": "own_report", "no": made.no}
    stage.hear("单独报", "affirm")
    await stage.run(ActionAnswerOffer())
    assert (stage.said, stage.values("utter_known_own")) == (
        ["utter_known_own"], {"no": str(made.no)},
    )  # fmt: skip


async def test_fault_of_ones_own_home_is_asked_about_as_ever(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    third = await village.account(await village.home(3, 1, "301", code="33010001"))
    for account in (neighbour, third):
        await village.order(account, "家里没水了")
    await stage.tell(ValidateRepairForm(), "厨房水管漏水", "report_repair")
    assert stage.said == ["utter_repair_ask_time_urgent"]


async def test_critical_repair_is_not_asked_for_a_time(stage: Stage) -> None:
    await stage.tell(ValidateRepairForm(), "水管喷水了", "report_repair")
    assert stage.said == ["utter_repair_ask_confirm"]
    assert stage.values("utter_repair_ask_confirm")["time"] == "尽快"


async def test_phone_is_asked_when_the_household_has_none(
    village: Village, neighbour: Party
) -> None:
    stage, form = Stage(village, neighbour.conversation_id), ValidateRepairForm()
    await stage.tell(form, "灯不亮", "report_repair")
    await stage.tell(form, "随时", "nlu_fallback")
    assert stage.slots[REQUESTED] == "repair_phone"
    await stage.tell(form, "幺三九零零幺三九零零零", "nlu_fallback")
    assert stage.known("repair")["phone"] == "13900139000"


async def test_home_is_bound_on_the_way_and_the_code_becomes_no_slot(unbound: Stage) -> None:
    form = ValidateRepairForm()
    told = []
    for words in ("灯不亮", "三号楼", "2单元501", "99999999", "三五零幺零零零幺", "随时"):
        await unbound.tell(form, words, "report_repair" if words == "灯不亮" else "nlu_fallback")
        told.append(unbound.said)
    assert told == [
        ["utter_bind_ask_room"],
        ["utter_bind_ask_room_rest"],
        ["utter_bind_ask_code"],
        ["utter_bind_wrong_code", "utter_bind_ask_code"],
        ["utter_bind_done", "utter_repair_ask_time"],
        ["utter_repair_ask_confirm"],
    ]
    assert unbound.known("repair") == {
        "fault": "灯不亮", "room": "3号楼2单元501", "time": "随时", "phone": "13812348000",
    }  # fmt: skip


async def test_room_of_a_bound_account_is_not_taken_from_the_words(stage: Stage) -> None:
    await stage.tell(ValidateRepairForm(), "13号楼1单元101灯不亮", "report_repair")
    assert "room" not in stage.known("repair")
    await stage.tell(ValidateRepairForm(), "随时", "nlu_fallback")
    assert stage.values("utter_repair_ask_confirm")["room"] == "3号楼2单元501"


# --- filing


async def confirmed(stage: Stage, **slots: Any) -> None:
    stage.slots |= {
        "repair_fault": "厨房水管漏水", "repair_place": "厨房", "repair_phone": "13812348000",
        "repair_confirm": True,
    } | slots  # fmt: skip
    stage.hear("对", "affirm", turn_id="turn_77")


async def test_confirmed_order_is_filed_told_and_forgotten_by_the_form(
    stage: Stage, village: Village
) -> None:
    photo = await village.photo(await village.account())
    await confirmed(stage, repair_photos=[photo])
    await stage.run(ActionRepairCreate())
    assert stage.said == ["utter_repair_created"]
    assert stage.values("utter_repair_created") == {"no": "1001", "promise": "半小时内联系您"}
    assert [m["custom"]["card"] for m in stage.messages if m["custom"]] == [
        {
            "title": "报修 1001", "state": "待派单", "tone": "wait",
            "facts": [["故障", "厨房水管漏水"], ["上门时间", "尽快"]],
        }
    ]  # fmt: skip
    assert stage.known("repair") == {}
    assert await village.count(ticket) == 1


async def test_turn_that_runs_again_files_nothing_more_and_tells_the_same_number(
    stage: Stage, village: Village
) -> None:
    told = []
    for _ in range(2):
        await confirmed(stage)
        await stage.run(ActionRepairCreate())
        told.append(stage.values("utter_repair_created")["no"])
    assert (told, await village.count(ticket)) == (["1001", "1001"], 1)


# --- asking about it


async def test_progress_is_told_in_the_words_of_its_state(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await village.order(wang)
    for state in group("repair_state"):
        await village.put(one, state)
        stage.hear("1001号修到哪了", "query_repair", entity("order_no", "1001"))
        await stage.run(ActionRepairQuery())
        assert stage.said == [f"utter_repair_state_{state}"]
        assert stage.values(f"utter_repair_state_{state}")["no"] == "1001"


@pytest.mark.parametrize("said", ["1001", "一千零一", "幺零零幺"])
async def test_anothers_number_is_as_absent_as_none(
    stage: Stage, village: Village, neighbour: Party, said: str
) -> None:
    await village.order(neighbour)
    stage.hear(f"{said}号修到哪了", "query_repair", entity("order_no", said))
    await stage.run(ActionRepairQuery())
    assert (stage.said, stage.values("utter_repair_not_found")) == (
        ["utter_repair_not_found"], {"no": "1001"},
    )  # fmt: skip


async def test_without_a_number_the_open_orders_are_told_else_the_last_finished(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    action = ActionRepairQuery()
    stage.hear("我的报修到哪了", "query_repair")
    await stage.run(action)
    assert (stage.said, stage.asked) == (["utter_repair_none_offer"], True)
    await village.order(wang, state="closed")
    await village.order(wang, state="to_rate")
    await village.order(neighbour)
    await stage.run(action)
    assert stage.said == ["utter_repair_state_to_rate"]
    for _ in range(4):
        await village.order(wang)
    await stage.run(action)
    assert stage.said == ["utter_repair_state_pending"] * 3
    assert stage.values("utter_repair_state_pending")["no"] == "1007"


# --- hurrying


async def test_third_urging_brings_a_person(stage: Stage, village: Village, wang: Party) -> None:
    await village.order(wang)
    told = []
    for _ in range(3):
        stage.hear("催一下", "urge_repair")
        await stage.run(ActionRepairUrge())
        told.append((stage.said, [act["reason"] for act in stage.acts]))
    assert told == [
        (["utter_repair_urged"], []), (["utter_repair_urged"], []),
        (["utter_repair_urged_often"], ["rule"]),
    ]  # fmt: skip
    assert stage.acts[0]["slots"] == {"报修": "1001"}


async def test_of_several_orders_the_resident_is_asked_which(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    for words in ("灯不亮", "马桶堵了"):
        await village.order(wang, words)
    await village.order(neighbour)
    stage.hear("催一下", "urge_repair")
    await stage.run(ActionRepairUrge())
    assert stage.said == ["utter_repair_which"]
    assert stage.buttons("utter_repair_which") == [
        ("1002 马桶堵了", '/urge_repair{"order_no":"1002"}'),
        ("1001 灯不亮", '/urge_repair{"order_no":"1001"}'),
    ]


async def test_nothing_to_hurry_is_said(stage: Stage, village: Village, wang: Party) -> None:
    await village.order(wang, state="closed")
    stage.hear("催一下", "urge_repair")
    await stage.run(ActionRepairUrge())
    assert (stage.said, stage.acts) == (["utter_repair_none"], [])


# --- changing


async def test_new_time_is_read_confirmed_and_written(
    stage: Stage, village: Village, wang: Party
) -> None:
    one, form = await village.order(wang), ValidateChangeForm()
    await stage.tell(form, "明天有事，改到后天上午", "change_repair", entity("time", "后天上午"))
    assert stage.values("utter_change_ask_confirm") == {"no": "1001", "time": "后天（周三）上午"}
    await stage.tell(form, "对", "affirm")
    await stage.run(ActionRepairChange())
    assert stage.said == ["utter_repair_rescheduled"]
    moved = await village.now(one)
    assert moved.appointment_start is not None
    assert moved.appointment_start.isoformat() == "2025-11-05T00:00:00+00:00"
    assert stage.known("change") == {}


async def test_withdrawal_is_confirmed_before_it_is_written(
    stage: Stage, village: Village, wang: Party
) -> None:
    one, form = await village.order(wang), ValidateChangeForm()
    await stage.tell(form, "不用来了，我自己修好了", "change_repair")
    assert stage.said == ["utter_change_ask_withdraw"]
    assert (await village.now(one)).state == "pending"
    await stage.tell(form, "不对", "deny")
    assert stage.said == ["utter_change_ask_what"]
    await stage.tell(form, "还是撤回吧", "nlu_fallback")
    await stage.tell(form, "对", "affirm")
    await stage.run(ActionRepairChange())
    assert (stage.said, (await village.now(one)).state) == (["utter_repair_withdrawn"], "withdrawn")


async def test_what_is_to_change_is_asked_then_when(
    stage: Stage, village: Village, wang: Party
) -> None:
    await village.order(wang)
    form, told = ValidateChangeForm(), []
    for words in ("改一下报修", "改时间", "后天上午"):
        await stage.tell(form, words, "change_repair")
        told.append(stage.said)
    assert told == [
        ["utter_change_ask_what"], ["utter_change_ask_time"], ["utter_change_ask_confirm"],
    ]  # fmt: skip


async def test_of_several_orders_the_one_to_change_is_asked_for(
    stage: Stage, village: Village, wang: Party
) -> None:
    for words in ("灯不亮", "马桶堵了"):
        await village.order(wang, words)
    form = ValidateChangeForm()
    await stage.tell(form, "不用来了", "change_repair")
    assert stage.slots[REQUESTED] == "change_no"
    await stage.tell(form, "1001号", "nlu_fallback", entity("order_no", "1001"))
    assert stage.known("change") == {"no": 1001, "what": "withdraw"}


@pytest.mark.parametrize(
    ("slots", "response"),
    [
        ({}, "utter_repair_none"),
        ({"change_no": 4711, "change_what": "withdraw"}, "utter_repair_not_found"),
        ({"change_no": 1001, "change_what": "withdraw"}, "utter_repair_not_open"),
        ({"change_no": 1002, "change_what": "withdraw"}, "utter_repair_not_found"),
    ],
)
async def test_change_that_is_not_possible_is_said_and_changes_nothing(
    stage: Stage, village: Village, wang: Party, neighbour: Party, slots: Any, response: str
) -> None:
    mine = await village.order(wang, state="to_rate")
    theirs = await village.order(neighbour)
    stage.slots |= slots
    stage.hear("对", "affirm")
    await stage.run(ActionRepairChange())
    assert (stage.said, stage.known("change")) == ([response], {})
    assert [await village.now(mine), await village.now(theirs)] == [mine, theirs]


# --- judging


async def judge(stage: Stage, words: str, *entities: Any) -> Any:
    stage.hear(words, "rate_repair", *entities)
    await stage.run(ActionRepairRate())
    return stage.slots.get("offer")


@pytest.mark.parametrize(
    ("words", "found", "score"),
    [("给五分", [entity("score", "五分")], 5), ("4分", [], 4), ("三颗星", [], 3)],
)
async def test_score_is_taken_from_entity_or_words(
    stage: Stage, village: Village, wang: Party, words: str, found: Any, score: int
) -> None:
    one = await village.order(wang, state="to_rate")
    assert await judge(stage, words, *found) is None
    assert (stage.said, (await village.now(one)).score) == (["utter_repair_rated"], score)


async def test_unclear_judgement_is_asked_for_with_the_scale(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await village.order(wang, state="to_rate")
    await judge(stage, "评价一下")
    assert stage.said == ["utter_repair_ask_score"]
    assert stage.buttons("utter_repair_ask_score")[0] == (
        "5 很满意", '/rate_repair{"order_no":"1001","score":"5"}',
    )  # fmt: skip
    assert (await village.now(one)).score is None


@pytest.mark.parametrize("words", ["没修好", "又漏了", "还是不亮", "修了跟没修一样"])
async def test_work_that_did_not_help_is_offered_again_and_reopened_on_yes(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    one = await village.order(wang, state="closed")
    assert await judge(stage, words) == {"kind": "reopen", "no": 1001, "words": words}
    assert (stage.said, await village.now(one)) == (["utter_repair_ask_reopen"], one)
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert (stage.said, stage.slots["offer"]) == (["utter_repair_reopened"], None)
    again = await village.now(one)
    assert (again.state, again.reopened) == ("pending", 1)
    assert (await village.history(one))[-1].note == words


async def test_low_score_is_kept_and_a_second_visit_offered(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await village.order(wang, state="to_rate")
    offer = await judge(stage, "给两分", entity("score", "两分"))
    assert stage.said == ["utter_repair_rated_low", "utter_repair_ask_reopen"]
    assert (offer["kind"], (await village.now(one)).score) == ("reopen", 2)


async def test_second_failure_goes_to_a_person(stage: Stage, village: Village, wang: Party) -> None:
    one = await village.order(wang, state="closed")
    await repair.reopen(village.ctx, wang, one.no, "又漏了", turn_id="turn_r")
    await village.put(one, "closed")
    assert await judge(stage, "又漏了") is None
    assert stage.said == ["utter_repair_reopened_before"]
    assert [(act["reason"], act["slots"]) for act in stage.acts] == [("rule", {"报修": "1001"})]


async def test_open_order_is_not_offered_to_be_reopened(
    stage: Stage, village: Village, wang: Party
) -> None:
    await village.order(wang)
    assert await judge(stage, "1001号还漏", entity("order_no", "1001")) is None
    assert (stage.said, stage.asked) == (["utter_repair_state_pending"], False)


async def test_finished_order_is_not_hurried_but_its_state_told(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await village.order(wang, state="to_rate")
    stage.hear("1001号催一下", "urge_repair", entity("order_no", "1001"))
    await stage.run(ActionRepairUrge())
    assert (stage.said, await village.now(one)) == (["utter_repair_state_to_rate"], one)


# --- yes and no to an offer


@pytest.mark.parametrize(
    ("offer", "intent", "said", "events"),
    [
        (None, "affirm", ["utter_nothing_open"], []),
        (None, "deny", ["utter_all_right"], []),
        ({"kind": "resume", "form": "repair_form"}, "deny", ["utter_all_right"],
         [SlotSet("offer", None)]),
        ({"kind": "resume", "form": "repair_form"}, "affirm", [],
         [SlotSet("offer", None), FollowupAction("repair_form")]),
        ({"kind": "handoff", "reason": "asked", "words": "找人"}, "affirm", [],
         [SlotSet("offer", None)]),
    ],
)  # fmt: skip
async def test_yes_carries_the_offer_out_and_no_lets_it_go(
    stage: Stage, offer: Any, intent: str, said: list[str], events: list[Any]
) -> None:
    stage.slots["offer"] = offer
    stage.hear("好", intent)
    assert await stage.run(ActionAnswerOffer()) == events
    assert stage.said == said
    handed = [(act["reason"], act["words"]) for act in stage.acts]
    taken = offer and offer["kind"] == "handoff" and intent == "affirm"
    assert handed == ([("asked", "找人")] if taken else [])


async def test_offer_to_reopen_anothers_order_reopens_nothing(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    theirs = await village.order(neighbour, state="closed")
    stage.slots["offer"] = {"kind": "reopen", "no": theirs.no, "words": "又漏了"}
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert (stage.said, await village.now(theirs)) == (["utter_error_not_found"], theirs)


async def test_offer_that_could_not_be_carried_out_is_gone(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await village.order(wang)
    stage.slots["offer"] = {"kind": "reopen", "no": one.no, "words": "又漏了"}
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.slots["offer"] is None
