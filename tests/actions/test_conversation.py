"""Courtesy and control: stop, a person, one clarifying question, what is open, and the alarm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, SlotSet

from actions.conversation import (
    ActionCancel,
    ActionChitchat,
    ActionClarify,
    ActionCorrection,
    ActionHandoff,
    ActionOutOfScope,
    ActionPhotoReceived,
    ActionRepeat,
)
from actions.emergency import ActionEmergency
from actions.forms import REQUESTED
from actions.my_items import ActionMyItems
from actions.repair import ValidateRepairForm
from community.services import release, visitor
from community.store.identities import Party
from community.store.schema import ticket
from conversation import inbox, outbox
from conversation.messages import Draft, Inbound, Sender
from tests.actions.stage import Stage, entity
from tests.community.village import Village


async def in_repair(stage: Stage) -> None:
    await stage.tell(ValidateRepairForm(), "厨房水管漏水", "report_repair", entity("place", "厨房"))
    assert stage.loop == "repair_form"


async def test_cancel_ends_the_form_and_forgets_what_it_gathered(
    stage: Stage, village: Village
) -> None:
    await in_repair(stage)
    stage.slots |= {"visitor_person": "我儿子", "suspended": "visitor_form"}
    stage.hear("算了不报了", "cancel_flow")
    events = await stage.run(ActionCancel())
    assert stage.said == ["utter_cancelled"]
    assert stage.values("utter_cancelled") == {"service": "报修"}
    assert events[:3] == [ActiveLoop(None), SlotSet(REQUESTED, None), SlotSet("suspended", None)]
    assert stage.known("repair") == {}
    assert stage.known("visitor") == {"person": "我儿子"}
    assert await village.count(ticket) == 0


@pytest.mark.parametrize(
    ("offer", "said"), [(None, "utter_nothing_to_cancel"), ({"kind": "handoff"}, "utter_all_right")]
)
async def test_cancel_without_a_form_lets_the_offer_go(stage: Stage, offer: Any, said: str) -> None:
    stage.slots["offer"] = offer
    stage.hear("算了", "cancel_flow")
    await stage.run(ActionCancel())
    assert (stage.said, stage.slots["offer"]) == ([said], None)


async def test_person_is_called_in_one_step_with_what_is_known(stage: Stage) -> None:
    await in_repair(stage)
    stage.slots["misses"] = 1
    stage.hear("转人工", "ask_human")
    await stage.run(ActionHandoff())
    assert stage.acts == [
        {
            "name": "handoff", "reason": "asked", "words": "转人工",
            "slots": {"故障": "厨房水管漏水", "位置": "厨房"},
        }
    ]  # fmt: skip
    assert (stage.loop, stage.slots["misses"], stage.known("repair")) == (None, 0, {})


async def test_cry_for_help_stops_the_form_and_says_nothing_itself(stage: Stage) -> None:
    await in_repair(stage)
    stage.hear("救命，厨房着火了", "sos", entity("place", "厨房"))
    await stage.run(ActionEmergency())
    assert stage.said == []
    assert stage.acts == [{"name": "alarm", "kind": None, "place": "厨房"}]
    assert (stage.loop, stage.known("repair")) == (None, {})


# --- not understood


async def unsure(stage: Stage, *names: str, entities: Any = ()) -> None:
    stage.hear("那个漏的", "nlu_fallback", *entities)
    stage.latest["intent_ranking"] = [{"name": name, "confidence": 0.3} for name in names]
    await stage.run(ActionClarify())


async def test_first_doubt_is_one_question_with_at_most_three_choices(stage: Stage) -> None:
    await unsure(
        stage, "nlu_fallback", "affirm", "report_repair", "no_such", "query_repair", "query_fee",
        "pay_fee", entities=[entity("place", "厨房")],
    )  # fmt: skip
    assert (stage.said, stage.asked) == (["utter_clarify"], True)
    assert stage.buttons("utter_clarify") == [
        ("家里东西坏了，要报修", '/report_repair{"place": "厨房"}'),
        ("查报修进度", '/query_repair{"place": "厨房"}'),
        ("查费用", '/query_fee{"place": "厨房"}'),
        ("都不是", "/deny"),
    ]
    assert (stage.slots["misses"], stage.slots["unclear"]) == (1, "那个漏的")


async def test_second_doubt_or_no_likely_meaning_offers_a_person(stage: Stage) -> None:
    offer = {"kind": "handoff", "reason": "misunderstood", "words": "那个漏的"}
    await unsure(stage, "affirm", "chitchat")
    assert (stage.said, stage.slots["offer"]) == (["utter_offer_human"], offer)
    stage.slots |= {"offer": None, "misses": 1}
    await unsure(stage, "report_repair")
    assert (stage.said, stage.slots["offer"]) == (["utter_offer_human"], offer)
    assert stage.slots["misses"] == 0


async def test_second_request_out_of_scope_offers_a_person(stage: Stage) -> None:
    told = []
    for _ in range(2):
        stage.hear("帮我炒股", "out_of_scope")
        await stage.run(ActionOutOfScope())
        told.append(stage.said)
    assert told == [["utter_out_of_scope"], ["utter_offer_human"]]


# --- what is open, repeating, photos


async def test_everything_open_is_counted_and_told_and_nothing_of_others(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await village.order(wang)
    await village.order(wang, state="closed")
    await village.complaint(wang)
    await village.complaint(wang, state="closed")
    await village.order(neighbour)
    await visitor.invite(
        village.ctx, wang, turn_id="turn_v", visitor="我儿子",
        window=(village.clock.now(), village.clock.now().replace(hour=12)),
    )  # fmt: skip
    for account in (wang, neighbour):
        await release.request(
            village.ctx, account, turn_id=f"slip {account.identity_id}", items="旧沙发",
            window=(village.clock.now(), village.clock.now() + timedelta(hours=2)), plate=None,
        )  # fmt: skip
    stage.hear("我有什么事在办", "query_my_items")
    await stage.run(ActionMyItems())
    assert stage.values("utter_list_item") == {"item": "1007号：放行条 旧沙发，有效。"}
    assert stage.values("utter_my_items") == {"repairs": "1", "filed": "1", "passes": "1"}
    assert [m["no"] for m in stage.messages if m["response"] == "utter_my_items_one"] == [
        "1001", "1003",
    ]  # fmt: skip


async def test_account_without_anything_open_is_told_so(unbound: Stage) -> None:
    unbound.hear("我有什么事在办", "query_my_items")
    await unbound.run(ActionMyItems())
    assert unbound.said == ["utter_my_items_none"]


async def test_last_answer_is_said_again_with_its_choices_and_the_offer_stays(
    village: Village,
) -> None:
    received = Inbound(Sender("webchat", "u"), "m1", "交水费")
    turn, _ = await inbox.receive(village.db, village.clock, received, lease_s=15)
    drafts = [Draft("一共20元。"), Draft("要转给工作人员吗？", (("好", "/affirm"),))]
    async with village.db.write() as conn:
        await outbox.say(
            conn, village.clock, turn.conversation_id, drafts, epoch=0, key="k", turn_id=turn.id
        )
    offer = {"kind": "handoff", "reason": "asked", "words": "交水费"}
    stage = Stage(village, turn.conversation_id, {"offer": offer})
    stage.hear("再说一遍", "repeat")
    await stage.run(ActionRepeat())
    assert [(m["response"] or m["text"], m["buttons"]) for m in stage.messages] == [
        ("utter_repeat", []), ("一共20元。", []),
        ("要转给工作人员吗？", [{"title": "好", "payload": "/affirm"}]),
    ]  # fmt: skip
    assert stage.slots["offer"] == offer


async def test_before_anything_was_said_there_is_nothing_to_repeat(stage: Stage) -> None:
    stage.hear("再说一遍", "repeat")
    await stage.run(ActionRepeat())
    assert stage.said == ["utter_repeat", "utter_nothing_to_repeat"]


async def test_correction_of_nothing_asks_what_it_is_about(
    stage: Stage, village: Village, wang: Party
) -> None:
    stage.hear("不对，是卫生间", "correct_info")
    await stage.run(ActionCorrection())
    assert stage.said == ["utter_correct_nothing"]
    await village.order(wang)
    await stage.run(ActionCorrection())
    assert (stage.said, stage.slots["unclear"]) == (["utter_correct_what"], "不对，是卫生间")


async def test_photo_without_words_waits_for_the_service_it_belongs_to(stage: Stage) -> None:
    stage.hear("", "send_photo", photo="att_1")
    await stage.run(ActionPhotoReceived())
    assert (stage.said, stage.asked) == (["utter_photo_received"], True)
    await stage.tell(ValidateRepairForm(), "厨房水管漏水", "report_repair")
    assert stage.known("repair")["photos"] == ["att_1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("你是机器人吗", "utter_chitchat_who"), ("你是不是真人", "utter_chitchat_who"),
        ("今天冷不冷", "utter_chitchat_weather"), ("一个人闷得慌", "utter_chitchat_lonely"),
        ("今天买了好吃的", "utter_chitchat"),
    ],
)  # fmt: skip
async def test_small_talk_is_answered_by_what_it_is_about(
    stage: Stage, words: str, said: str
) -> None:
    stage.hear(words, "chitchat")
    await stage.run(ActionChitchat())
    assert stage.said == [said]


@pytest.mark.parametrize("words", ["算了不修了", "师傅不用来了"])
async def test_repair_given_up_outside_a_form_is_the_order_filed_before(
    stage: Stage, words: str
) -> None:
    stage.hear(words, "cancel_flow")
    events = await stage.run(ActionCancel())
    assert [(one["event"], one["name"]) for one in events] == [("followup", "change_form")]
