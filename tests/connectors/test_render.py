"""Fitting a message to a channel: nothing of it is lost."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connectors.render import Capabilities, fit
from connectors.splitting import split
from conversation.messages import Choice, Message

PLAIN = Capabilities(max_text_bytes=60, buttons=False, cards=False, can_push=False)
RICH = Capabilities(max_text_bytes=None, buttons=True, cards=True, can_push=True)
NOON = datetime(2025, 11, 3, 4, tzinfo=UTC)
CHOICES = (Choice("2-1", "厨房", "/a"), Choice("2-2", "卫生间", "/b"))
CARD = {"title": "报修单 7", "state": "待派单", "tone": "wait", "facts": [["地点", "厨房"]]}


def message(text, **more):
    return Message(2, "bot", text, NOON, **more)


def test_rich_channel_gets_the_message_as_it_is():
    (part,) = fit(message("好的。", choices=CHOICES, card=CARD), RICH)
    assert (part.text, part.choices, part.card) == ("好的。", CHOICES, CARD)


def test_plain_channel_gets_numbered_lines_and_the_card_as_text():
    parts = fit(message("好的。", choices=CHOICES, card=CARD), PLAIN)
    whole = "".join(part.text for part in parts)
    assert whole.replace("\n", "") == "好的。报修单 7：待派单地点：厨房1. 厨房2. 卫生间"
    assert all(not part.choices and part.card is None for part in parts)


def test_long_text_is_cut_after_a_sentence_and_choices_stay_last():
    able = Capabilities(max_text_bytes=30, buttons=True, cards=True, can_push=True)
    parts = fit(message("水管漏了请先关阀。师傅马上到。", choices=CHOICES), able)
    assert [part.text for part in parts] == ["水管漏了请先关阀。", "师傅马上到。"]
    assert [part.choices for part in parts] == [(), CHOICES]


@given(st.text(), st.integers(min_value=4, max_value=50))
def test_pieces_fit_and_hold_every_character(text, max_bytes):
    pieces = split(text, max_bytes)
    assert all(len(piece.encode()) <= max_bytes for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
