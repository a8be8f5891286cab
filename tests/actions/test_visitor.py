"""Visitors: who comes, when and with which car; the pass is made once and only on yes."""

from __future__ import annotations

from typing import Any

import pytest

from actions.forms import REQUESTED
from actions.visitor import ActionVisitorCreate, ValidateVisitorForm
from community.services import visitor
from community.store.identities import Party
from community.store.schema import visit
from tests.actions.stage import Stage, entity
from tests.community.village import Village

FORM = ValidateVisitorForm()


async def opened(stage: Stage) -> None:
    await stage.tell(
        FORM, "我儿子明天下午来，车牌京A12345，电话13900139000", "invite_visitor",
        entity("person", "我儿子"), entity("time", "明天下午"),
    )  # fmt: skip


async def test_one_sentence_fills_everything_but_the_yes(stage: Stage) -> None:
    await opened(stage)
    assert stage.known("visitor") == {
        "person": "我儿子", "time": "明天（周二）下午", "plate": "京A12345", "phone": "13900139000",
    }  # fmt: skip
    assert stage.values("utter_visitor_ask_confirm") == {
        "person": "我儿子", "time": "明天（周二）下午", "car": "，车牌京A12345",
    }  # fmt: skip


@pytest.mark.parametrize("words", ["张小三", "他叫张小三", "张小三。"])
@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback"])
async def test_bare_name_at_the_summary_says_who_comes(
    stage: Stage, words: str, intent: str
) -> None:
    await opened(stage)
    await stage.tell(FORM, words, intent)
    assert stage.said == ["utter_form_amended", "utter_visitor_ask_confirm"]
    assert stage.known("visitor")["person"] == "张小三"


async def test_other_words_that_name_no_service_are_no_name(stage: Stage) -> None:
    await opened(stage)
    await stage.tell(FORM, "股票涨了没有", "nlu_fallback")
    assert stage.said == ["utter_form_not_understood", "utter_visitor_ask_confirm"]
    assert stage.known("visitor")["person"] == "我儿子"


@pytest.mark.parametrize(
    ("words", "person"),
    [("我妈想来看我，明天上午十点", "我妈"), ("明天下午俺闺女要进小区", "俺闺女"),
     ("我大儿子周六来", "我大儿子")],
)  # fmt: skip
async def test_kin_are_known_by_their_words(stage: Stage, words: str, person: str) -> None:
    await stage.tell(FORM, words, "invite_visitor")
    assert stage.said == ["utter_visitor_ask_confirm"]
    assert stage.known("visitor")["person"] == person


async def test_time_is_nobody_who_comes(stage: Stage) -> None:
    await stage.tell(FORM, "我要开个访客码", "invite_visitor")
    await stage.tell(FORM, "后天呢", "nlu_fallback")
    assert stage.said == ["utter_visitor_ask_person"]
    assert stage.known("visitor") == {"time": "后天全天"}


async def test_what_is_open_is_asked_in_turn(stage: Stage) -> None:
    told = []
    for words in ("我要开个访客码", "送快递的", "昨天下午", "明天下午三点"):
        intent = "invite_visitor" if "访客码" in words else "nlu_fallback"
        await stage.tell(FORM, words, intent)
        told.append(stage.said)
    assert told == [
        ["utter_visitor_ask_person"], ["utter_visitor_ask_time"],
        ["utter_form_not_understood", "utter_visitor_ask_time"], ["utter_visitor_ask_confirm"],
    ]  # fmt: skip
    assert stage.known("visitor") == {"person": "送快递", "time": "明天（周二）下午3点"}


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("我女儿要来", "我女儿"), ("送快递的。", "送快递"), ("老李呗", "老李呗"),
        ("王福来", "王福来"), ("我儿子来", "我儿子"), ("老李过来", "老李"), ("大姨要来了", "大姨"),
    ],
)  # fmt: skip
async def test_short_words_are_taken_as_who_comes(stage: Stage, words: str, person: str) -> None:
    await stage.tell(FORM, "我要开个访客码", "invite_visitor")
    await stage.tell(FORM, words, "nlu_fallback")
    assert stage.known("visitor") == {"person": person}


@pytest.mark.parametrize("words", ["对", "这个人是我很久很久没见的一位老同学"])
async def test_yes_or_a_long_story_is_nobodys_name(stage: Stage, words: str) -> None:
    await stage.tell(FORM, "我要开个访客码", "invite_visitor")
    await stage.tell(FORM, words, "affirm" if words == "对" else "nlu_fallback")
    assert stage.slots[REQUESTED] == "visitor_person"
    assert stage.known("visitor") == {}


@pytest.mark.parametrize(
    ("words", "found", "changed"),
    [
        ("改成后天上午", [], {"time": "后天（周三）上午"}),
        ("车牌换成沪B12345", [], {"plate": "沪B12345"}),
        ("不是我儿子，是我女儿", [entity("person", "我女儿")], {"person": "我女儿"}),
    ],
)
async def test_correction_at_the_summary_changes_its_part(
    stage: Stage, words: str, found: Any, changed: dict[str, str]
) -> None:
    await opened(stage)
    before = stage.known("visitor")
    await stage.tell(FORM, words, "correct_info", *found)
    assert stage.said == ["utter_form_amended", "utter_visitor_ask_confirm"]
    assert stage.known("visitor") == before | changed


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    await opened(unbound)
    told = [unbound.said]
    for words in ("3号楼2单元501", "35010001"):
        await unbound.tell(FORM, words, "nlu_fallback")
        told.append(unbound.said)
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_visitor_ask_confirm"],
    ]  # fmt: skip


async def test_pass_is_made_once_per_turn_and_told_with_its_code(
    stage: Stage, village: Village, wang: Party
) -> None:
    codes = []
    for _ in range(2):
        await opened(stage)
        slots = dict(stage.slots)
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionVisitorCreate())
        assert stage.said == ["utter_visitor_created"]
        codes.append(stage.values("utter_visitor_created")["code"])
        assert stage.known("visitor") == {}
        stage.slots |= slots
    (made,) = await visitor.valid(village.ctx, wang)
    assert codes == [f"{made.code[:3]} {made.code[3:]}"] * 2
    assert stage.values("utter_visitor_created") == {
        "person": "我儿子", "code": codes[0], "when": "11月4日 12:30到18:00",
    }  # fmt: skip
    assert await village.count(visit) == 1


async def test_time_that_went_by_while_it_was_talked_about_is_refused(
    stage: Stage, village: Village
) -> None:
    await opened(stage)
    village.clock.advance(3 * 24 * 3600)
    stage.hear("对", "affirm")
    await stage.run(ActionVisitorCreate())
    assert stage.said == ["utter_error_bad_request"]
    assert await village.count(visit) == 0
