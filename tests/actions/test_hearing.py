"""What an action hears: the words, the value that is meant, the turn, and how it answers."""

from __future__ import annotations

from datetime import datetime

import pytest

from community.errors import NotFound
from community.services import binding
from community.store.identities import Party
from community.times import SHANGHAI
from tests.actions.stage import Stage, entity
from tests.community.village import Village


def test_turn_is_the_gateways_and_a_message_without_one_has_its_own(talk: Stage) -> None:
    assert talk.hear("你好", turn_id="turn_9").turn_id == "turn_9"
    for metadata in ({}, None):
        talk.latest = {"text": "你好", "message_id": "m7", "metadata": metadata}
        assert (talk.hearing().turn_id, talk.hearing().photo) == ("local:m7", None)


def test_without_a_message_nothing_is_heard(talk: Stage) -> None:
    heard = talk.hearing()
    assert (heard.text, heard.words, heard.intent, heard.confidence, heard.ranking) == (
        "", "", "nlu_fallback", 0.0, [],
    )  # fmt: skip
    assert (heard.photo, heard.entity("place"), heard.corrects) == (None, None, False)


def test_tapped_button_is_no_words_but_stands_for_those_that_were_unclear(talk: Stage) -> None:
    assert talk.hear("漏水", "report_repair").words == "漏水"
    talk.slots["unclear"] = "那个东西又不行了"
    heard = talk.hear('/report_repair{"place":"厨房"}', "report_repair", entity("place", "厨房"))
    assert (heard.text, heard.words, heard.entity("place")) == ("", "那个东西又不行了", "厨房")


@pytest.mark.parametrize(
    ("text", "values", "meant"),
    [
        ("厨房漏水", ["厨房"], "厨房"),
        ("不是厨房，是卫生间", ["厨房", "卫生间"], "卫生间"),
        ("是卫生间，不是厨房", ["卫生间", "厨房"], "卫生间"),
        ("厨房，不对，卫生间", ["厨房", "卫生间"], "卫生间"),
        ("不是厨房", ["厨房"], "厨房"),
        ("是不是厨房", ["厨房"], "厨房"),
    ],
)
def test_value_that_is_meant_is_the_last_that_was_not_taken_back(
    talk: Stage, text: str, values: list[str], meant: str
) -> None:
    found = [entity("place", value, text) for value in values]
    for order in (found, found[::-1]):
        heard = talk.hear(text, "report_repair", *order, entity("fault", "漏"))
        assert heard.entity("place") == meant
        assert [one["value"] for one in heard.entities("place")] == values


@pytest.mark.parametrize(
    ("text", "intent", "corrects"),
    [
        ("改成后天", "report_repair", True), ("不对，是卫生间", "report_repair", True),
        ("卫生间", "correct_info", True), ("卫生间", "report_repair", False),
    ],
)  # fmt: skip
def test_words_or_intent_say_that_something_is_corrected(
    talk: Stage, text: str, intent: str, corrects: bool
) -> None:
    assert talk.hear(text, intent).corrects is corrects


def test_now_is_the_residents_wall_clock(talk: Stage) -> None:
    now = talk.hear("几点了").now
    assert now == datetime(2025, 11, 3, 14, 5, tzinfo=SHANGHAI)
    assert (now.hour, now.minute) == (14, 5)


async def test_party_is_looked_up_once_until_it_is_forgotten(
    unbound: Stage, village: Village, stranger: Party
) -> None:
    heard = unbound.hear("你好")
    assert await heard.party() == stranger
    bound = await binding.bind(village.ctx, stranger.conversation_id, code="35010001")
    assert (await heard.party()).home is None
    heard.forget_party()
    assert (await heard.party()).home == bound


async def test_unknown_conversation_is_not_found(village: Village) -> None:
    with pytest.raises(NotFound):
        await Stage(village, "conv_0").hear("你好").party()


# --- the answer


def test_say_fills_a_response_with_texts_and_adds_its_card(talk: Stage) -> None:
    heard = talk.hear("你好")
    heard.say(
        "utter_x", buttons=[("对", "/affirm")], card={"title": "报修 1001"}, no=1001, what="灯"
    )
    talk.messages = heard.dispatcher.messages
    assert talk.said == ["utter_x"]
    assert talk.values("utter_x") == {"no": "1001", "what": "灯"}
    assert talk.buttons("utter_x") == [("对", "/affirm")]
    assert [m["custom"] for m in talk.messages] == [{}, {"card": {"title": "报修 1001"}}]
    assert not talk.asked


def test_ask_marks_that_the_turn_waits(talk: Stage) -> None:
    heard = talk.hear("你好")
    heard.ask("utter_which", no=1)
    assert [(m["response"], m["custom"]) for m in heard.dispatcher.messages] == [
        ("utter_which", {}), (None, {"asked": True}),
    ]  # fmt: skip


def test_hand_over_and_alarm_are_acts_of_the_gateway(talk: Stage) -> None:
    heard = talk.hear("找人")
    heard.hand_off("asked", words="找人", slots={"位置": "厨房"})
    heard.hand_off("failed")
    heard.alarm("厨房")
    talk.messages = heard.dispatcher.messages
    assert talk.acts == [
        {"name": "handoff", "reason": "asked", "words": "找人", "slots": {"位置": "厨房"}},
        {"name": "handoff", "reason": "failed", "words": "", "slots": {}},
        {"name": "alarm", "kind": None, "place": "厨房"},
    ]
    assert talk.said == []
