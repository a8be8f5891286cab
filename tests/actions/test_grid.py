"""The grid: who its worker is, a call or a visit, and disorder that is reported."""

from __future__ import annotations

from typing import Any

import pytest

from actions.grid import ActionGridCreate, ActionGridWorker, ValidateGridForm
from actions.offers import ActionAnswerOffer
from community.services import grid, matter
from community.store.identities import Party
from community.store.schema import ticket
from tests.actions.stage import Stage, entity
from tests.community import public
from tests.community.services.sentences import said
from tests.community.village import Village

FORM = ValidateGridForm()
REPORT, WHO = "report_grid_event", "contact_grid_worker"


@pytest.fixture(autouse=True)
async def facilities(village: Village) -> None:
    await public.built(village)


@pytest.mark.parametrize(
    ("words", "asks", "known"),
    [
        ("楼下有人堆杂物堵消防通道", "confirm", {"text": "楼下有人堆杂物堵消防通道", "place": ""}),
        ("有人贴小广告", "place", {"text": "有人贴小广告"}),
        ("我要反映个事", "text", {}),
        ("匿名举报，院里有人赌钱", "confirm_anonymous",
         {"text": "匿名举报，院里有人赌钱", "place": "", "anonymous": True}),
    ],
)  # fmt: skip
async def test_opening_words_fill_what_they_say(
    stage: Stage, words: str, asks: str, known: dict[str, Any]
) -> None:
    await stage.tell(FORM, words, REPORT)
    assert stage.known("grid") == known
    assert (stage.said, stage.asked) == ([f"utter_grid_ask_{asks}"], True)


async def test_place_is_said_in_front_of_words_without_one(stage: Stage) -> None:
    await stage.tell(FORM, "有人贴小广告", REPORT)
    await stage.tell(FORM, "13号楼门口", "bind_identity")
    assert stage.values("utter_grid_ask_confirm") == {
        "kind": "小广告", "content": "13号楼门口：有人贴小广告",
    }  # fmt: skip


async def test_another_service_in_place_of_a_place_is_not_taken_for_one(stage: Stage) -> None:
    await stage.tell(FORM, "有人贴小广告", REPORT)
    await stage.tell(FORM, "查一下物业费", "query_fee")
    assert (stage.messages, stage.known("grid")) == ([], {"text": "有人贴小广告"})


@pytest.mark.parametrize("words", ["别说是我说的", "匿名吧", "不留名"])
async def test_name_can_be_taken_back_and_given_again(stage: Stage, words: str) -> None:
    await stage.tell(FORM, "楼下有狗", REPORT)
    await stage.tell(FORM, words, "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_grid_ask_confirm_anonymous"]
    await stage.tell(FORM, "不用匿名", "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_grid_ask_confirm"]
    assert stage.known("grid")["text"] == "楼下有狗"


async def test_place_is_corrected_inside_the_words(stage: Stage) -> None:
    text = "3号楼门口有狗"
    await stage.tell(FORM, text, REPORT, entity("place", "3号楼门口", text))
    text = "不是3号楼门口，是5号楼门口"
    found = [entity("place", "3号楼门口", text), entity("place", "5号楼门口", text)]
    await stage.tell(FORM, text, "correct_info", *found)
    assert stage.known("grid") == {"text": "5号楼门口有狗", "place": "5号楼门口"}


async def test_no_to_the_summary_asks_anew(stage: Stage) -> None:
    await stage.tell(FORM, "楼下有狗", REPORT)
    await stage.tell(FORM, "不对", "deny")
    assert stage.said == ["utter_grid_ask_text"]


async def test_confirmed_one_is_filed_once_per_turn_with_its_number(
    stage: Stage, village: Village, wang: Party
) -> None:
    for _ in range(2):
        stage.slots |= {"grid_text": "野狗撵人", "grid_place": "5号楼", "grid_confirm": True}
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionGridCreate())
        assert stage.values("utter_grid_created") == {"no": "1001", "promise": "4小时内有人去看"}
        assert stage.known("grid") == {}
    (mine,) = await matter.mine(village.ctx, wang)
    assert (mine.ticket.description, mine.detail.category) == ("5号楼：野狗撵人", "dogs")
    assert await village.count(ticket) == 1


async def who(stage: Stage, words: str) -> list[str]:
    stage.hear(words, WHO)
    await stage.run(ActionGridWorker())
    return stage.said


async def test_worker_is_named_with_the_office_telephone_and_may_be_asked_to_call(
    stage: Stage,
) -> None:
    assert await who(stage, "我们这片网格员是谁") == ["utter_grid_worker", "utter_grid_ask_call"]
    assert stage.values("utter_grid_worker") == {
        "area": "3号楼、5号楼1单元", "name": "陈敏", "phone": "17000000901", "hours": "工作日",
    }  # fmt: skip
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.acts == [
        {"name": "handoff", "reason": "grid_worker", "words": "我们这片网格员是谁",
         "slots": {"网格员": "陈敏"}}
    ]  # fmt: skip


async def test_visit_is_offered_to_words_that_ask_for_one(stage: Stage) -> None:
    assert await who(stage, "楼上吵架来调解一下") == ["utter_grid_worker", "utter_grid_ask_visit"]
    assert stage.slots["offer"] == {
        "kind": "grid_call", "name": "陈敏", "words": "楼上吵架来调解一下",
    }  # fmt: skip


async def test_substitute_and_then_the_desk_stand_in(stage: Stage, village: Village) -> None:
    until = village.clock.now() + public.hours(5)
    await grid.put_away(village.ctx, "staff_chen", until)
    assert await who(stage, "网格员是谁") == [
        "utter_grid_away", "utter_grid_substitute", "utter_grid_ask_call",
    ]  # fmt: skip
    assert stage.values("utter_grid_substitute")["name"] == "何建平"
    await grid.put_away(village.ctx, "staff_he", until)
    assert await who(stage, "网格员是谁") == ["utter_grid_nobody", "utter_grid_ask_desk"]
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [(act["reason"], act["slots"]) for act in stage.acts] == [("grid_worker", {})]


async def test_stranger_hears_of_every_grid_and_a_house_without_one_is_said(unbound: Stage) -> None:
    assert await who(unbound, "网格员是谁") == [
        "utter_grid_worker", "utter_grid_worker", "utter_grid_ask_desk",
    ]  # fmt: skip
    assert await who(unbound, "8号楼归谁管") == ["utter_grid_unknown"]


def test_most_training_sentences_of_disorder_say_what_it_is() -> None:
    told = [FORM.told(words) for words in said("grid", "report_grid_event")]
    assert told.count(False) <= 1
