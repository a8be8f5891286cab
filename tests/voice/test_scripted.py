"""The fake recogniser hears what it was told to hear, in order."""

import asyncio

import pytest

from voice.recogniser import RecogniserError, Transcript, Word
from voice.scripted import ScriptedRecogniser

SAID = Transcript("水管漏水", (Word("水管", 0.98, 0.1, 0.5), Word("漏水", 0.91, 0.5, 0.9)))


async def test_answers_come_in_the_order_of_the_script_and_then_nothing_is_heard():
    recogniser = ScriptedRecogniser(["你好", SAID])
    heard = [await recogniser.recognise(pcm) for pcm in (b"aa", b"bb", b"cc")]
    assert heard == [Transcript("你好"), SAID, Transcript("")]
    assert recogniser.heard == [b"aa", b"bb", b"cc"]


async def test_error_in_the_script_is_raised():
    with pytest.raises(RecogniserError):
        await ScriptedRecogniser([RecogniserError("no model")]).recognise(b"aa")


async def test_calls_wait_while_the_gate_is_cleared():
    recogniser = ScriptedRecogniser(["你好"])
    recogniser.gate.clear()
    asked = asyncio.create_task(recogniser.recognise(b"aa"))
    await asyncio.sleep(0)
    assert (recogniser.heard, asked.done()) == ([b"aa"], False)
    recogniser.gate.set()
    assert await asked == Transcript("你好")
