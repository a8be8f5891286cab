"""Complaints and suggestions: what they are about, who is named, and once more in full."""

from __future__ import annotations

from typing import Any

import pytest

from actions.complaint import ActionComplaintCreate, ActionComplaintQuery, ValidateComplaintForm
from actions.offers import ActionAnswerOffer
from community.labels import label
from community.services import complaint
from community.store.identities import Party
from community.store.schema import ticket
from community.store.tickets import Ticket
from tests.actions.stage import Stage, entity
from tests.community.village import Village

FORM = ValidateComplaintForm()


@pytest.mark.parametrize(
    ("words", "intent", "known"),
    [
        ("楼上半夜装修，我要投诉", "submit_complaint",
         {"kind": "complaint", "text": "楼上半夜装修，我要投诉"}),
        ("建议在楼道装个扶手", "submit_suggestion",
         {"kind": "suggestion", "text": "建议在楼道装个扶手"}),
        ("建议你们先把垃圾清了", "submit_complaint",
         {"kind": "complaint", "text": "建议你们先把垃圾清了"}),
        ("我要投诉", "submit_complaint", {"kind": "complaint"}),
        ("我要提个建议", "submit_suggestion", {"kind": "suggestion"}),
        ("匿名投诉物业乱收费", "submit_complaint",
         {"kind": "complaint", "text": "匿名投诉物业乱收费", "anonymous": True}),
    ],
)  # fmt: skip
async def test_opening_words_fill_what_they_say(
    stage: Stage, words: str, intent: str, known: dict[str, Any]
) -> None:
    await stage.tell(FORM, words, intent)
    assert stage.known("complaint") == known
    asks = "utter_complaint_ask_confirm" if "text" in known else "utter_complaint_ask_text"
    if known.get("anonymous"):
        asks = "utter_complaint_ask_confirm_anonymous"
    assert (stage.said, stage.asked) == ([asks], True)


@pytest.mark.parametrize("words", ["别说是我说的", "匿名吧", "不留名", "替我保密"])
async def test_name_can_be_taken_back_at_the_summary(stage: Stage, words: str) -> None:
    await stage.tell(FORM, "楼上半夜装修", "submit_complaint")
    await stage.tell(FORM, words, "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_complaint_ask_confirm_anonymous"]
    assert stage.known("complaint")["text"] == "楼上半夜装修"


async def test_no_to_the_summary_asks_for_the_words_anew(stage: Stage) -> None:
    await stage.tell(FORM, "楼上半夜装修", "submit_complaint")
    await stage.tell(FORM, "不对", "deny")
    assert stage.said == ["utter_complaint_ask_text"]
    await stage.tell(FORM, "楼下半夜唱歌", "submit_complaint")
    assert stage.values("utter_complaint_ask_confirm") == {
        "kind": "投诉",
        "content": "楼下半夜唱歌",
    }


async def test_place_is_corrected_inside_the_words(stage: Stage) -> None:
    text = "3号楼门口堆了杂物"
    await stage.tell(FORM, text, "submit_complaint", entity("place", "3号楼门口", text))
    text = "不是3号楼门口，是5号楼门口"
    found = [entity("place", "3号楼门口", text), entity("place", "5号楼门口", text)]
    await stage.tell(FORM, text, "correct_info", *found)
    assert stage.known("complaint") == {
        "kind": "complaint", "text": "5号楼门口堆了杂物", "place": "5号楼门口",
    }  # fmt: skip


async def test_more_of_the_same_is_added_at_the_summary(stage: Stage) -> None:
    await stage.tell(FORM, "楼上半夜装修", "submit_complaint")
    await stage.tell(FORM, "还往下扔垃圾", "submit_complaint")
    assert stage.known("complaint")["text"] == "楼上半夜装修；还往下扔垃圾"


@pytest.mark.parametrize("intent", ["nlu_fallback", "correct_info"])
async def test_words_of_no_service_at_the_summary_go_on_telling(stage: Stage, intent: str) -> None:
    await stage.tell(FORM, "楼上天天吵", "submit_complaint")
    await stage.tell(FORM, "不对，是凌晨一点", intent)
    assert stage.said == ["utter_form_amended", "utter_complaint_ask_confirm"]
    assert stage.known("complaint")["text"] == "楼上天天吵；不对，是凌晨一点"


async def file(stage: Stage, turn_id: str = "turn_77", **slots: Any) -> None:
    stage.slots |= {
        "complaint_kind": "complaint", "complaint_text": "楼上半夜装修", "complaint_confirm": True,
    } | slots  # fmt: skip
    stage.hear("对", "affirm", turn_id=turn_id)
    await stage.run(ActionComplaintCreate())


@pytest.mark.parametrize(
    ("kind", "response", "days"),
    [
        ("complaint", "utter_complaint_created", "3"),
        ("suggestion", "utter_suggestion_created", "7"),
    ],
)
async def test_confirmed_one_is_filed_with_number_and_time_and_once_per_turn(
    stage: Stage, village: Village, kind: str, response: str, days: str
) -> None:
    for _ in range(2):
        await file(stage, complaint_kind=kind)
        assert stage.said == [response]
        assert stage.values(response) == {"no": "1001", "days": days}
        assert stage.known("complaint") == {}
    assert await village.count(ticket) == 1


async def test_anonymous_one_is_filed_without_the_home(
    stage: Stage, village: Village, wang: Party
) -> None:
    await file(stage, complaint_anonymous=True)
    ((made, _),) = await complaint.mine(village.ctx, wang)
    assert (made.anonymous, made.room_id) == (True, None)


async def test_outcome_is_told_to_the_household_and_to_nobody_else(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    one = await village.complaint(wang)
    await complaint.staff_act(
        village.ctx, one.id, "reply", staff_id="staff_fang", version=1, note="清走了"
    )
    await village.complaint(neighbour)
    stage.hear("我的投诉有结果没", "query_complaint")
    await stage.run(ActionComplaintQuery())
    assert stage.said == ["utter_complaint_replied", "utter_complaint_ask_score"]
    assert stage.values("utter_complaint_replied") == {
        "kind": "投诉", "no": "1001", "what": "楼道堆了杂物", "state": label("complaint_state", "replied"),
        "reply": "清走了",
    }  # fmt: skip
    theirs = Stage(village, neighbour.conversation_id)
    theirs.hear("1001号投诉有结果没", "query_complaint", entity("order_no", "1001"))
    await theirs.run(ActionComplaintQuery())
    assert theirs.said == ["utter_complaint_state"]
    assert theirs.values("utter_complaint_state")["no"] == "1002"


async def test_without_any_the_way_to_one_is_offered(stage: Stage) -> None:
    stage.hear("我的投诉有结果没", "query_complaint")
    await stage.run(ActionComplaintQuery())
    assert (stage.said, stage.asked) == (["utter_complaint_none"], True)


async def replied(village: Village, account: Party, *, note: str = "清走了") -> Ticket:
    one = await village.complaint(account)
    return await complaint.staff_act(
        village.ctx, one.id, "reply", staff_id="staff_fang", version=1, note=note
    )


async def judge(stage: Stage, no: int, score: str) -> None:
    stage.hear("", "query_complaint", entity("order_no", str(no)), entity("score", score))
    await stage.run(ActionComplaintQuery())


async def test_content_with_the_reply_closes_it(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await replied(village, wang)
    await judge(stage, one.no, "5")
    now = await village.now(one)
    assert (stage.said, now.state, now.score) == (["utter_complaint_rated"], "closed", 5)
    stage.hear("我的投诉有结果没", "query_complaint")
    await stage.run(ActionComplaintQuery())
    assert stage.said == ["utter_complaint_replied"]


async def test_verdict_on_one_that_is_not_theirs_judges_no_other(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    mine, theirs = await replied(village, wang), await replied(village, neighbour)
    await judge(stage, theirs.no, "1")
    assert stage.said == ["utter_complaint_none"]
    assert [(await village.now(one)).score for one in (mine, theirs)] == [None, None]


async def test_not_content_offers_to_handle_it_again_and_yes_does(
    stage: Stage, village: Village, wang: Party
) -> None:
    one = await replied(village, wang)
    await judge(stage, one.no, "1")
    assert (stage.said, stage.asked) == (["utter_complaint_ask_reopen"], True)
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.said == ["utter_complaint_reopened"]
    assert stage.values("utter_complaint_reopened") == {"no": str(one.no), "days": "3"}
    now = await village.now(one)
    assert (now.state, now.score, now.reopened) == ("handling", 1, 1)


@pytest.mark.parametrize("words", ["上次投诉的还是老样子", "我反映的事根本没解决", "投诉了不管用"])
async def test_words_of_discontent_offer_to_handle_it_again(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    one = await replied(village, wang)
    stage.hear(words, "query_complaint")
    await stage.run(ActionComplaintQuery())
    assert stage.said == ["utter_complaint_ask_reopen"]
    assert stage.slots["offer"] == {"kind": "reopen_complaint", "no": one.no, "words": words}
    assert await village.now(one) == one


async def test_second_time_a_person_is_called(stage: Stage, village: Village, wang: Party) -> None:
    one = await replied(village, wang)
    await complaint.reopen(village.ctx, wang, one.no, "还是有", turn_id="turn_r")
    await village.put(one, "replied")
    await judge(stage, one.no, "1")
    assert stage.said == ["utter_complaint_reopened_before"]
    assert [(act["reason"], act["slots"]) for act in stage.acts] == [
        ("rule", {"投诉": str(one.no)})
    ]
