"""Inventory: the sounds and words of a model by number, and how each word is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voice.training.pronunciation import SILENCE, Ear, reading
from voice.training.speech import Espeak

UNKNOWN = "[unk]"
"The word that stands for all others"
SPEECH = "speech"
"The sound of that word: whatever is spoken"
SILENCE_NUMBER, SPEECH_NUMBER = 0, 1
"Of the first two sounds"
PLACES = ("begin", "end", "internal", "singleton")
"Where in a word a sound stands, as Kaldi names it"


@dataclass(frozen=True)
class Inventory:
    sounds: tuple[str, ...]
    "Silence, SPEECH, and then all others; the number of a sound is its place here"
    lexicon: Mapping[str, tuple[tuple[str, ...], ...]]
    "Each word with its pronunciations, without UNKNOWN"

    @property
    def numbers(self) -> dict[str, int]:
        return {sound: number for number, sound in enumerate(self.sounds)}

    @property
    def phones(self) -> int:
        """How many phones Kaldi counts: silence, and each other sound in each of PLACES."""
        return 1 + (len(self.sounds) - 1) * len(PLACES)

    def phone(self, sound: int, place: str) -> int:
        """The number that Kaldi knows a sound by, from 1; of silence at any place it is 1."""
        return 1 if sound == SILENCE_NUMBER else 2 + (sound - 1) * len(PLACES) + PLACES.index(place)


def take_stock(words: Iterable[str], espeak: Espeak) -> Inventory:
    """Each word as espeak-ng says it, and as a dictionary does where that differs.

    Raises KeyError for a word that espeak-ng cannot read, ValueError for one without a reading.
    """
    ear = Ear(espeak)
    lexicon = {}
    for word in words:
        ways = (tuple(ear.syllables(word, espeak.say(word))), reading(word))
        lexicon[word] = tuple(dict.fromkeys(sum(way, ()) for way in ways))
    used = {sound for ways in lexicon.values() for way in ways for sound in way}
    return Inventory((SILENCE, SPEECH, *sorted(used)), lexicon)
