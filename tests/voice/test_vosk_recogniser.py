"""What is Vosk's own: folders it cannot load, graphs that take no grammar, words it does not know."""

import logging
import shutil

import pytest

from tests.voice import tones
from voice.recogniser import RecogniserError
from voice.vosk_recogniser import VoskRecogniser


@pytest.fixture
async def recogniser(tone_model):
    recogniser = await VoskRecogniser.load(tone_model, threads=1)
    yield recogniser
    recogniser.close()


@pytest.fixture
async def static(static_tone_model):
    recogniser = await VoskRecogniser.load(static_tone_model, threads=1)
    yield recogniser
    recogniser.close()


async def test_broken_model_is_told_as_such(tone_model, tmp_path):
    folder = shutil.copytree(tone_model, tmp_path / "tones")
    (folder / "am/final.mdl").write_bytes(b"nonsense")
    with pytest.raises(RecogniserError, match="tones"):
        await VoskRecogniser.load(folder)


async def test_static_graph_is_told_once_and_hears_closed_questions_as_open_ones(static, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(2):
        hearing = static.listen(["是", "不是"])
        await hearing.feed(tones.sound(0.3, "三", "号楼", 0.3))
        assert (await hearing.finish()).text == "三号楼"
        await hearing.close()
    assert [record.getMessage() for record in caplog.records] == [
        "the model's graph is static: closed questions are heard like open ones"
    ]


async def test_phrases_with_unknown_words_are_counted_and_not_named(recogniser, caplog):
    hearing = recogniser.listen(["是", "王秀英"])
    await hearing.feed(tones.sound(0.3, "是", 0.3))
    assert (await hearing.finish()).text == "是"
    await hearing.close()
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 2 phrases have words unknown to the model"
    ]


async def test_phrases_all_unknown_make_no_grammar_that_would_end_the_process(recogniser):
    hearing = recogniser.listen(["王秀英"])
    await hearing.feed(tones.sound(0.3, "停", 0.3))
    assert (await hearing.finish()).text == "停"
    await hearing.close()


async def test_breath_on_silence_is_no_word_and_an_answer_when_one_is_asked(recogniser):
    faint = (tones.samples(0.3, "嗯", 0.6) * 0.008).astype("<i2").tobytes()
    assert (await recogniser.recognise(faint)).text == ""
    hearing = recogniser.listen(["嗯", "不"])
    await hearing.feed(faint)
    assert (await hearing.finish()).text == "嗯"
    await hearing.close()


async def test_closed_recogniser_hears_no_more(recogniser):
    recogniser.close()
    with pytest.raises(RecogniserError, match="closed"):
        recogniser.listen()
