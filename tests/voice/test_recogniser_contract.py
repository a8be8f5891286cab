"""One contract for all that hears: the scripted fake, and Vosk with a model whose words are tones."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tests.voice import tones
from voice.recogniser import RecogniserError
from voice.scripted import ScriptedStreamingRecogniser, Utterance
from voice.vosk_recogniser import VoskRecogniser

PAUSE = 1.6
"Longer than any pause within which Vosk itself still waits"


@dataclass
class Ears:
    """A recogniser, and sound in which it hears the words that are asked for."""

    recogniser: object
    scripted: list = field(default_factory=list)

    def say(self, *parts, clip=False):
        """Words and pauses; the next clip or stream hears them."""
        if isinstance(self.recogniser, ScriptedStreamingRecogniser):
            text = "".join(part for part in parts if isinstance(part, str))
            if clip:
                self.recogniser.script.append(text)
            else:
                self.recogniser.utterances.append(Utterance(text, _partials(parts)))
        return tones.sound(0.3, *parts, 0.3)


def _partials(parts):
    at_s, text, found = 0.3, "", []
    for part in parts:
        at_s += part if isinstance(part, float) else 0.4
        text += part if isinstance(part, str) else ""
        found.append((at_s, text))
    return found


@pytest.fixture(params=["scripted", "vosk"])
async def ears(request, tone_model):
    if request.param == "scripted":
        yield Ears(ScriptedStreamingRecogniser())
        return
    recogniser = await VoskRecogniser.load(tone_model, threads=2)
    yield Ears(recogniser)
    recogniser.close()


async def heard(hearing, pcm, size=3_200):
    for at in range(0, len(pcm), size):
        await hearing.feed(pcm[at : at + size])
    try:
        return (await hearing.finish()).text
    finally:
        await hearing.close()


async def test_clip_is_heard_across_its_pauses(ears):
    pcm = ears.say("三", "号楼", PAUSE, "停", clip=True)
    assert (await ears.recogniser.recognise(pcm)).text == "三号楼停"


async def test_words_have_confidences_and_times_from_the_beginning(ears):
    pcm = ears.say("三", PAUSE, "停", clip=True)
    words = (await ears.recogniser.recognise(pcm)).words
    if words:  # a recogniser may tell no words apart
        assert [word.text for word in words] == ["三", "停"]
        assert [(word.start_s, word.end_s) for word in words] == [
            (pytest.approx(0.3, abs=0.06), pytest.approx(0.7, abs=0.06)),
            (pytest.approx(2.3, abs=0.06), pytest.approx(2.7, abs=0.06)),
        ]
        assert all(0 <= word.confidence <= 1 for word in words)


async def test_stream_is_heard_across_its_pauses(ears):
    pcm = ears.say("三", "号楼", PAUSE, "停")
    assert await heard(ears.recogniser.listen(), pcm) == "三号楼停"


async def test_feeding_returns_all_words_so_far_those_before_a_pause_too(ears):
    pcm = ears.say("三", PAUSE, "停")
    hearing = ears.recogniser.listen()
    so_far = [await hearing.feed(pcm[at : at + 3_200]) for at in range(0, len(pcm), 3_200)]
    await hearing.close()
    assert list(dict.fromkeys(so_far)) == ["", "三", "三停"]


async def test_sound_in_pieces_of_odd_length_is_heard_as_the_whole(ears):
    pcm = ears.say("三", "号楼", "停")
    assert await heard(ears.recogniser.listen(), pcm, size=1_001) == "三号楼停"


async def test_no_sound_is_no_word(ears):
    hearing = ears.recogniser.listen()
    assert await hearing.feed(b"") == ""
    assert (await hearing.finish()).text == ""
    await hearing.close()


async def test_silence_is_no_word(ears):
    pcm = ears.say(2.0)
    assert await heard(ears.recogniser.listen(), pcm) == ""


async def test_finishing_again_tells_the_same(ears):
    pcm = ears.say("停")
    hearing = ears.recogniser.listen()
    await hearing.feed(pcm)
    assert await hearing.finish() == await hearing.finish()
    await hearing.close()


async def test_streams_and_clips_at_once_keep_their_own_words(ears):
    spoken = [("三", "号楼"), ("停",), ("救命",), ("不", "是")] * 3
    streams = [(ears.say(*words), ears.recogniser.listen()) for words in spoken]
    clip = ears.say("救命", "停", clip=True)
    *told, of_clip = await asyncio.gather(
        *(heard(hearing, pcm) for pcm, hearing in streams), ears.recogniser.recognise(clip)
    )
    assert told == ["".join(words) for words in spoken]
    assert of_clip.text == "救命停"


@pytest.mark.parametrize(
    "words", [("不", "是"), ("是",), ("救命",), ("三", "号楼"), ("不", "是", "三", "号楼")]
)
async def test_closed_question_hears_its_answers_and_all_else(ears, words):
    pcm = ears.say(*words)
    hearing = ears.recogniser.listen(["是", "不是"])
    assert await heard(hearing, pcm) == "".join(words)


async def test_closed_hearing_hears_no_more_and_may_be_closed_again(ears):
    pcm = ears.say("停")
    hearing = ears.recogniser.listen()
    await hearing.feed(pcm)
    await hearing.close()
    await hearing.close()
    with pytest.raises(RecogniserError):
        await hearing.feed(pcm)


async def test_utterance_without_an_end_is_heard_for_a_minute(ears):
    ears.say("停", 59.0)
    pcm = tones.sound(0.3, "停", 59.0)
    hearing = ears.recogniser.listen()
    await hearing.feed(pcm)
    late = tones.sound("三", "号楼")
    before = await hearing.feed(late)
    assert "号楼" not in before
    assert "停" in (await hearing.finish()).text
    await hearing.close()
