"""12345: what it is about, where, and never a word that the city has it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.complaint import ActionComplaintQuery
from actions.hotline import ActionHotlineCreate, ValidateHotlineForm
from actions.matters import ActionMatterRequest
from actions.my_items import ActionMyItems
from actions.repair import ActionRepairQuery
from community.services import hotline, matter
from community.store.identities import Party
from tests.actions.stage import Stage, entity
from tests.community import public
from tests.community.village import Village

FORM = ValidateHotlineForm()


@pytest.mark.parametrize(
    ("words", "asks", "known"),
    [
        ("我要打12345反映马路塌了个坑", "confirm", {"text": "我要打12345反映马路塌了个坑", "place": ""}),
        ("帮我转12345", "text", {}),
        ("12345怎么提交", "text", {}),
        ("拖欠农民工工资", "place", {"text": "拖欠农民工工资"}),
    ],
)  # fmt: skip
async def test_opening_words_fill_what_they_say(
    stage: Stage, words: str, asks: str, known: dict[str, Any]
) -> None:
    await stage.tell(FORM, words, "submit_hotline")
    assert stage.known("hotline") == known
    assert (stage.said, stage.asked) == ([f"utter_hotline_ask_{asks}"], True)


async def test_summary_says_what_kind_it_is_and_that_a_person_files_it(stage: Stage) -> None:
    await stage.tell(
        FORM, "匿名举报，城东小作坊用地沟油", "submit_hotline", entity("place", "城东")
    )
    assert stage.said == ["utter_hotline_ask_confirm_anonymous"]
    assert stage.values("utter_hotline_ask_confirm_anonymous") == {
        "kind": "举报", "content": "匿名举报，城东小作坊用地沟油",
    }  # fmt: skip


async def filed(stage: Stage) -> None:
    stage.slots |= {
        "hotline_text": "路塌了个坑", "hotline_place": "文化路", "hotline_confirm": True,
    }  # fmt: skip
    stage.hear("对", "affirm")
    await stage.run(ActionHotlineCreate())


async def query(stage: Stage, action: Any, intent: str, *entities: Any) -> list[str]:
    stage.hear("我的事怎么样了", intent, *entities)
    await stage.run(action)
    return stage.said


async def test_number_is_ours_until_staff_have_noted_the_citys(
    stage: Stage, village: Village, wang: Party
) -> None:
    await filed(stage)
    assert stage.values("utter_hotline_created") == {"no": "1001", "days": "1"}
    number = entity("order_no", "1001")
    asked = (ActionComplaintQuery(), "query_complaint", number)
    assert await query(stage, *asked) == ["utter_matter_state"]
    assert stage.values("utter_matter_state") == {
        "kind": "12345诉求", "no": "1001", "what": "文化路：路塌了个坑", "state": "记下了，还没递上去",
    }  # fmt: skip
    (mine,) = await matter.mine(village.ctx, wang)
    await hotline.file(
        village.ctx, mine.ticket.id, staff_id="staff_fang", version=1, outside_no="20251100371"
    )
    assert await query(stage, *asked) == ["utter_matter_state", "utter_matter_outside"]
    assert stage.values("utter_matter_outside") == {"number": "20251100371"}
    await matter.staff_act(
        village.ctx, mine.ticket.id, "done", staff_id="staff_fang", version=2, note="周五来填"
    )
    assert (await query(stage, *asked))[-1] == "utter_matter_answer"


async def test_progress_is_told_whatever_it_is_called_and_to_nobody_else(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await filed(stage)
    number = entity("order_no", "1001")
    theirs = Stage(village, neighbour.conversation_id)
    for action, intent in (
        (ActionRepairQuery(), "query_repair"), (ActionComplaintQuery(), "query_complaint"),
    ):  # fmt: skip
        assert await query(stage, action, intent, number) == ["utter_matter_state"]
        assert "utter_matter_state" not in await query(theirs, action, intent, number)
    assert await query(stage, ActionComplaintQuery(), "query_complaint") == ["utter_matter_state"]
    assert await query(stage, ActionMyItems(), "query_my_items") == ["utter_list_item"]
    assert await query(theirs, ActionMyItems(), "query_my_items") == ["utter_my_items_none"]


async def test_number_of_a_matter_is_told_and_not_the_complaint_beside_it(
    stage: Stage, village: Village, wang: Party
) -> None:
    await filed(stage)
    await village.complaint(wang)
    number = entity("order_no", "1001")
    assert await query(stage, ActionComplaintQuery(), "query_complaint", number) == [
        "utter_matter_state"
    ]


async def test_repair_query_tells_of_shared_faults_when_no_repair_is_open(
    stage: Stage, village: Village, wang: Party
) -> None:
    await public.built(village)
    assert await query(stage, ActionRepairQuery(), "query_repair") == ["utter_repair_none_offer"]
    await public.broken(village, wang)
    assert await query(stage, ActionRepairQuery(), "query_repair") == ["utter_matter_state"]


@pytest.mark.parametrize(
    "words", ["那个12345的事怎么样了", "我反映的路有结果没", "12345有答复了吗"]
)
async def test_question_for_progress_begins_no_new_matter(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    stage.hear(words, "submit_hotline")
    events = await stage.run(ActionMatterRequest())
    assert [one["name"] for one in events if one["event"] == "followup"] == ["hotline_form"]
    await public.city(village, wang)
    stage.hear(words, "submit_hotline")
    assert (await stage.run(ActionMatterRequest()), stage.said) == ([], ["utter_matter_state"])


@pytest.mark.parametrize(
    ("intent", "form"),
    [
        ("report_facility", "facility_form"), ("report_grid_event", "grid_form"),
        ("submit_hotline", "hotline_form"),
    ],
)  # fmt: skip
async def test_each_report_has_its_form(stage: Stage, intent: str, form: str) -> None:
    stage.hear("坏了三天了", intent)
    events = await stage.run(ActionMatterRequest())
    assert [one["name"] for one in events if one["event"] == "followup"] == [form]
