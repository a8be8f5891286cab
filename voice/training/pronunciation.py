"""Pronunciation: a word as the sounds that the model tells apart, and a sentence cut into them.

A syllable is its initial, if it has one, and the two halves of its final, each with the tone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials

from voice.training.speech import Espeak, Sound, Spoken

SILENCE = "sil"
_AFTER_HISSING = {
    "z": "ii",
    "c": "ii",
    "s": "ii",
    "zh": "iii",
    "ch": "iii",
    "sh": "iii",
    "r": "iii",
}
"Written i, spoken as another vowel: 资, 知"
_LONGEST_CLOSURE_S = 0.08
"A shorter pause between two characters is the closed mouth before the second"

Syllable = tuple[str, ...]
"An initial, if there is one, and the halves of a final"


def syllable(spelling: str, tone: int) -> Syllable:
    """The sounds of a syllable of pinyin; raises ValueError if it is none."""
    initial, final = to_initials(spelling), to_finals(spelling)
    if not final:
        raise ValueError("no syllable")
    if final == "i":
        final = _AFTER_HISSING.get(initial, final)
    halves = (f"{final}{tone}<", f"{final}{tone}>")
    return (initial, *halves) if initial else halves


def reading(word: str) -> tuple[Syllable, ...]:
    """How a dictionary reads a word of Han characters; raises ValueError for a mere sound, as 嗯."""
    ways = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=False)
    return tuple(syllable(way[:-1], int(way[-1])) for way in ways)


@dataclass(frozen=True)
class Piece:
    """A stretch of a spoken sentence with one sound of the model."""

    sound: str
    begin: int
    end: int
    "In samples"


class Ear:
    """Knows which syllable it is that espeak-ng says, by the names of its phonemes.

    Its methods raise KeyError for a text with something else in it than Mandarin.
    """

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._spellings: dict[tuple[str, ...], str] = {}
        for spelling in _spellings():
            names = _names(espeak.say(spelling).sounds)
            self._spellings.setdefault(names, spelling[:-1])

    def syllables(self, text: str, spoken: Spoken) -> list[Syllable]:
        """One for each Han character of the text."""
        voiced = (sound for sound in spoken.sounds if sound.name is not None)
        groups = [tuple(sounds) for _, sounds in groupby(voiced, key=lambda sound: sound.place)]
        tones = self._espeak.tones(text)
        if len(tones) != len(groups):
            raise KeyError(text)
        return [
            syllable(self._spellings[_names(sounds)], tone)
            for sounds, tone in zip(groups, tones, strict=True)
        ]

    def pieces(self, text: str, spoken: Spoken, rate_hz: int) -> Iterator[Piece]:
        """All that was spoken, piece after piece, without a gap."""
        syllables = iter(self.syllables(text, spoken))
        begin = 0
        for (_, voiced), group in groupby(
            spoken.sounds, key=lambda sound: (sound.place, sound.name is not None)
        ):
            sounds = tuple(group)
            end = sounds[-1].end
            if voiced:
                *initial, first, second = next(syllables)
                middle = (begin + end) // 2
                if initial:
                    yield Piece(initial[0], begin, sounds[0].end)
                    begin = sounds[0].end
                    middle = (begin + end) // 2
                yield Piece(first, begin, middle)
                yield Piece(second, middle, end)
                begin = end
            elif end - begin > _LONGEST_CLOSURE_S * rate_hz or end == len(spoken.samples):
                yield Piece(SILENCE, begin, end)
                begin = end


def _spellings() -> list[str]:
    """Every syllable of Mandarin that a Han character of common use has, with its tone."""
    block = (chr(code) for code in range(0x4E00, 0x9FA6))
    found = {pinyin(character, style=Style.TONE3, v_to_u=False)[0][0] for character in block}
    return sorted(way for way in found if way[-1:].isdigit() and to_finals(way[:-1]))


def _names(sounds: tuple[Sound, ...]) -> tuple[str, ...]:
    return tuple(sound.name for sound in sounds if sound.name is not None)
