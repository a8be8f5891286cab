"""Facilities: which one is broken, what is known of it, and how one stands."""

from __future__ import annotations

from typing import Any

import pytest

from actions.changing import ActionChangeRequest
from actions.facility import ActionFacilityCreate, ActionFacilityQuery, ValidateFacilityForm
from actions.offers import ActionAnswerOffer
from community.services import facility, matter
from community.store.identities import Party
from community.store.schema import ticket
from tests.actions.stage import Stage, entity
from tests.community import public
from tests.community.public import broken
from tests.community.village import Village

FORM = ValidateFacilityForm()
REPORT, QUERY = "report_facility", "query_facility"


@pytest.fixture(autouse=True)
async def facilities(village: Village) -> None:
    await public.built(village)


async def test_opening_words_that_say_all_lead_to_the_summary(stage: Stage) -> None:
    await stage.tell(FORM, "电梯停了", REPORT)
    assert (stage.said, stage.asked) == (["utter_facility_ask_confirm"], True)
    assert stage.values("utter_facility_ask_confirm") == {
        "which": "3号楼2单元电梯", "fault": "电梯停了",
    }  # fmt: skip


@pytest.mark.parametrize("words", ["报个公共设施坏了", ""])
async def test_words_that_say_nothing_are_asked_for(stage: Stage, words: str) -> None:
    await stage.tell(FORM, words, REPORT)
    assert stage.said == ["utter_facility_ask_text"]


async def test_which_one_is_asked_once_with_a_button_for_each(unbound: Stage) -> None:
    await unbound.tell(FORM, "电梯停了", REPORT)
    assert unbound.said == ["utter_facility_ask_which"]
    assert [title for title, _ in unbound.buttons("utter_facility_ask_which")] == [
        "3号楼1单元电梯", "3号楼2单元电梯", "5号楼1号电梯", "5号楼2号电梯",
    ]  # fmt: skip
    await unbound.tell(FORM, "5号楼", "bind_identity")
    assert unbound.known("facility")["which"] == "5号楼"
    assert unbound.said == ["utter_facility_ask_confirm"]


@pytest.mark.parametrize(
    ("words", "entities", "which"),
    [("五号楼2号电梯", [], "5号楼2号电梯"), ("", [entity("facility", "5号楼2号电梯")], "5号楼2号电梯")],
)  # fmt: skip
async def test_answer_in_words_or_by_a_tap_names_the_one(
    unbound: Stage, words: str, entities: list[Any], which: str
) -> None:
    await unbound.tell(FORM, "电梯停了", REPORT)
    await unbound.tell(FORM, words, REPORT, *entities)
    assert unbound.known("facility")["which"] == which


async def test_another_service_in_place_of_an_answer_is_not_taken_for_a_place(
    unbound: Stage,
) -> None:
    await unbound.tell(FORM, "电梯停了", REPORT)
    await unbound.tell(FORM, "查一下物业费", "query_fee")
    assert "which" not in unbound.known("facility")
    assert unbound.messages == []


async def test_correction_at_the_summary_looks_the_place_up_anew(stage: Stage) -> None:
    await stage.tell(FORM, "3号楼2单元电梯停了", REPORT)
    await stage.tell(FORM, "不是3号楼2单元，是3号楼1单元", "correct_info")
    assert stage.said == ["utter_form_amended", "utter_facility_ask_confirm"]
    assert stage.known("facility") == {"text": "3号楼1单元电梯停了", "which": "3号楼1单元电梯"}


async def test_number_that_was_wrong_is_exchanged(village: Village, neighbour: Party) -> None:
    stage = Stage(village, neighbour.conversation_id)
    await stage.tell(FORM, "5号楼2号电梯按不动", REPORT)
    await stage.tell(FORM, "不是2号，是1号", "correct_info")
    assert stage.known("facility") == {"text": "5号楼1号电梯按不动", "which": "5号楼1号电梯"}


async def test_address_at_the_summary_says_which_one_it_is(unbound: Stage) -> None:
    found = entity("place", "楼道")
    await unbound.tell(FORM, "楼道窗户碎了", REPORT, found)
    await unbound.tell(FORM, "3号楼2单元", "bind_identity")
    assert unbound.known("facility")["text"] == "3号楼2单元：楼道窗户碎了"


async def test_no_to_the_summary_asks_anew(stage: Stage) -> None:
    await stage.tell(FORM, "电梯停了", REPORT)
    await stage.tell(FORM, "不对", "deny")
    assert stage.said == ["utter_facility_ask_text"]


async def file(stage: Stage, words: str, *entities: Any, **more: Any) -> None:
    """From the first words to the number, with yes to the summary when there is one."""
    await stage.tell(FORM, words, REPORT, *entities, **more)
    if stage.asked:
        await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionFacilityCreate())


async def test_confirmed_fault_is_filed_with_number_photo_and_time(
    stage: Stage, village: Village, wang: Party
) -> None:
    photo = await village.photo(wang)
    await file(stage, "小花园的路灯瞎了", photo=photo)
    assert stage.said == ["utter_facility_created"]
    assert stage.values("utter_facility_created") == {"no": "1001", "promise": "24小时内有人去看"}
    assert stage.known("facility") == {}
    (mine,) = await matter.mine(village.ctx, wang)
    assert await village.photos_of(mine.ticket) == [photo]


async def test_danger_is_fenced_off_with_words_first(stage: Stage) -> None:
    await file(stage, "小花园路灯里电线露出来了")
    assert stage.said == ["utter_facility_danger", "utter_facility_created"]


async def test_known_fault_is_told_and_joined_without_a_summary(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, neighbour)
    await public.built_incident(village, neighbour)
    await file(stage, "电梯坏了")
    assert stage.said == [
        "utter_known_reported", "utter_known_expected", "utter_known_until", "utter_known_joined",
    ]  # fmt: skip
    assert stage.values("utter_known_reported") == {"title": "3号楼2单元电梯", "count": "2"}
    assert stage.values("utter_known_until") == {"until": "11月3日 18:05"}
    assert stage.buttons("utter_known_joined") == [
        ("行，一起记着", "/affirm"), ("单独报一张", "/deny"),
        ("不用记我", '/change_repair{"order_no":"1004"}'),
    ]  # fmt: skip
    assert (await public.voices(village))[1004] == "joined"


@pytest.mark.parametrize(
    ("words", "intent", "says", "voice"),
    [
        ("好的", "affirm", "utter_all_right", "joined"), ("单独报", "affirm", "utter_known_own", "own"),
        ("不行，要单独报", "deny", "utter_known_own", "own"), ("", "deny", "utter_known_own", "own"),
        ("不用", "deny", "utter_known_which", "joined"),
    ],
)  # fmt: skip
async def test_yes_keeps_the_voice_and_own_words_make_it_ones_own(
    stage: Stage, village: Village, neighbour: Party, words: str, intent: str, says: str, voice: str
) -> None:
    await broken(village, neighbour)
    await file(stage, "电梯坏了")
    stage.hear(words, intent)
    await stage.run(ActionAnswerOffer())
    assert stage.said == [says]
    assert await public.voices(village) == {1001: "joined", 1002: voice}
    still = {"kind": "own_report", "no": 1002} if says == "utter_known_which" else None
    assert stage.slots["offer"] == still


async def test_what_the_household_reported_before_is_told_and_not_filed_twice(
    stage: Stage, village: Village, wang: Party
) -> None:
    await broken(village, wang)
    await file(stage, "电梯又停了")
    assert stage.said == ["utter_facility_reported_before"]
    assert await village.count(ticket) == 1
    stage.hear("要", "affirm")
    events = await stage.run(ActionAnswerOffer())
    assert events[-1]["name"] == "facility_form"
    stage.loop = "facility_form"
    await stage.run(FORM)
    assert stage.said == ["utter_facility_ask_confirm"]
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionFacilityCreate())
    assert (stage.said, await village.count(ticket)) == (["utter_facility_created"], 2)


async def ask(stage: Stage, words: str) -> list[str]:
    stage.hear(words, QUERY)
    await stage.run(ActionFacilityQuery())
    return stage.said


async def test_how_one_stands_is_told_as_it_is_known(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    assert await ask(stage, "电梯好了没") == ["utter_facility_ok"]
    await broken(village, neighbour)
    assert await ask(stage, "电梯好了没") == ["utter_facility_reported"]
    until = village.clock.now() + public.hours(2)
    await facility.put_state(village.ctx, "lift_3_2", "repairing", version=1, until=until)
    assert await ask(stage, "电梯好了没") == ["utter_facility_repairing", "utter_facility_until"]
    village.clock.advance(3 * 3600)
    assert await ask(stage, "电梯好了没") == ["utter_facility_repairing", "utter_facility_late"]


async def test_own_report_is_told_with_the_state(
    stage: Stage, village: Village, wang: Party
) -> None:
    await broken(village, wang)
    assert await ask(stage, "电梯好了没") == ["utter_facility_reported", "utter_matter_state"]


async def test_of_many_the_broken_ones_are_told(unbound: Stage, village: Village) -> None:
    assert await ask(unbound, "电梯都能坐吗") == ["utter_facility_all_ok"]
    await facility.put_state(village.ctx, "lift_5_2", "faulty", version=1, until=None)
    assert await ask(unbound, "电梯都能坐吗") == ["utter_facility_some", "utter_facility_faulty"]
    assert unbound.values("utter_facility_some") == {"count": "4", "broken": "1"}


async def test_hours_price_and_place_are_told_as_written_and_never_made_up(stage: Stage) -> None:
    assert await ask(stage, "充电桩多少钱一度") == ["utter_facility_ok", "utter_facility_told"]
    assert stage.values("utter_facility_told")["words"] == "一度电1元2角"
    assert await ask(stage, "充电桩在哪") == ["utter_facility_ok", "utter_facility_where"]
    assert await ask(stage, "充电桩有空位没") == ["utter_facility_ok", "utter_facility_no_count"]
    assert await ask(stage, "广场路灯几点亮，收费吗") == [
        "utter_facility_ok", "utter_facility_no_hours", "utter_facility_no_price",
    ]  # fmt: skip


async def test_what_is_in_no_register_is_offered_on(stage: Stage) -> None:
    assert await ask(stage, "汗蒸房收费吗") == ["utter_facility_unknown"]
    assert stage.slots["offer"] == {"kind": "handoff", "reason": "rule", "words": "汗蒸房收费吗"}


async def change(stage: Stage, words: str, *entities: Any) -> list[str]:
    stage.hear(words, "change_repair", *entities)
    events = await stage.run(ActionChangeRequest())
    return stage.said or [str(one["name"]) for one in events if one["event"] == "followup"]


async def test_report_is_taken_back_on_a_yes(stage: Stage, village: Village, wang: Party) -> None:
    made, _ = await broken(village, wang)
    assert await change(stage, "不用修了") == ["utter_matter_ask_withdraw"]
    stage.hear("撤回", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.said == ["utter_matter_withdrawn"]
    assert (await village.now(made)).state == "withdrawn"


async def test_which_one_is_taken_back_is_asked_and_a_repair_has_its_own_form(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    assert await change(stage, "不用修了") == ["change_form"]
    await broken(village, wang)
    other = await public.disorder(village, wang)
    assert await change(stage, "撤回吧") == ["utter_matter_which"]
    assert await change(stage, "撤回", entity("order_no", str(other.no))) == [
        "utter_matter_ask_withdraw"
    ]
    order = await village.order(wang)
    assert await change(stage, "撤回", entity("order_no", str(order.no))) == ["change_form"]
    assert await change(stage, "不用修了") == ["change_form"]
    theirs = await public.disorder(village, neighbour)
    assert await change(stage, "撤回", entity("order_no", str(theirs.no))) == ["change_form"]


async def test_what_the_city_has_is_not_taken_back(
    stage: Stage, village: Village, wang: Party
) -> None:
    await village.put(await public.city(village, wang), "filed")
    assert await change(stage, "撤回吧") == ["utter_matter_state", "utter_matter_too_late"]
