"""sherpa-onnx is asked as it wants to be asked, and what it tells becomes a transcript."""

import builtins
import math
from types import SimpleNamespace

import numpy as np
import pytest

from tests.voice import tones
from voice.hearing import DecodingThreads
from voice.recogniser import RecogniserError, Transcript, Word
from voice.sherpa_recogniser import SherpaRecogniser

TOKENS = frozenset("三号楼是不")


class Online:
    """Stands for sherpa-onnx: hears a character for each half second, and notes what it was given."""

    def __init__(self, text="三号楼", **result):
        self.text = text
        self.result = result
        self.streams = []

    def create_stream(self, hotwords=None):
        self.streams.append(Stream(hotwords))
        return self.streams[-1]

    def is_ready(self, stream):
        return stream.samples - stream.decoded >= 8_000

    def decode_stream(self, stream):
        stream.decoded += 8_000

    def get_result_all(self, stream):
        heard = list(self.text[: stream.decoded // 8_000])
        told = {"text": " ".join(heard), "tokens": heard, "timestamps": [], "ys_probs": []}
        return SimpleNamespace(**told | {name: of(len(heard)) for name, of in self.result.items()})


class Stream:
    def __init__(self, hotwords):
        self.hotwords = hotwords
        self.samples = self.decoded = 0
        self.peak = 0.0
        self.finished = False

    def accept_waveform(self, rate_hz, samples):
        assert (rate_hz, samples.dtype, self.finished) == (16_000, np.float32, False)
        self.samples += len(samples)
        self.peak = max(self.peak, float(np.abs(samples).max(initial=0)))

    def input_finished(self):
        self.finished = True


@pytest.fixture
async def threads():
    threads = DecodingThreads(1)
    yield threads
    threads.close()


async def test_words_come_while_they_are_spoken_and_the_last_after_a_tail_of_silence(threads):
    online = Online()
    hearing = SherpaRecogniser(online, TOKENS, threads).listen()
    pcm = tones.sound("三", "号楼")
    assert [await hearing.feed(pcm[:16_000]), await hearing.feed(pcm[16_000:])] == ["三", "三"]
    assert (await hearing.finish()).text == "三号楼"
    assert online.streams[0].finished
    assert 0.2 < online.streams[0].peak < 0.3
    await hearing.close()


async def test_tokens_are_words_with_times_and_sureness(threads):
    online = Online(
        timestamps=lambda count: [0.3, 0.5, 0.9][:count],
        ys_probs=lambda count: [0.0, math.log(0.5), 0.1][:count],
    )
    heard = await SherpaRecogniser(online, TOKENS, threads).recognise(tones.sound("三", "号楼"))
    assert heard == Transcript(
        "三号楼",
        (
            Word("三", 1.0, 0.3, 0.5),
            Word("号", pytest.approx(0.5), 0.5, 0.9),
            Word("楼", 1.0, 0.9, pytest.approx(1.1)),
        ),
    )


async def test_result_without_times_tells_no_words_apart(threads):
    heard = await SherpaRecogniser(Online(), TOKENS, threads).recognise(tones.sound("三", "号楼"))
    assert heard == Transcript("三号楼")


@pytest.mark.parametrize(
    ("tokens", "phrases", "hotwords"),
    [
        (TOKENS, ["是", "不是", "三号楼"], "是/不是/三号楼"),
        (TOKENS, ["是", "王秀英", ""], "是"),
        (TOKENS, [], None),
        (frozenset(), ["是", "不是"], None),
    ],
)
async def test_answers_made_of_known_tokens_are_hotwords(threads, tokens, phrases, hotwords):
    online = Online()
    hearing = SherpaRecogniser(online, tokens, threads).listen(phrases)
    await hearing.feed(tones.sound("三"))
    assert [stream.hotwords for stream in online.streams] == [hotwords]
    await hearing.close()


async def test_without_the_package_the_error_says_what_to_install(tmp_path, monkeypatch):
    ordinary = builtins.__import__

    def without(name, *how):
        if name == "sherpa_onnx":
            raise ImportError(name)
        return ordinary(name, *how)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RecogniserError, match="group `sherpa`"):
        await SherpaRecogniser.load(tmp_path)


async def test_folder_without_a_model_is_told_as_such(tmp_path):
    pytest.importorskip("sherpa_onnx")
    with pytest.raises(RecogniserError, match="cannot load"):
        await SherpaRecogniser.load(tmp_path)
