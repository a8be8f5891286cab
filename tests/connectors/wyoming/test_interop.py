"""The official client against our server: hearing, speaking, answering, as Home Assistant does."""

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info, SelectProgram
from wyoming.ping import Ping, Pong
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from community.errors import Unavailable
from connectors.wyoming.services import Answered, Asked
from tests.connectors.speech import Ears, Heard, Voice
from voice.recogniser import RecogniserError

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}


class Desk:
    """Answers words by script."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, asked):
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def say(client, pcm=b"\1\0" * 1600, *, format=None, **transcribe):
    format = format or FORMAT
    await client.write_event(Transcribe(language="zh", **transcribe).event())
    await client.write_event(AudioStart(**format).event())
    for at in range(0, len(pcm), 1024):
        await client.write_event(AudioChunk(**format, audio=pcm[at : at + 1024]).event())
    await client.write_event(AudioStop().event())


async def transcript(client):
    event = await client.read_event()
    assert Transcript.is_type(event.type), event
    return Transcript.from_event(event)


async def spoken(client):
    """(rates and length of what is said, type of the event behind it)."""
    starts, sound = [], b""
    while True:
        event = await client.read_event()
        if AudioStart.is_type(event.type):
            starts.append(AudioStart.from_event(event).rate)
        elif AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            assert (chunk.rate, chunk.width, chunk.channels) == (starts[-1], 2, 1)
            sound += chunk.audio
        else:
            return starts, len(sound), event


async def test_info_names_what_there_is(serve, client):
    server = await serve(Ears(), Voice(), Desk())
    async with client(server) as official:
        await official.write_event(Describe().event())
        info = Info.from_event(await official.read_event())
    assert [(p.name, p.installed, p.models[0].languages) for p in info.asr] == [
        ("linsheng", True, ["zh"])
    ]
    assert [(p.supports_synthesize_streaming, p.voices[0].languages) for p in info.tts] == [
        (True, ["zh"])
    ]
    assert [(p.supports_handled_streaming, p.models[0].languages) for p in info.handle] == [
        (False, ["zh"])
    ]
    assert (info.intent, info.wake, info.mic, info.snd, info.satellite) == ([], [], [], [], None)


async def test_info_names_nothing_that_there_is_not(serve, client):
    server = await serve(voice=Voice())
    async with client(server) as official:
        await official.write_event(Describe().event())
        info = Info.from_event(await official.read_event())
    assert (info.asr, len(info.tts), info.handle) == ([], 1, [])


async def test_an_utterance_is_heard(serve, client):
    ears = Ears([Heard(["我", "我要报修"], "我要报修")])
    async with client(await serve(ears)) as official:
        await say(official, transcript_names=["三号楼"], transcript_terms=["报修", "缴费"])
        heard = await transcript(official)
    assert (heard.text, heard.language) == ("我要报修", "zh")
    assert bytes(ears.heard[0].sound) == b"\1\0" * 1600
    assert (ears.heard[0].finished, ears.heard[0].closed) == (1, 1)
    assert ears.phrases == [("三号楼", "报修", "缴费")]


async def test_one_connection_serves_many_utterances_each_with_ears_of_its_own(serve, client):
    ears = Ears([Heard([], "一"), Heard([], "二"), Heard([], "三")])
    async with client(await serve(ears)) as official:
        heard = []
        for _ in range(3):
            await say(official)
            heard.append((await transcript(official)).text)
    assert (heard, [one.closed for one in ears.heard]) == (["一", "二", "三"], [1, 1, 1])


async def test_two_clients_at_once_get_their_own_words(serve, client):
    server = await serve(Ears([Heard([], "甲"), Heard([], "乙")]))
    async with client(server) as one, client(server) as other:
        await one.write_event(AudioStart(**FORMAT).event())
        await one.write_event(Ping("x").event())
        await one.read_event()
        await say(other)
        assert (await transcript(other)).text == "乙"
        await one.write_event(AudioStop().event())
        assert (await transcript(one)).text == "甲"


@pytest.mark.parametrize(
    ("format", "seconds"),
    [({"rate": 48_000, "width": 2, "channels": 2}, 1), ({"rate": 8_000, "width": 2, "channels": 1}, 1)],
)  # fmt: skip
async def test_another_format_is_heard_as_sixteen_thousand_hertz(serve, client, format, seconds):
    ears = Ears([Heard([], "好")])
    pcm = bytes(format["rate"] * 2 * format["channels"] * seconds)
    async with client(await serve(ears)) as official:
        await say(official, pcm, format=format)
        assert (await transcript(official)).text == "好"
    assert len(ears.heard[0].sound) == pytest.approx(32_000 * seconds, abs=200)


async def test_a_stop_without_sound_is_an_empty_transcript(serve, client):
    async with client(await serve(Ears())) as official:
        await official.write_event(AudioStop().event())
        assert (await transcript(official)).text == ""
        await official.write_event(AudioStart(**FORMAT).event())
        await official.write_event(Event("audio-chunk", dict(FORMAT)))
        await official.write_event(AudioStop().event())
        assert (await transcript(official)).text == ""


async def test_ears_that_fail_are_told_and_the_next_utterance_is_heard(serve, client):
    ears = Ears(
        [Heard([RecogniserError("x")], "-"), Heard([], RecogniserError("y")), Heard([], "好")]
    )
    async with client(await serve(ears)) as official:
        for _ in range(2):
            await say(official)
            event = await official.read_event()
            assert Error.from_event(event) == Error("not heard", "stt-stream-failed")
        await say(official)
        assert (await transcript(official)).text == "好"
    assert [one.closed for one in ears.heard] == [1, 1, 1]


async def test_a_text_is_spoken(serve, client):
    voice = Voice()
    async with client(await serve(voice=voice)) as official:
        await official.write_event(
            Synthesize("您好。已经报修。", voice=SynthesizeVoice(language="zh")).event()
        )
        starts, length, end = await spoken(official)
    assert (starts, length, end.type) == ([22_050], 8 * 2205 * 2, "audio-stop")
    assert voice.said == ["您好。", "已经报修。"]


async def test_a_text_is_spoken_while_it_comes(serve, client):
    voice = Voice()
    async with client(await serve(voice=voice)) as official:
        await official.write_event(SynthesizeStart().event())
        await official.write_event(SynthesizeChunk("您好。已").event())
        assert AudioStart.is_type((await official.read_event()).type)
        assert voice.said == ["您好。"]
        await official.write_event(SynthesizeChunk("经报修").event())
        await official.write_event(Synthesize("您好。已经报修").event())
        await official.write_event(SynthesizeStop().event())
        kinds = []
        while not kinds or not SynthesizeStopped.is_type(kinds[-1]):
            kinds.append((await official.read_event()).type)
    assert voice.said == ["您好。", "已经报修"]
    assert kinds[-2:] == ["audio-stop", "synthesize-stopped"]
    assert set(kinds[:-2]) == {"audio-chunk"}


async def test_markup_is_not_read_aloud(serve, client):
    voice = Voice()
    async with client(await serve(voice=voice)) as official:
        await official.write_event(
            Synthesize("<speak>您好<break/></speak>", text_format="ssml").event()
        )
        await spoken(official)
    assert voice.said == ["您好"]


async def test_nothing_to_say_is_silence(serve, client):
    async with client(await serve(voice=Voice())) as official:
        await official.write_event(Synthesize(" ").event())
        assert (await spoken(official))[:2] == ([16_000], 0)


async def test_a_voice_that_fails_stops_its_sound_and_is_told(serve, client):
    async with client(await serve(voice=Voice(fails=1))) as official:
        await official.write_event(Synthesize("一。二。").event())
        _, length, end = await spoken(official)
        assert (length, end.type) == (2 * 2205 * 2, "audio-stop")
        assert Error.from_event(await official.read_event()) == Error("not spoken", "tts-failed")
        await official.write_event(Ping().event())
        assert Pong.is_type((await official.read_event()).type)


async def test_words_are_answered_in_their_conversation(serve, client):
    desk = Desk(Answered("已经帮您报修。"), Answered("这个我不会。", handled=False))
    context = {"conversation_id": "01J", "device_id": "d1", "satellite_id": "s1"}
    async with client(await serve(handle=desk)) as official:
        await official.write_event(Transcript("我要报修", context=context, language="zh").event())
        handled = Handled.from_event(await official.read_event())
        await official.write_event(Transcript("唱首歌").event())
        event = await official.read_event()
    assert handled == Handled("已经帮您报修。", context=context)
    assert NotHandled.is_type(event.type)
    assert NotHandled.from_event(event) == NotHandled("这个我不会。")
    assert desk.asked == [Asked("我要报修", context), Asked("唱首歌", {})]


async def test_words_that_cannot_be_answered_are_an_error(serve, client):
    async with client(await serve(handle=Desk(Unavailable("x")))) as official:
        await official.write_event(Transcript("我要报修").event())
        assert Error.from_event(await official.read_event()) == Error("no answer", "intent-failed")


async def test_ping_is_answered_and_what_nobody_knows_is_passed_over(serve, client):
    async with client(await serve(Ears())) as official:
        await official.write_event(SelectProgram("other").event())
        await official.write_event(Event("run-satellite"))
        await official.write_event(Event("later", {"a": 1}, b"abc"))
        await official.write_event(Ping("在吗").event())
        assert Pong.from_event(await official.read_event()) == Pong("在吗")
