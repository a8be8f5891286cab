"""What is said: by urgency, sentence by sentence, in the pace of its playing, and stopped at once."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.voice.traces import sentences
from voice.fakes import ScriptedDoor, TonedVoice
from voice.piece import Piece, Rank
from voice.speaking import Speaker, unfitted
from voice.synthesiser import Speech, SynthesiserError
from voice.timers import VirtualTimers, pause

FRAME_S = 0.06


class Noted:
    def __init__(self):
        self.told = []

    def begun(self, piece):
        self.told.append(("begun", piece.text))

    def over(self, piece, *, sounded):
        self.told.append(("over" if sounded else "shown", piece.text))

    def cut(self, piece):
        self.told.append(("cut", piece.text, piece.start))

    def silenced(self):
        self.told.append("silenced")

    def given_back(self, piece):
        self.told.append(("given back", piece.text))


class Stage:
    """A speaker at work."""

    def __init__(self, may_say=lambda piece: True, **voice):
        self.timers = VirtualTimers()
        self.door = ScriptedDoor(self.timers)
        self.voice = TonedVoice(self.timers, **voice)
        self.noted = Noted()
        self.speaker = Speaker(
            self.door, self.voice, self.timers, may_say, split=sentences, failing="没有声音。"
        )
        self.speaker.teller = self.noted

    async def __aenter__(self):
        self.running = asyncio.create_task(self.speaker.run())
        return self

    async def __aexit__(self, *_):
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await self.running

    def ahead(self):
        """The most sound that was sent and not played yet, in seconds."""
        most = end = 0.0
        for told in self.door.told:
            if told.what == "sound":
                end = max(end, told.at_s) + told.value
                most = max(most, end - told.at_s)
        return most


async def test_v4_never_more_than_three_frames_are_ahead():
    async with Stage() as on:
        on.speaker.say(Piece("请问您家是几号楼几单元？请慢慢说。", Rank.ANSWER))
        await on.timers.advance(20)
    frames = on.door.values("sound")
    assert max(frames) <= FRAME_S + 1e-9
    assert sum(frames) == pytest.approx(17 * 0.2 + 0.3, abs=0.01)
    assert on.ahead() <= 3 * FRAME_S + 1e-6


async def test_a_device_that_is_slow_to_take_frames_gets_no_burst():
    async with Stage() as on:
        slow, plain = iter([0.5]), on.door.sound

        async def sound(pcm):
            with contextlib.suppress(StopIteration):
                await pause(on.timers, next(slow))
            await plain(pcm)

        on.door.sound = sound
        on.speaker.say(Piece("请问您家是几号楼？", Rank.ANSWER))
        await on.timers.advance(10)
    assert on.ahead() <= 3 * FRAME_S + 1e-6


async def test_v4_no_frame_leaves_after_a_stop_and_hush_follows():
    async with Stage() as on:
        on.speaker.say(Piece("今天停水。明天来水。后天停电。", Rank.ANSWER))
        await on.timers.advance(1.73)
        stopped = on.timers.now()
        assert on.speaker.stop()
        await on.timers.advance(5)
    assert max(on.door.times("sound")) <= stopped
    assert on.door.times("hush") == [stopped]
    assert on.noted.told == [
        ("begun", "今天停水。明天来水。后天停电。"),
        ("cut", "今天停水。明天来水。后天停电。", 1),
        "silenced",
    ]


async def test_what_was_cut_goes_on_with_the_sentence_that_was_being_said():
    async with Stage() as on:
        on.speaker.say(Piece("今天停水。明天来水。后天停电。", Rank.ANSWER, start=1))
        await on.timers.advance(10)
    assert on.door.values("saying") == ["明天来水。", "后天停电。"]


async def test_stop_is_nothing_when_nothing_is_said():
    async with Stage() as on:
        assert not on.speaker.stop()
        on.speaker.say(Piece("好。", Rank.OWN))
        await on.timers.advance(5)
        assert not on.speaker.stop()
    assert on.door.values("hush") == []


async def test_the_next_sentence_is_made_while_the_one_before_is_heard():
    async with Stage(delay_s=0.5) as on:
        on.speaker.say(Piece("今天停水。明天来水。后天停电。", Rank.ANSWER))
        await on.timers.advance(0.6)
        made = [text for text, _ in on.voice.spoken]
        await on.timers.advance(10)
    assert made == ["今天停水。", "明天来水。"]
    first, second, third = on.door.times("saying")
    assert first == 0.5
    assert second - first == pytest.approx(1.0 + 0.3 - 0.18, abs=0.01)
    assert third - second == pytest.approx(1.0 + 0.3, abs=0.01)


async def test_urgent_things_are_said_first_and_an_alarm_at_once():
    async with Stage() as on:
        on.speaker.say(Piece("第一句。第二句。", Rank.ANSWER))
        await on.timers.advance(0.5)
        for text, rank in [
            ("通知。", Rank.NOTICE), ("提醒。", Rank.REMINDER), ("同事。", Rank.STAFF),
            ("快出来！", Rank.ALARM),
        ]:  # fmt: skip
            on.speaker.say(Piece(text, rank))
        await on.timers.advance(20)
    assert on.door.values("saying") == [
        "第一句。", "快出来！", "第一句。", "第二句。", "同事。", "提醒。", "通知。",
    ]  # fmt: skip
    assert on.door.times("saying")[1] == 0.5


async def test_what_may_not_be_said_yet_waits_for_a_look():
    allowed = False
    async with Stage(lambda piece: allowed) as on:
        on.speaker.say(Piece("好。", Rank.NOTICE))
        await on.timers.advance(5)
        assert on.door.values("saying") == []
        allowed = True
        on.speaker.look()
        await on.timers.advance(5)
    assert on.door.values("saying") == ["好。"]


async def test_without_a_voice_the_words_are_shown():
    async with Stage() as on:
        on.voice.broken = True
        on.speaker.say(Piece("今天停水。明天来水。", Rank.ANSWER))
        await on.timers.advance(5)
        on.speaker.say(Piece("后天停电。", Rank.ANSWER))
        await on.timers.advance(5)
    assert on.door.values("saying") == ["没有声音。", "今天停水。", "明天来水。", "后天停电。"]
    assert on.door.values("sound") == []
    assert [told[0] for told in on.noted.told] == ["begun", "shown", "begun", "shown"]


async def test_a_voice_that_is_late_is_not_waited_for():
    async with Stage(delay_s=60) as on:
        on.speaker.say(Piece("今天停水。", Rank.ANSWER))
        await on.timers.advance(4.1)
        assert on.door.values("saying") == ["没有声音。", "今天停水。"]


async def test_speech_of_another_rate_needs_to_be_fitted():
    async with Stage(rate_hz=22_050) as on:
        on.speaker.say(Piece("今天停水。", Rank.ANSWER))
        await on.timers.advance(5)
    assert (on.door.values("saying"), on.door.values("sound")) == (["没有声音。", "今天停水。"], [])
    with pytest.raises(SynthesiserError):
        unfitted(Speech(b"", 22_050), 16_000)


async def test_a_chime_goes_before_a_reminder_and_not_before_its_rest():
    async with Stage() as on:
        on.speaker.say(Piece("吃药。", Rank.REMINDER, chimes=True))
        await on.timers.advance(5)
        with_chime = sum(on.door.values("sound"))
        on.speaker.say(Piece("嗯。吃药。", Rank.REMINDER, chimes=True, start=1))
        await on.timers.advance(5)
    assert with_chime == pytest.approx(0.44 + 0.6, abs=0.01)
    assert sum(on.door.values("sound")) - with_chime == pytest.approx(0.6, abs=0.01)


async def test_what_there_is_no_room_for_is_given_back_the_least_urgent_first():
    async with Stage(lambda piece: False) as on:
        on.speaker.say(Piece("通知。", Rank.NOTICE))
        for number in range(64):
            on.speaker.say(Piece(f"{number}。", Rank.ANSWER))
    assert on.noted.told == [("given back", "通知。")]
    assert len(on.speaker.waiting) == 64


async def test_a_device_that_is_gone_ends_it():
    async with Stage() as on:
        on.door.gone = True
        on.speaker.say(Piece("好。", Rank.ANSWER))
        await on.timers.advance(1)
        with pytest.raises(ConnectionError):
            await on.running


async def test_what_was_in_the_air_is_known_for_its_time_only():
    async with Stage() as on:
        on.speaker.say(Piece("今天停水。明天来水。", Rank.ANSWER))
        await on.timers.advance(10)
    assert on.speaker.said_between(0.0, 0.5) == "今天停水。"
    assert on.speaker.said_between(0.5, 5.0) == "今天停水。明天来水。"
    assert on.speaker.said_between(5.0, 9.0) == ""
