"""VoskRecogniser: Vosk's models, one for the process, and a Kaldi recogniser for each utterance.

What the wheel 0.3.45 does, as src/recognizer.cc and src/language_model.cc of alphacep/vosk-api say:
an utterance with pauses comes in several results, which are joined here; a grammar is taken only by
a model whose graph is put together at run time; a recogniser is not to be used by two threads.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vosk

from voice import grammar, sound
from voice.clips import RATE_HZ
from voice.heard import joined, transcript, without_ghosts
from voice.hearing import DecodedHearing, DecodingThreads
from voice.model_folder import takes_grammars
from voice.recogniser import RecogniserError, Transcript, Word

logger = logging.getLogger(__name__)

QUIET = -1
"Vosk's log level at which it writes nothing: its lines hold words"


class VoskRecogniser:
    """Made by `load`; a StreamingRecogniser until it is closed."""

    def __init__(
        self, model: vosk.Model, threads: DecodingThreads, *, takes_grammars: bool
    ) -> None:
        self._model = model
        self._threads = threads
        self._takes_grammars = takes_grammars
        self._told = False

    @classmethod
    async def load(cls, folder: Path, *, threads: int = 0) -> VoskRecogniser:
        """Load a model from a folder that `voice.model_folder.problems` has nothing against.

        Takes seconds for a small model and up to a minute for a large one. `threads`: 0 takes one
        for each processor. Raises RecogniserError when Vosk cannot load it.
        """
        vosk.SetLogLevel(QUIET)
        try:
            model = await asyncio.to_thread(vosk.Model, str(folder))
        except Exception as error:  # Vosk has no narrower one
            raise RecogniserError(f"Vosk cannot load the model in {folder}") from error
        return cls(model, DecodingThreads(threads), takes_grammars=takes_grammars(folder))

    async def recognise(self, pcm: bytes) -> Transcript:
        return await self._threads.recognise(lambda: _Decoding(self._model, (), None), pcm)

    def listen(self, phrases: Sequence[str] = ()) -> DecodedHearing:
        """As the protocol says; the phrases as they are spoken, in Han characters.

        A phrase that has a part the model knows no word for is heard as all else is.
        """
        expected, written = tuple(phrases), self._grammar(phrases)
        return self._threads.hearing(lambda: _Decoding(self._model, expected, written))

    def close(self) -> None:
        """Hear no more; utterances that are open fail with RecogniserError."""
        self._threads.close()

    def _grammar(self, phrases: Sequence[str]) -> str | None:
        if not phrases:
            return None
        if not self._takes_grammars:
            if not self._told:
                logger.info(
                    "the model's graph is static: closed questions are heard like open ones"
                )
                self._told = True
            return None
        written, dropped = grammar.written(phrases, self._knows)
        if dropped:
            logger.warning(
                "%d of %d phrases have words unknown to the model", len(dropped), len(phrases)
            )
        return written

    def _knows(self, word: str) -> bool:
        return int(self._model.vosk_model_find_word(word)) >= 0


class _Decoding:
    """A free pass, and beside it one through the grammar if there is one."""

    def __init__(self, model: vosk.Model, expected: tuple[str, ...], written: str | None) -> None:
        self._free = _Pass(vosk.KaldiRecognizer(model, RATE_HZ))
        self._in_grammar = (
            _Pass(vosk.KaldiRecognizer(model, RATE_HZ, written)) if written is not None else None
        )
        self._expected = expected
        self._loudest = 0.0

    def accept(self, pcm: bytes) -> str:
        """All words of the free pass: what is heard outside the grammar must not come late."""
        self._loudest = max(self._loudest, sound.loudest(pcm, RATE_HZ))
        if self._in_grammar is not None:
            self._in_grammar.accept(pcm)
        return self._free.accept(pcm)

    def finish(self) -> Transcript:
        heard = self._free.finish()
        if self._in_grammar is not None:
            narrow = self._in_grammar.finish()
            unknown = self._in_grammar.heard_unknown
            heard = grammar.chosen(narrow, heard, self._expected, unknown=unknown)
        return without_ghosts(heard, self._loudest, self._expected)


class _Pass:
    """One Kaldi recogniser over the whole utterance."""

    def __init__(self, recogniser: vosk.KaldiRecognizer) -> None:
        self._recogniser = recogniser
        self._recogniser.SetWords(True)
        self._texts: list[str] = []
        self._words: list[Word] = []

    @property
    def heard_unknown(self) -> bool:
        return any(grammar.UNKNOWN in text for text in self._texts)

    def accept(self, pcm: bytes) -> str:
        if self._recogniser.AcceptWaveform(pcm):
            self._keep(self._recogniser.Result())
            return joined(" ".join(self._texts))
        partial = json.loads(self._recogniser.PartialResult()).get("partial") or ""
        return joined(" ".join([*self._texts, partial]))

    def finish(self) -> Transcript:
        self._keep(self._recogniser.FinalResult())
        if not self._words:  # some models tell no words apart
            return Transcript(joined(" ".join(self._texts)))
        return transcript(self._words)

    def _keep(self, result: str) -> None:
        """A result that ends at a pause; its times count from the beginning of the utterance."""
        told: dict[str, Any] = json.loads(result)
        self._texts.append(told.get("text") or "")
        self._words += [
            Word(word["word"], min(1.0, word["conf"]), word["start"], word["end"])
            for word in told.get("result", ())
        ]
