"""The wake word: heard as it is said or as it sounds, once for each call, and on the machine itself."""

from __future__ import annotations

import asyncio

import pytest

from tests.voice.traces import sound
from voice.activity import FRAME_BYTES
from voice.recogniser import RecogniserError
from voice.scripted import ScriptedStreamingRecogniser, Utterance
from voice.speaker.wake_word import CALLS, FRAMES_WAITING, WakeWord, is_call


@pytest.mark.parametrize(
    "text",
    [
        "小邻小邻",
        "小林小林",
        "小玲小玲帮我看看",
        "小宁小宁",
        "你好邻声",
        "你好林生",
        "哎你好林森",
        "小林你好",
    ],
)
def test_a_call_is_known_by_its_sound(text):
    assert is_call(text)


@pytest.mark.parametrize(
    "text", ["", "小邻", "小李小李", "你好", "小区里", "邻居小林来了", "你好林先生"]
)
def test_other_words_are_no_call(text):
    assert not is_call(text)


async def heard_in(utterances, pcm):
    """How often it was called, and the ears that listened."""
    ears, calls = ScriptedStreamingRecogniser(utterances), []
    wake = WakeWord(ears, lambda: calls.append(1))
    running = asyncio.create_task(wake.run())
    for at in range(0, len(pcm), FRAME_BYTES):
        wake.hear(pcm[at : at + FRAME_BYTES])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
    return len(calls), ears


async def test_a_call_is_heard_while_it_is_spoken():
    called, ears = await heard_in([Utterance("", [(0.5, "小林小林")])], sound("s0.5 v1.0 s1.2"))
    assert (called, ears.listened[0]) == (1, CALLS)


async def test_a_call_that_only_the_whole_shows_is_heard_at_its_end():
    called, _ = await heard_in(["小邻小邻"], sound("s0.5 v1.0 s1.2"))
    assert called == 1


async def test_a_silent_room_is_not_listened_to():
    _, ears = await heard_in(["小邻小邻"], sound("s3.0"))
    assert ears.listened == []


async def test_talk_in_the_room_is_no_call_and_the_next_is_heard():
    called, _ = await heard_in(["今天天气不错", "小邻小邻"], sound("s0.5 v1.0 s1.2 v1.0 s1.2"))
    assert called == 1


async def test_ears_that_fail_once_hear_the_next_call():
    utterances = [Utterance(RecogniserError("once")), "小邻小邻"]
    called, _ = await heard_in(utterances, sound("s0.5 v1.0 s1.2 v1.0 s1.2"))
    assert called == 1


def test_what_is_not_followed_piles_up_no_further():
    wake = WakeWord(ScriptedStreamingRecogniser(), lambda: None)
    for _ in range(FRAMES_WAITING * 4):
        wake.hear(bytes(FRAME_BYTES))
    assert wake._frames.qsize() == FRAMES_WAITING
