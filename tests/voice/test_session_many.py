"""V11: a hundred sessions at once do not mix, and a thousand leave nothing behind."""

from __future__ import annotations

import asyncio
import gc

import numpy as np

from tests.voice.traces import room, sentences, sound
from voice.device import Device, Duplex
from voice.fakes import ScriptedDoor, ScriptedTalk, TonedVoice
from voice.recogniser import Transcript
from voice.session import Session
from voice.talk import Kind, Said
from voice.timers import VirtualTimers

SESSIONS = 100
_LOWEST_HZ, _STEP_HZ = 200, 20
TRACE = "s0.3 v0.8 s2.3"


class PitchEars:
    """Hears in sound itself which of the residents speaks: each has a pitch of their own."""

    def listen(self, phrases=()):
        return PitchHearing()


class PitchHearing:
    def __init__(self):
        self.pcm = b""

    async def feed(self, pcm):
        self.pcm += pcm
        await asyncio.sleep(0)
        return ""

    async def finish(self):
        await asyncio.sleep(0)
        samples = np.frombuffer(self.pcm, "<i2")
        power = np.abs(np.fft.rfft(samples))
        hz = float(np.argmax(power)) * 16_000 / samples.size
        return Transcript(f"住户{round((hz - _LOWEST_HZ) / _STEP_HZ)}的水管漏了")

    async def close(self):
        self.pcm = b""


def resident(timers, ears, number):
    """A session of that resident, with its door and its talk."""
    door = ScriptedDoor(timers)
    said = Said(1, f"好的，给住户{number}登记了。", Kind.ANSWER)
    talk = ScriptedTalk(timers, lambda _: [(0.2, said)])
    session = Session(
        door, talk, ears, TonedVoice(timers, character_s=0.05), timers,
        split=sentences, device=Device(duplex=Duplex.CLEAN, shared=False),
    )  # fmt: skip
    return door, talk, session


async def test_v11_a_hundred_sessions_hear_and_answer_their_own():
    timers, ears = VirtualTimers(), PitchEars()
    all_of_them = [resident(timers, ears, number) for number in range(SESSIONS)]
    running = [asyncio.create_task(session.run()) for _, _, session in all_of_them]
    await timers.settle()
    for _, _, session in all_of_them:
        await session.wake()
    await timers.advance(2)
    voices = [sound(TRACE, pitch_hz=_LOWEST_HZ + _STEP_HZ * number) for number in range(SESSIONS)]
    for start in range(0, len(voices[0]), 6_400):
        await timers.advance(0.2)
        for (_, _, session), pcm in zip(all_of_them, voices, strict=True):
            await session.hear(pcm[start : start + 6_400])
    await timers.advance(3)
    for _, _, session in all_of_them:
        await session.close()
    await timers.settle()
    await asyncio.gather(*running)
    assert [talk.words for _, talk, _ in all_of_them] == [
        [f"住户{number}的水管漏了"] for number in range(SESSIONS)
    ]
    assert [door.values("saying")[-1] for door, _, _ in all_of_them] == [
        f"好的，给住户{number}登记了。" for number in range(SESSIONS)
    ]
    keys = [taken.key for _, talk, _ in all_of_them for taken in talk.taken]
    assert len(set(keys)) == SESSIONS


async def one_after_the_other(count, timers):
    for _ in range(count // 50):
        rooms = [
            room(lambda _: [(0.2, Said(1, "好。", Kind.ANSWER))], timers=timers) for _ in range(50)
        ]
        running = [asyncio.create_task(r.session.run()) for r in rooms]
        await timers.settle()
        for r in rooms:
            await r.session.wake()
            await r.session.hear(sound("v0.5"))
            await r.session.hear_text("停水吗")
        await timers.advance(1.0)
        for r in rooms:
            await r.session.close()
        await timers.advance(0.1)
        await asyncio.gather(*running)


async def test_v11_a_thousand_sessions_leave_nothing_behind():
    timers = VirtualTimers(rounds=12)
    tasks, counts = len(asyncio.all_tasks()), []
    for sessions in (100, 1_000):
        await one_after_the_other(sessions, timers)
        await timers.advance(200)
        gc.collect()
        counts.append(len(gc.get_objects()))
    assert len(asyncio.all_tasks()) == tasks
    assert counts[1] - counts[0] < 500
