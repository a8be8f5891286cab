"""Whatever becomes of pyttsx3's process, the caller is told, and the next sentence is spoken."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from voice.pyttsx3_speech import Pyttsx3Synthesiser
from voice.synthesiser import SynthesiserError


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("killed", "child"), ("no sound", "no sound came"), ("sleep", "late"),
        ("half a head", "no sound came"),
    ],
)  # fmt: skip
async def test_worker_that_fails_is_told_as_such(text, told):
    speaker = Pyttsx3Synthesiser(worker="tests.voice.odd_speaker", deadline_s=3.0)
    with pytest.raises(SynthesiserError, match=told):
        await speaker.speak(text)


async def test_next_sentence_is_spoken_after_a_worker_was_killed(until):
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")

    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = set(children.read_text().split())
    speaker = Pyttsx3Synthesiser()
    asked = asyncio.create_task(speaker.speak("您好"))
    await until(lambda: set(children.read_text().split()) - before)
    (worker,) = set(children.read_text().split()) - before
    os.kill(int(worker), signal.SIGKILL)
    with pytest.raises(SynthesiserError):
        await asked
    assert (await speaker.speak("您好")).duration_s > 0.3
