"""Lessons: what the acoustic model learns from, spoken sentences with a sound for every frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.training.corpus import Sentence
from voice.training.features import mfcc
from voice.training.frames import RATE_HZ, SUBSAMPLING, labels
from voice.training.pronunciation import SILENCE, Ear, Piece
from voice.training.speech import RATE_HZ as SPOKEN_HZ
from voice.training.speech import Espeak, Manner
from voice.training.surroundings import at_rate, heard, noise

VARIANTS = (
    "", "", "", "f1", "f2", "f4", "m1", "m2", "m4", "m5", "m6", "m7", "Alex", "Andy", "Annie",
    "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Jacky", "Lee", "Mario", "Michael", "Mike",
    "Nguyen", "Storm", "Tweaky", "adam", "announcer", "anika", "antonio", "aunty", "belinda",
    "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma", "gustave", "iven", "iven2",
    "john", "kaukovalta", "klatt", "klatt2", "klatt3", "linda", "marcelo", "max", "michel",
    "miguel", "norbert", "pablo", "paul", "quincy", "rob", "robert", "sandro", "shelby", "steph",
    "steph2", "travis", "victor", "zac",
)  # fmt: skip
"Voices to learn from; others are kept for the test"
PACES = ((90, 145), (155, 195), (205, 260))
"Words a minute, to learn from; what lies between is kept for the test"
_SHARE_OF_PAIRS, _SHARE_OF_NOISE = 0.3, 0.03


@dataclass(frozen=True)
class Lesson:
    frames: np.ndarray
    "float16, (frames, SIZE)"
    sounds: np.ndarray
    "int16, the number of the sound at each place"


def manner(chance: np.random.Generator) -> Manner:
    """One of the manners to learn from."""
    slowest, fastest = PACES[chance.integers(len(PACES))]
    return Manner(
        VARIANTS[chance.integers(len(VARIANTS))],
        int(chance.integers(slowest, fastest)),
        int(chance.integers(20, 85)),
        int(chance.integers(30, 75)),
    )


class Teacher:
    """Makes lessons of sentences; the same ones for the same seed."""

    def __init__(self, espeak: Espeak, numbers: Mapping[str, int], seed: int) -> None:
        self._espeak = espeak
        self._ear = Ear(espeak)
        self._numbers = numbers
        self._chance = np.random.default_rng(seed)
        self._voices: list[np.ndarray] = []

    def lessons(self, sentences: Sequence[Sentence], count: int) -> Iterator[Lesson]:
        """`count` of them, which go through the sentences in turns, each time in another order."""
        order: list[int] = []
        while count:
            count -= 1
            if self._chance.random() < _SHARE_OF_NOISE:
                yield self._nothing()
                continue
            if len(order) < 2:
                order = [int(number) for number in self._chance.permutation(len(sentences))]
            clauses = ["".join(sentences[order.pop()])]
            if self._chance.random() < _SHARE_OF_PAIRS:
                clauses.append("".join(sentences[order.pop()]))
            yield self._lesson("，".join(clauses))

    def _lesson(self, text: str) -> Lesson:
        spoken = self._espeak.say(text, manner(self._chance))
        speed = self._chance.choice((0.9, 0.95, 1.0, 1.0, 1.05, 1.1))
        clean = at_rate(spoken.samples, SPOKEN_HZ, speed)
        scale = len(clean) / len(spoken.samples)
        before, after = (int(self._chance.choice((0, 0.1, 0.3, 0.6)) * RATE_HZ) for _ in range(2))
        pieces = [Piece(SILENCE, 0, before)] if before else []
        pieces += [
            Piece(piece.sound, before + int(piece.begin * scale), before + int(piece.end * scale))
            for piece in self._ear.pieces(text, spoken, SPOKEN_HZ)
        ]
        if after:
            pieces.append(Piece(SILENCE, before + len(clean), before + len(clean) + after))
        self._remember(clean)
        sound = heard(np.pad(clean, (before, after)), self._voices, self._chance)
        frames = mfcc(sound)
        return Lesson(frames.astype(np.float16), labels(pieces, self._numbers, len(frames)))

    def _nothing(self) -> Lesson:
        """Nobody speaks."""
        length = int(self._chance.uniform(0.5, 3.0) * RATE_HZ)
        loudness = np.exp(self._chance.uniform(np.log(0.1), np.log(600.0)))
        frames = mfcc(np.round(noise(length, self._chance) * loudness))
        places = -(-len(frames) // SUBSAMPLING)
        return Lesson(frames.astype(np.float16), np.full(places, self._numbers[SILENCE], np.int16))

    def _remember(self, voice: np.ndarray) -> None:
        """Keep some voices for the babble of others."""
        if len(self._voices) < 200:
            self._voices.append(voice.astype(np.float32))
        else:
            self._voices[self._chance.integers(len(self._voices))] = voice.astype(np.float32)


def keep(file: Path, lessons: Sequence[Lesson]) -> None:
    """Write lessons to a file, whole or not at all."""
    unfinished = file.with_suffix(".part.npz")
    np.savez(
        unfinished,
        frames=np.concatenate([lesson.frames for lesson in lessons]),
        sounds=np.concatenate([lesson.sounds for lesson in lessons]),
        lengths=np.array([(len(lesson.frames), len(lesson.sounds)) for lesson in lessons]),
    )
    unfinished.replace(file)


def kept(file: Path) -> list[Lesson]:
    """The lessons of a file that `keep` wrote."""
    with np.load(file) as stored:
        ends = np.cumsum(stored["lengths"], axis=0)[:-1]
        frames = np.split(stored["frames"], ends[:, 0])
        sounds = np.split(stored["sounds"], ends[:, 1])
    return [Lesson(*both) for both in zip(frames, sounds, strict=True)]
