"""Measure: how much the finished model hears of sentences, voices and paces it never met."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from vosk import KaldiRecognizer, Model, SetLogLevel

from voice.training.corpus import Corpus, Sentence
from voice.training.frames import RATE_HZ
from voice.training.inventory import UNKNOWN
from voice.training.score import Score
from voice.training.speech import RATE_HZ as SPOKEN_HZ
from voice.training.speech import Espeak, Manner
from voice.training.surroundings import at_rate, babble, in_a_room, noise, with_noise

VARIANTS = (
    "f3", "f5", "m3", "m8", "Hugo", "edward2", "grandpa", "iven3", "klatt4", "steph3",
)  # fmt: skip
"Voices that nothing was learnt from"
PACES = (148, 150, 152, 198, 200, 202)
"Words a minute, neither"
_BLOCK_BYTES = 6_400

Place = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def quiet(clean: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    return clean


def noisy(clean: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """With noise 15 dB below the speech."""
    return with_noise(clean, noise(len(clean), chance), 15)


def crowded(clean: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """With other people's talk 15 dB below the speech, made of itself turned about."""
    return with_noise(clean, babble([clean[::-1]], len(clean), chance), 15)


CONDITIONS: dict[str, Place] = {
    "quiet": quiet, "noise at 15 dB": noisy, "babble at 15 dB": crowded, "echoing room": in_a_room,
}  # fmt: skip


def recognised(model: Model, pcm: bytes, phrases: Sequence[str] = ()) -> tuple[str, ...]:
    """The words of one clip; `phrases` of words with spaces between are all that it may be."""
    grammar = [json.dumps([*phrases, UNKNOWN], ensure_ascii=False)] if phrases else []
    recogniser = KaldiRecognizer(model, RATE_HZ, *grammar)
    texts = [
        json.loads(recogniser.Result())["text"]
        for begin in range(0, len(pcm), _BLOCK_BYTES)
        if recogniser.AcceptWaveform(pcm[begin : begin + _BLOCK_BYTES])
    ]
    texts.append(json.loads(recogniser.FinalResult())["text"])
    return tuple(" ".join(texts).split())


def spoken(espeak: Espeak, sentence: Sentence, place: Place, chance: np.random.Generator) -> bytes:
    """The sound of a sentence in one of the manners kept for the test."""
    manner = Manner(
        VARIANTS[chance.integers(len(VARIANTS))],
        PACES[chance.integers(len(PACES))],
        int(chance.integers(25, 80)),
    )
    clean = at_rate(espeak.say("".join(sentence), manner).samples, SPOKEN_HZ)
    clean = np.pad(clean, (RATE_HZ // 5, RATE_HZ // 5))
    return np.clip(np.round(place(clean, chance)), -32_768, 32_767).astype("<i2").tobytes()


def measure(
    model: Model, espeak: Espeak, sentences: Sequence[Sentence], place: Place, seed: int
) -> tuple[Score, list[tuple[Sentence, tuple[str, ...]]]]:
    """How the sentences fare, and those that were not wholly right with what was heard."""
    chance, score, wrong = np.random.default_rng(seed), Score(), []
    for sentence in sentences:
        pcm = spoken(espeak, sentence, place, chance)
        began = time.process_time()
        heard = recognised(model, pcm)
        score.work_s += time.process_time() - began
        score.sound_s += len(pcm) / (2 * RATE_HZ)
        if not score.add(sentence, heard):
            wrong.append((sentence, heard))
    return score, wrong


def report(folder: Path, corpus: Corpus, count: int, seed: int) -> Iterator[str]:
    """The scores of a model, line by line; `count` sentences under each condition."""
    SetLogLevel(-1)
    model, espeak = Model(str(folder)), Espeak()
    sets: list[tuple[str, Sequence[Sentence], Place]] = [("commands", corpus.commands, quiet)]
    for kind, told in (("patterns", corpus.patterned), ("clauses", corpus.held_out)):
        sets += [(f"{kind}, {name}", told[:count], place) for name, place in CONDITIONS.items()]
    for name, sentences, place in sets:
        yield f"{name}: {measure(model, espeak, sentences, place, seed)[0]}"
