"""The small model hears sentences, voices and paces that it never met, and answers to questions."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import wave
from pathlib import Path

import pytest
import yaml
from vosk import KaldiRecognizer, Model, SetLogLevel

from voice.clips import RATE_HZ
from voice.codecs import decode
from voice.training.corpus import Cutter

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "voice" / "model_small"
LARGEST_BYTES = 8 * 1024 * 1024
HEADER_BYTES, ESPEAK_HZ = 44, 22_050
"Of what espeak-ng writes to a pipe; the length in that header is none"
UNKNOWN = "[unk]"


@pytest.fixture(scope="module")
def model():
    SetLogLevel(-1)
    return Model(str(FOLDER))


def pcm_of(text, variant="f3", words_a_minute=150):
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed")
    command = ["espeak-ng", "-v", f"cmn-latn-pinyin+{variant}", "-s", str(words_a_minute)]
    spoken = subprocess.run([*command, "--stdout", text], capture_output=True, check=True).stdout
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(ESPEAK_HZ)
        writing.writeframes(spoken[HEADER_BYTES:])
    return decode(file.getvalue()).pcm


def hear(model, pcm, *phrases, block=6_400):
    """All that is heard in a clip, put in block by block, as one result."""
    grammar = [json.dumps([*phrases, UNKNOWN], ensure_ascii=False)] if phrases else []
    recogniser = KaldiRecognizer(model, RATE_HZ, *grammar)
    recogniser.SetWords(True)
    results = [
        json.loads(recogniser.Result())
        for begin in range(0, len(pcm), block)
        if recogniser.AcceptWaveform(pcm[begin : begin + block])
    ]
    results.append(json.loads(recogniser.FinalResult()))
    return [word for result in results for word in result.get("result", [])]


def text_of(words):
    return "".join(word["word"] for word in words)


@pytest.mark.parametrize(
    ("text", "variant", "words_a_minute"),
    [
        ("救命", "f3", 150),
        ("再说一遍", "m3", 200),
        ("我家水管漏水了", "f5", 150),
        ("打开客厅的灯", "steph3", 200),
        ("明天上午九点提醒我吃药", "edward2", 150),
        ("我要报修厨房的水龙头", "iven3", 150),
        ("三号楼二单元五零一", "grandpa", 150),
    ],
)
def test_sentence_by_a_voice_and_pace_never_met_is_heard(model, text, variant, words_a_minute):
    assert text_of(hear(model, pcm_of(text, variant, words_a_minute))) == text


def test_size_of_the_blocks_changes_nothing(model):
    pcm = pcm_of("打开客厅的灯")
    heard = [text_of(hear(model, pcm, block=block)) for block in (320, 6_400, len(pcm))]
    assert heard == ["打开客厅的灯"] * 3


def test_words_have_times_in_order_within_the_clip(model):
    pcm = pcm_of("我要报修厨房的水龙头")
    words = hear(model, pcm)
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(pcm) / (2 * RATE_HZ)
    assert all(0 < word["conf"] <= 1 for word in words)


@pytest.mark.parametrize("answer", ["是", "不是"])
def test_answer_to_a_closed_question_is_heard(model, answer):
    assert text_of(hear(model, pcm_of(answer, "m3"), "是", "不是")) == answer


def test_other_words_are_no_answer_to_a_closed_question(model):
    words = hear(model, pcm_of("明天上午九点提醒我吃药"), "是", "不是")
    assert {word["word"] for word in words} == {UNKNOWN}


def test_questions_of_one_model_do_not_disturb_each_other(model):
    pcm = pcm_of("第二个", "m3")
    assert text_of(hear(model, pcm, "第一个", "第二个", "第三个")) == "第二个"
    assert text_of(hear(model, pcm, "是", "不是")) == UNKNOWN
    assert text_of(hear(model, pcm)) == "第二个"


@pytest.mark.parametrize(
    "pcm",
    [b"", b"\0", b"\0\0", bytes(2 * RATE_HZ), struct.pack("<h", 1) * RATE_HZ],
    ids=["nothing", "half a sample", "one sample", "silence", "a standing voltage"],
)
def test_nothing_is_heard_where_nothing_is_said(model, pcm):
    assert hear(model, pcm) == []


def test_loudest_noise_and_a_clip_cut_anywhere_do_no_harm(model):
    pcm = pcm_of("我家水管漏水了")
    hear(model, b"\xff\x7f\x00\x80" * RATE_HZ)
    assert text_of(hear(model, pcm[: len(pcm) // 2 | 1])) in ("我家", "我家水", "我家水管")
    assert text_of(hear(model, pcm)) == "我家水管漏水了"


def test_every_command_is_made_of_words_that_the_model_knows(model):
    phrases = yaml.safe_load((ROOT / "voice" / "training" / "phrases.yml").read_text("utf-8"))
    cutter = Cutter()
    words = {word for phrase in phrases["commands"] for word in cutter.cut(phrase)}
    assert {word for word in words if model.vosk_model_find_word(word) < 0} == set()


def test_model_is_small_enough_to_be_kept_here():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < LARGEST_BYTES
