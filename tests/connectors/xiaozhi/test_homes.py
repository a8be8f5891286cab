"""The session of a speaker's home, heard through the gateway as its firmware hears and sends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp

from connectors.xiaozhi import tokens
from connectors.xiaozhi.channel import Xiaozhi
from connectors.xiaozhi.devices import Ids, MemoryDevices
from connectors.xiaozhi.messages import Mode
from connectors.xiaozhi.sim.speaker import FRAME_BYTES, Doing, Speaker
from conversation import queue
from conversation.queue import Lane
from tests.connectors.xiaozhi.house import CLIENT_ID, DEVICE_ID
from tests.voice.traces import sound
from voice.scripted import ScriptedStreamingRecogniser, ScriptedSynthesiser

LONG = "请问明天上午物业办公室几点开门几点关门周末有没有人值班"


def after(speaker: Speaker, heard: str) -> str:
    """All that was told after words were shown as heard."""
    said = [str(one) for one in speaker.told]
    at = next((n for n, one in enumerate(said) if heard in one and "stt" in one), len(said))
    return "".join(said[at + 1 :])


async def test_cry_is_heard_through_the_speech_of_a_speaker_that_cancels_its_own_echo(
    start_gateway: Callable[..., Any], clock: Any
) -> None:
    devices = MemoryDevices(clock)
    gateway = await start_gateway(
        ears=ScriptedStreamingRecogniser(["救命啊我摔倒了"]), voice=ScriptedSynthesiser(),
        channels=[partial(Xiaozhi, devices=devices)], xiaozhi=True,
    )  # fmt: skip
    known = devices.bind((await devices.begin_activation(Ids(DEVICE_ID, CLIENT_ID))).code)
    token = tokens.issue(known.key, DEVICE_ID, CLIENT_ID, clock.now()).reveal()
    async with aiohttp.ClientSession() as http:
        speaker = Speaker(http, DEVICE_ID, CLIENT_ID)
        await speaker.connect(str(gateway.server.make_url("/xiaozhi/v1/")), token)
        await speaker.listen(Mode.REALTIME)
        await speaker.detect(LONG)
        await speaker.wait_for(
            lambda: (
                speaker.doing is Doing.SPEAKING and any("听到" in str(one) for one in speaker.told)
            )
        )
        pcm = sound("v0.8 s2.0")
        for at in range(0, len(pcm), FRAME_BYTES):
            await speaker.speak(pcm[at : at + FRAME_BYTES])
        await speaker.wait_for(lambda: "sentence" in after(speaker, "救命啊我摔倒了"))
        await speaker.hang_up()
    async with gateway.db.read() as conn:
        assert [case.lane for case in await queue.open_cases(conn)] == [Lane.EMERGENCY]
