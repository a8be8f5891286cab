"""The door: which listening is the device's own doing, and what a device shows."""

import json

import pytest

from connectors.xiaozhi.door import XiaozhiDoor
from connectors.xiaozhi.frames import unpack
from connectors.xiaozhi.messages import Hello, Mode
from voice.device import Duplex
from voice.door import FRAME_MS, State
from voice.opus import packet_ms

HELLO = Hello(2, mcp=False, aec=False)


class Wire:
    """A line that keeps what is sent."""

    def __init__(self):
        self.sent = []

    async def send(self, message):
        self.sent.append(message)

    def touch(self):
        return

    @property
    def said(self):
        texts = [json.loads(one) for one in self.sent if isinstance(one, str)]
        return [(one["type"], one.get("state") or one.get("emotion")) for one in texts]


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def door(wire):
    return XiaozhiDoor(wire, "s", HELLO, 2, None)


@pytest.mark.parametrize(
    ("mode", "resumes"), [(Mode.AUTO, True), (Mode.MANUAL, False), (Mode.REALTIME, False)]
)
async def test_only_a_deaf_speaker_without_a_button_listens_again_by_itself(door, mode, resumes):
    door.hears(mode)
    await door.state(State.SPEAKING)
    await door.state(State.IDLE)
    assert door.resumes is resumes


@pytest.mark.parametrize(
    ("mode", "aec", "duplex"),
    [
        (Mode.AUTO, False, Duplex.HALF), (Mode.MANUAL, False, Duplex.HALF),
        (Mode.REALTIME, False, Duplex.CLEAN), (Mode.REALTIME, True, Duplex.LEAKY),
        (Mode.AUTO, True, Duplex.LEAKY),
    ],
)  # fmt: skip
async def test_what_a_speaker_hears_of_itself_is_known_when_it_listens(wire, mode, aec, duplex):
    door = XiaozhiDoor(wire, "s", Hello(2, mcp=False, aec=aec), 2, None)
    door.hears(mode)
    assert door.device.duplex is duplex


async def test_a_speaker_that_was_called_before_we_stopped_does_not_listen_once_more(door):
    door.hears(Mode.AUTO)
    await door.state(State.SPEAKING)
    door.hears(Mode.AUTO)
    await door.hush()
    assert (door.resumes, door.listening) == (False, True)


async def test_speech_is_started_and_stopped_once(door, wire):
    await door.saying("一。")
    await door.state(State.SPEAKING)
    await door.saying("二。")
    await door.hush()
    await door.hush()
    await door.state(State.LISTENING)
    assert wire.said == [
        ("tts", "start"), ("tts", "sentence_start"), ("llm", "neutral"),
        ("tts", "sentence_start"), ("tts", "stop"),
    ]  # fmt: skip


async def test_each_speech_begins_with_a_frame_of_silence_and_time_goes_on(door, wire):
    for _ in range(2):
        await door.sound(bytes(2880))
        await door.hush()
    frames = [unpack(2, one) for one in wire.sent if isinstance(one, bytes)]
    assert [frame.timestamp_ms for frame in frames] == [0, 60, 120, 180]
    assert {packet_ms(frame.packet) for frame in frames} == {FRAME_MS}
