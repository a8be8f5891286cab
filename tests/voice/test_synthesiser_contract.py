"""One contract for all that speaks: the scripted fake, espeak-ng, pyttsx3, and a cache around each."""

import asyncio
import shutil

import pytest

from voice import sound
from voice.espeak import EspeakSynthesiser
from voice.places import LONGEST
from voice.prompt_cache import PromptCache
from voice.pyttsx3_speech import Pyttsx3Synthesiser
from voice.scripted import ScriptedSynthesiser
from voice.synthesiser import FASTEST, SLOWEST, USUAL, SynthesiserError

SENTENCE = "您家的报修已经登记好了，师傅明天上午九点到。"
HAN = 20
PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
ONE_SENTENCE = 0.2
"How far from its pace one sentence may be; what many come to is held by the espeak-ng test"


@pytest.fixture(
    params=["scripted", "espeak", "pyttsx3", "cache over scripted", "cache over espeak"]
)
async def voice(request):
    name = request.param
    if ("espeak" in name or name == "pyttsx3") and shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    espeak = EspeakSynthesiser()
    made = ScriptedSynthesiser()
    if "espeak" in name:
        made = espeak
    elif name == "pyttsx3":
        made = Pyttsx3Synthesiser()
    yield PromptCache(made) if name.startswith("cache") else made
    await espeak.close()


async def test_sentence_becomes_sound_without_silence_at_its_ends(voice):
    speech = await voice.speak(SENTENCE)
    assert 16_000 <= speech.rate_hz <= 24_000
    assert len(speech.pcm) % 2 == 0
    assert sound.loudest(speech.pcm, speech.rate_hz) > 1_000
    ends = int(0.05 * speech.rate_hz) * 2
    for end in (speech.pcm[:ends], speech.pcm[-ends:]):
        assert sound.loudest(end, speech.rate_hz) > 50


async def test_sound_hardly_ever_reaches_full_scale(voice):
    samples = sound.samples((await voice.speak(SENTENCE)).pcm)
    assert (abs(samples.astype(int)) >= 32_767).mean() < 0.0001


@pytest.mark.parametrize("pace", range(SLOWEST, FASTEST + 1))
async def test_pace_is_the_speed_of_the_speech(voice, pace):
    speech = await voice.speak(SENTENCE, pace=pace)
    assert HAN / speech.duration_s == pytest.approx(PER_S[pace - 1], rel=ONE_SENTENCE)


async def test_usual_pace_is_taken_unless_another_is_asked_for(voice):
    assert await voice.speak(SENTENCE) == await voice.speak(SENTENCE, pace=USUAL)


@pytest.mark.parametrize("text", ["", "  \n", "。，！？", "🙂🙂", "——…"])
async def test_text_without_anything_to_read_gives_no_sound(voice, text):
    assert (await voice.speak(text)).pcm == b""


@pytest.mark.parametrize(
    "text", ["-h 您好", "--version", "<您好>", "[[您好]]", "您好 APP", "您好\0再见", "\x1b您好"]
)
async def test_text_that_looks_like_something_else_is_read_all_the_same(voice, text):
    assert (await voice.speak(text)).duration_s > 0.3


async def test_longest_text_is_spoken_and_a_longer_one_refused(voice):
    assert (await voice.speak("好，" * (LONGEST // 2), pace=FASTEST)).duration_s > 250
    with pytest.raises(SynthesiserError):
        await voice.speak("好" * (LONGEST + 1))


async def test_sentence_sounds_the_same_whatever_was_said_before(voice):
    first = await voice.speak(SENTENCE)
    for pace, text in enumerate(
        ["啊！", "Hello 3.14", "请您再说一遍？", "[[n_i]]", "好" * 99], start=SLOWEST
    ):
        await voice.speak(text, pace=pace)
    assert await voice.speak(SENTENCE) == first


async def test_sentences_at_once_keep_their_own_sound(voice):
    texts = ["好的。", "请您再说一遍。", "明天上午九点，师傅会到您家。"] * 2
    alone = [await voice.speak(text) for text in texts]
    assert await asyncio.gather(*(voice.speak(text) for text in texts)) == alone
