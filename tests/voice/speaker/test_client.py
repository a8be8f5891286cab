"""A speaker with its line: what it sends, plays and interrupts, and what becomes of a sentence when the
line breaks in the middle of it.
"""

from __future__ import annotations

import pytest

from tests.voice.speaker.home import Home
from tests.voice.traces import sound
from voice.door import State
from voice.speaker import cues
from voice.speaker.card import PLAY_BYTES, CardError
from voice.speaker.client import WAITING_AT_MOST
from voice.speaker.frames import Hello, Hush, Saying, StateNow, Understood, Volume
from voice.speaker.lamp import Light

SPEECH = b"\x00\x10" * 22_050
"A second of what the gateway says"


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path) as home:
        await home.comes_up()
        await home.passes(0.5)
        yield home


async def holds(home, seconds=1.0):
    home.client.pressed()
    await home.speaks(trace=f"v{seconds}")
    home.client.released()
    await home.passes(0.02)


async def test_without_a_call_no_sound_leaves_the_home(home):
    await home.speaks(trace="v2.0")
    assert (home.line.sound, home.line.sent) == (b"", [])


async def test_what_is_said_at_a_held_button_goes_to_the_gateway_from_before_the_press(home):
    home.card.recording += sound("v0.4")
    await home.passes(0.4)
    await holds(home)
    said = len(home.line.sound) / 32_000
    assert home.line.sent == [{"type": "start", "held": True}, {"type": "stop"}]
    assert said == pytest.approx(1.0 + 0.6, abs=0.05)


async def test_a_tap_leaves_the_end_to_the_silence(home):
    await holds(home, seconds=0.2)
    await home.speaks(trace="v0.5")
    assert home.line.sent == [{"type": "start", "held": False}]
    await home.is_told(StateNow(State.LISTENING))
    await home.passes(3)
    assert len(home.line.sound) / 32_000 == pytest.approx(0.6 + 0.2 + 0.5 + 3, abs=0.1)


async def test_sound_stays_at_home_again_when_nobody_is_listened_to(home):
    await holds(home, seconds=0.2)
    await home.is_told(StateNow(State.LISTENING), Understood(), StateNow(State.IDLE))
    await home.passes(2)
    sent = len(home.line.sound)
    await home.speaks(trace="v1.0")
    assert len(home.line.sound) == sent


async def test_a_press_is_acknowledged_within_three_tenths_of_a_second(home):
    quiet = len(home.card.played)
    home.client.pressed()
    await home.passes(0.1)
    heard = b"".join(home.card.played[quiet:])
    assert any(heard[: int(0.06 * 44_100)])


async def test_a_press_silences_what_is_played_at_once_and_tells_the_gateway(home):
    home.client.sound(SPEECH)
    await home.passes(0.1)
    assert home.card.silent_frames == 0
    home.client.pressed()
    await home.passes(0.1)
    assert home.line.sent == [{"type": "abort"}]
    cue_frames = -(-len(cues.listening()) // PLAY_BYTES)
    await home.passes(0.02 * cue_frames)
    assert home.card.silent_frames >= 4


async def test_what_was_under_way_when_it_was_interrupted_is_not_played(home):
    home.client.sound(SPEECH)
    await home.passes(0.1)
    home.client.pressed()
    await home.passes(0.02)
    home.client.sound(SPEECH)
    await home.passes(0.2)
    assert home.card.silent_frames >= 4
    home.client.released()
    await home.is_told(Hush(), Saying())
    home.client.sound(SPEECH)
    await home.passes(0.1)
    assert home.card.silent_frames == 0


async def test_hush_of_the_gateway_silences_it(home):
    home.client.sound(SPEECH)
    await home.passes(0.1)
    await home.is_told(Hush())
    await home.passes(0.1)
    assert home.card.silent_frames >= 5


async def test_volume_by_voice_is_loudness_and_is_kept(home, tmp_path):
    def loudness():
        return max(abs(int.from_bytes(home.card.played[-1][:2], "little", signed=True)), 1)

    home.client.sound(SPEECH * 2)
    await home.passes(0.1)
    before = loudness()
    await home.is_told(Volume(90))
    await home.passes(0.1)
    assert loudness() == pytest.approx(before * 10 ** (30 * 0.25 / 20), rel=0.01)
    await home.dies()
    assert Home(tmp_path).box.player.level == 90


async def test_sound_of_another_rate_is_played_in_its_time(tmp_path):
    async with Home(tmp_path) as home:
        await home.comes_up(Hello(16_000, None, (), 3))
        await home.passes(0.5)
        home.client.sound(b"\x00\x10" * 16_000)
        await home.passes(1.5)
        loud = sum(any(frame) for frame in home.card.played)
    assert loud * 0.02 == pytest.approx(1.0 + 0.27, abs=0.06)


async def test_the_lamp_shows_what_it_does(home):
    await home.is_told(StateNow(State.SPEAKING), StateNow(State.IDLE))
    await home.goes_down()
    assert home.lamp.shown == [
        Light.OFFLINE, Light.IDLE, Light.SPEAKING, Light.IDLE, Light.OFFLINE
    ]  # fmt: skip


async def test_a_sentence_that_the_line_broke_in_goes_on_with_the_speaker_itself(home):
    home.client.pressed()
    await home.speaks("救命啊", trace="v1.0")
    await home.goes_down()
    await home.speaks("我摔倒了", trace="v1.0")
    home.client.released()
    await home.passes(1)
    (cry,) = home.box.journal.waiting("words")
    assert cry.text == "救命啊我摔倒了（11月3日 08:05说的，当时网络断了）"


async def test_a_sentence_that_the_gateway_never_confirmed_is_not_lost(home):
    home.client.pressed()
    await home.speaks("救命啊我摔倒了", trace="v1.0")
    home.client.released()
    await home.passes(0.1)
    await home.goes_down()
    await home.passes(1)
    assert [one.text[:7] for one in home.box.journal.waiting("words")] == ["救命啊我摔倒了"]


async def test_a_sentence_that_has_arrived_is_not_heard_again(home):
    home.client.pressed()
    await home.speaks("救命啊我摔倒了", trace="v1.0")
    home.client.released()
    await home.is_told(Understood())
    await home.goes_down()
    await home.passes(2)
    assert home.box.journal.waiting("words") == []
    assert home.said == []


async def test_a_flood_from_the_gateway_fills_nothing_up(home):
    for _ in range(5_000):
        home.client.sound(SPEECH)
        home.client.told(Saying())
    assert home.client._events.qsize() == WAITING_AT_MOST
    await home.passes(0.5)
    assert len(home.box.player._sound) <= 30 * 44_100


async def test_a_press_in_a_flood_is_not_lost(home):
    for _ in range(5_000):
        home.client.sound(SPEECH)
    home.client.pressed()
    await home.passes(0.1)
    assert home.line.sent == [{"type": "abort"}]


async def test_a_line_that_comes_and_goes_by_night_is_not_heard(home):
    await home.goes_down()
    await home.comes_up()
    await home.passes(1)
    assert home.card.silent_frames >= 50


async def test_a_gateway_that_is_silent_to_a_sentence_is_given_up(home):
    await holds(home)
    await home.waits(7)
    assert home.line.dropped == 0
    await home.waits(2)
    assert home.line.dropped == 1


async def test_a_gateway_that_answers_a_sentence_is_kept(home):
    await holds(home)
    await home.is_told(StateNow(State.THINKING))
    await home.waits(20)
    assert home.line.dropped == 0


async def test_of_a_long_silence_before_a_cry_the_cry_is_kept(home):
    await home.is_told(StateNow(State.LISTENING))
    await home.passes(61)
    await home.speaks("救命啊我摔倒了", trace="v1.0")
    await home.goes_down()
    await home.passes(6)
    assert [one.text[:7] for one in home.box.journal.waiting("words")] == ["救命啊我摔倒了"]


async def test_speaker_whose_microphone_is_pulled_out_ends_and_its_lamp_says_so(tmp_path):
    async with Home(tmp_path) as home:
        await home.comes_up()
        home.card.unplug()
        await home.timers.settle()
        with pytest.raises(CardError):
            await home.running
        assert (home.lamp.shown[-1], home.card.is_open) == (Light.BROKEN, False)
