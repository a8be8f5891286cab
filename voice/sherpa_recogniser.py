"""SherpaRecogniser: k2-fsa/sherpa-onnx's streaming models, for those who have one.

A transducer takes the answers to a closed question as words it is likelier to hear; all else it
hears as ever. A paraformer takes none.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from voice import sound
from voice.clips import RATE_HZ
from voice.heard import joined, transcript, without_ghosts
from voice.hearing import DecodedHearing, DecodingThreads
from voice.model_folder import sherpa_files
from voice.recogniser import RecogniserError, Transcript, Word

TAIL_S = 1.0
"""Silence put behind an utterance, so that its last words come out: a paraformer decodes 0.61 s at a
time and looks 0.18 s ahead, sherpa-onnx/csrc/online-recognizer-paraformer-impl.h."""
LAST_TOKEN_S = 0.2
"A token's end is the next one's beginning; the last one's is taken to be so much later"
FULL_SCALE = 32_768.0
ANY_SURENESS = 0.9
"Confidence of tokens when the model tells none"


class Online(Protocol):
    """What is used of `sherpa_onnx.OnlineRecognizer`."""

    def create_stream(self, hotwords: str | None = None) -> Any: ...
    def is_ready(self, s: Any) -> bool: ...
    def decode_stream(self, s: Any) -> None: ...
    def get_result_all(self, s: Any) -> Any: ...


class SherpaRecogniser:
    """Made by `load`; a StreamingRecogniser until it is closed.

    `tokens`: the characters that a hotword may be made of; none when it takes no hotwords.
    """

    def __init__(self, online: Online, tokens: frozenset[str], threads: DecodingThreads) -> None:
        self._online = online
        self._tokens = tokens
        self._threads = threads

    @classmethod
    async def load(cls, folder: Path, *, threads: int = 0) -> SherpaRecogniser:
        """Load a streaming transducer (encoder, decoder, joiner) or paraformer (the first two) from
        a folder that `voice.model_folder.problems` has nothing against.

        Raises RecogniserError without the package sherpa-onnx, or when it cannot load the model.
        """
        try:
            import sherpa_onnx
        except ImportError as error:
            raise RecogniserError(
                "sherpa-onnx is not installed: it is in group `sherpa`"
            ) from error
        try:
            online, tokens = await asyncio.to_thread(_opened, sherpa_onnx.OnlineRecognizer, folder)
        except Exception as error:  # the library has no narrower one
            raise RecogniserError(f"sherpa-onnx cannot load the model in {folder}") from error
        return cls(online, tokens, DecodingThreads(threads))

    async def recognise(self, pcm: bytes) -> Transcript:
        return await self._threads.recognise(self._beginning(()), pcm)

    def listen(self, phrases: Sequence[str] = ()) -> DecodedHearing:
        return self._threads.hearing(self._beginning(tuple(phrases)))

    def close(self) -> None:
        """Hear no more; utterances that are open fail with RecogniserError."""
        self._threads.close()

    def _beginning(self, phrases: tuple[str, ...]) -> Callable[[], _Decoding]:
        return lambda: _Decoding(self._online, self._hotwords(phrases), phrases)

    def _hotwords(self, phrases: Sequence[str]) -> str | None:
        """Those made of known tokens, as `create_stream` takes them; None without any, because a
        paraformer's ends the process.
        """
        known = [phrase for phrase in phrases if phrase and set(phrase) <= self._tokens]
        return "/".join(known) or None


def _opened(kinds: Any, folder: Path) -> tuple[Online, frozenset[str]]:
    """In a thread: the recogniser, and the tokens of hotwords."""
    files = {part: str(file) for part, file in sherpa_files(folder).items()}
    if "joiner" not in files:
        return kinds.from_paraformer(**files, num_threads=1), frozenset()
    online = kinds.from_transducer(
        **files, num_threads=1, decoding_method="modified_beam_search", modeling_unit="cjkchar"
    )
    lines = Path(files["tokens"]).read_text(encoding="utf-8").splitlines()
    return online, frozenset(line.split()[0] for line in lines if line.strip())


class _Decoding:
    """One stream. Its engine ends no utterance by itself, so that its result is the whole."""

    def __init__(self, online: Online, hotwords: str | None, expected: Sequence[str]) -> None:
        self._online = online
        self._stream = online.create_stream(hotwords)
        self._expected = expected
        self._loudest = 0.0

    def accept(self, pcm: bytes) -> str:
        self._loudest = max(self._loudest, sound.loudest(pcm, RATE_HZ))
        self._take(sound.samples(pcm).astype(np.float32) / FULL_SCALE)
        return joined(self._online.get_result_all(self._stream).text)

    def finish(self) -> Transcript:
        self._take(np.zeros(int(TAIL_S * RATE_HZ), np.float32))
        self._stream.input_finished()
        self._decode()
        heard = _read(self._online.get_result_all(self._stream))
        return without_ghosts(heard, self._loudest, self._expected)

    def _take(self, samples: Any) -> None:
        self._stream.accept_waveform(RATE_HZ, samples)
        self._decode()

    def _decode(self) -> None:
        while self._online.is_ready(self._stream):
            self._online.decode_stream(self._stream)


def _read(result: Any) -> Transcript:
    """The transcript of a result; its tokens are the words as far as it tells when they were said."""
    text, starts = joined(result.text), list(result.timestamps)
    if len(starts) != len(result.tokens):
        return Transcript(text)
    ends = [*starts[1:], starts[-1] + LAST_TOKEN_S] if starts else []
    sure = [min(1.0, math.exp(value)) for value in result.ys_probs]
    sure = sure if len(sure) == len(starts) else [ANY_SURENESS] * len(starts)
    words = [
        Word(token.strip(" ▁"), confidence, start, end)
        for token, confidence, start, end in zip(result.tokens, sure, starts, ends, strict=True)
    ]
    return Transcript(text, transcript(words).words)
