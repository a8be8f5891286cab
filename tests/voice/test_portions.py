"""How much of an answer is said in one go, and what follows on a yes, a no, silence or other words."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.device import Device, Duplex
from voice.piece import Piece, Rank
from voice.portions import portion
from voice.room import sentences
from voice.talk import Fate, Kind, Said
from voice.words import listed

PARTS = [
    "医保卡丢了可以补办。",
    "请带身份证来窗口。",
    "周一到周五都行。",
    "补办不收钱。",
    "三天后来取。",
]
LONG = Said(1, "".join(PARTS), Kind.ANSWER)
QUESTION = Said(2, "要帮您约个时间吗？", Kind.ANSWER)
MORE = listed("more")


@pytest.mark.parametrize(
    ("text", "kind", "end"),
    [
        ("".join(PARTS), Kind.ANSWER, 2),
        ("".join(PARTS[:3]), Kind.ANSWER, None),
        ("今" * 30 + "。" + "".join(PARTS), Kind.ANSWER, 1),
        ("今" * 50 + "。好。好。", Kind.ANSWER, 1),
        ("".join(PARTS) + "要约个时间吗？", Kind.ANSWER, None),
        ("".join(PARTS) + "着急请打120。", Kind.ANSWER, None),
        ("".join(PARTS), Kind.STAFF, None),
        ("".join(PARTS), Kind.ALARM, None),
        ("", Kind.ANSWER, None),
    ],
)
def test_two_sentences_of_forty_characters_are_said_in_one_go(text, kind, end):
    piece = Piece(text, Rank[kind.name], Said(1, text, kind))
    assert portion(piece, sentences).end == end


async def asked(r, seconds=8):
    await r.session.wake()
    await r.passes(3)
    await r.says("医保卡丢了")
    await r.passes(seconds)


def long(text):
    return [(0.3, LONG)] if text == "医保卡丢了" else []


def long_and_question(text):
    return [(0.3, LONG), (0.4, QUESTION)] if text == "医保卡丢了" else []


@pytest.mark.parametrize("words", ["要", "继续", "好的", "接着说"])
async def test_what_is_left_is_said_to_whoever_wants_it(words):
    r = room(long)
    async with r:
        await asked(r)
        assert (r.saying[1:], r.talk.fates) == ([*PARTS[:2], MORE[0]], [(1, Fate.CUT)])
        await r.says(words)
        await r.passes(8)
        assert r.saying[4:] == PARTS[2:]
    assert (r.talk.words, r.talk.fates[-1]) == (["医保卡丢了"], (1, Fate.PLAYED))


async def test_a_no_is_enough_and_a_question_at_the_end_is_put_all_the_same():
    r = room(long_and_question)
    async with r:
        await asked(r)
        assert r.saying[1:] == [*PARTS[:2], MORE[0]]
        await r.says("不用了")
        await r.passes(5)
        assert r.saying[4:] == [QUESTION.text]
        await r.says("要")
        assert r.talk.words == ["医保卡丢了", "要"]


async def test_silence_is_enough_and_a_question_at_the_end_is_put_all_the_same():
    r = room(long_and_question)
    async with r:
        await asked(r, 22)
        assert r.saying[1:5] == [*PARTS[:2], MORE[0], QUESTION.text]


async def test_after_silence_nothing_more_is_said_and_more_can_still_be_asked_for():
    r = room(long)
    async with r:
        await asked(r, 60)
        assert r.saying[1:] == [*PARTS[:2], MORE[0]]
        await r.session.wake()
        await r.says("继续念")
        await r.passes(8)
        assert r.saying[-3:] == PARTS[2:]
    assert r.talk.words == ["医保卡丢了"]


async def test_the_last_part_comes_with_the_question_that_follows():
    r = room(long_and_question)
    async with r:
        await asked(r)
        await r.says("要")
        await r.passes(12)
        assert r.saying[4:] == [*PARTS[2:], QUESTION.text]


async def test_other_words_go_to_the_conversation_and_the_rest_is_let_go():
    r = room(long)
    async with r:
        await asked(r)
        await r.says("我要报修")
        await r.passes(3)
        await r.says("继续")
        await r.passes(3)
        assert r.talk.words == ["医保卡丢了", "我要报修", "继续"]
        assert r.saying[4:] == []


async def test_what_was_said_is_said_again_before_it_is_asked_again():
    r = room(long)
    async with r:
        await asked(r)
        await r.says("再说一遍")
        await r.passes(9)
        assert r.saying[4:] == [*PARTS[:2], MORE[1]]
        await r.says("要")
        await r.passes(8)
        assert r.saying[7:] == PARTS[2:]


async def test_what_was_stopped_is_gone_on_with():
    r = room(long)
    async with r:
        await asked(r, 2)
        await r.session.wake()
        await r.says("继续")
        await r.passes(8)
        assert r.saying[-3:] == [*PARTS[:2], MORE[0]]


async def test_a_no_without_a_question_is_acknowledged():
    r = room(long)
    async with r:
        await asked(r)
        await r.says("不用了")
        await r.passes(5)
        assert r.saying[4:] == listed("acknowledged")
    assert r.talk.words == ["医保卡丢了"]


async def test_a_cry_that_may_be_its_own_voice_is_asked_about_before_an_offer():
    told = Said(1, "着急就喊救命吧。" + "".join(PARTS), Kind.ANSWER)
    r = room(lambda _: [(0.3, told)], device=Device(duplex=Duplex.LEAKY, shared=False))
    async with r:
        await asked(r, 0.8)
        await r.speaks("救命", trace="v0.8 s2.5")
        await r.passes(8)
        assert "".join(r.saying[-2:]) == listed("help_asked")[0]
        await r.passes(10)
        assert r.talk.words == ["医保卡丢了", "救命"]


async def test_a_question_that_comes_later_is_answered_and_not_the_offer():
    r = room(lambda text: [(0.3, LONG), (9.0, QUESTION)] if text == "医保卡丢了" else [])
    async with r:
        await asked(r, 13)
        assert r.saying[-2:] == [MORE[0], QUESTION.text]
        await r.says("要")
        assert r.talk.words == ["医保卡丢了", "要"]
