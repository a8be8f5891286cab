"""The community's names (drugs, dishes, matters …), found in a text as written or as they sound."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.nlu.text import plain, sound

_SHORTEST_SOUND = 2  # characters; one syllable is too many words

Sounds = tuple[str, ...]


class Found(NamedTuple):
    """A name in a text: `text[start:end]` is it, or sounds like it."""

    start: int
    end: int
    kinds: tuple[str, ...]
    """Which tables have it, in order of their names."""
    is_written: bool
    """As it stands in the table; otherwise it only sounds so."""


class Names:
    """Names by kind."""

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        written: dict[str, set[str]] = {}
        sounding: dict[Sounds, set[str]] = {}
        self._reach: dict[str, int] = {}
        for kind, names in tables.items():
            for name in map(plain, names):
                written.setdefault(name, set()).add(kind)
                sounds = tuple(map(sound, name))
                sounding.setdefault(sounds, set()).add(kind)
                self._reach[sounds[0]] = max(len(name), self._reach.get(sounds[0], 0))
        self._written = {name: tuple(sorted(kinds)) for name, kinds in written.items()}
        self._sounding = {sounds: tuple(sorted(kinds)) for sounds, kinds in sounding.items()}

    def find(self, folded: str) -> list[Found]:
        """The names in a plain text, left to right, the longest at each place, none overlapping."""
        sounds = tuple(map(sound, folded))
        found = []
        place = 0
        while place < len(folded):
            name = self._at(folded, sounds, place)
            if name:
                found.append(name)
            place = name.end if name else place + 1
        return found

    def _at(self, folded: str, sounds: Sounds, start: int) -> Found | None:
        farthest = min(start + self._reach.get(sounds[start], 0), len(folded))
        for end in range(farthest, start, -1):
            if kinds := self._written.get(folded[start:end]):
                return Found(start, end, kinds, is_written=True)
            if end - start >= _SHORTEST_SOUND and (kinds := self._sounding.get(sounds[start:end])):
                return Found(start, end, kinds, is_written=False)
        return None
