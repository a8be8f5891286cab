"""A sentence is made once while it is kept, and what is kept stays within its bytes."""

import asyncio

import pytest

from voice.prompt_cache import PromptCache
from voice.scripted import ScriptedSynthesiser
from voice.synthesiser import SynthesiserError


@pytest.fixture
def voice():
    return ScriptedSynthesiser()


async def test_same_sentence_in_the_same_pace_is_made_once(voice):
    cache = PromptCache(voice)
    first = await cache.speak("好的")
    assert await cache.speak("好的") is first
    await cache.speak("好的", pace=1)
    assert voice.spoken == [("好的", 3), ("好的", 1)]


async def test_same_sentence_asked_for_at_once_is_made_once(voice):
    cache = PromptCache(voice)
    voice.gate.clear()
    asked = [asyncio.create_task(cache.speak("好的")) for _ in range(5)]
    await asyncio.sleep(0)
    voice.gate.set()
    assert len({id(speech) for speech in await asyncio.gather(*asked)}) == 1
    assert voice.spoken == [("好的", 3)]


async def test_one_who_no_longer_waits_takes_it_from_nobody(voice):
    cache = PromptCache(voice)
    voice.gate.clear()
    one, other = (asyncio.create_task(cache.speak("好的")) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    voice.gate.set()
    assert (await other).pcm
    assert voice.spoken == [("好的", 3)]


async def test_failure_reaches_all_who_wait_and_is_not_kept(voice):
    cache = PromptCache(voice)
    voice.fails = {"好的"}
    told = await asyncio.gather(*(cache.speak("好的") for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in told] == [SynthesiserError] * 2
    voice.fails = set()
    assert (await cache.speak("好的")).pcm
    assert voice.spoken == [("好的", 3)] * 2


async def test_what_was_asked_for_longest_ago_goes_when_there_is_no_room(voice):
    size = len((await voice.speak("好的")).pcm) + 300
    voice.spoken.clear()
    cache = PromptCache(voice, most_bytes=2 * size)
    for text in ("好的", "再见", "好的", "谢谢", "好的", "再见"):
        await cache.speak(text)
    assert [text for text, _ in voice.spoken] == ["好的", "再见", "谢谢", "再见"]


async def test_sentence_larger_than_all_room_is_spoken_and_not_kept(voice):
    cache = PromptCache(voice, most_bytes=1_000)
    assert (await cache.speak("好的")).pcm
    await cache.speak("好的")
    assert voice.spoken == [("好的", 3)] * 2
