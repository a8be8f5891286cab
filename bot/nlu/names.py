"""The community's names (drugs, dishes, matters …), found in a text as written or as they sound."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.nlu.text import plain, sound

_LONGEST = 12  # characters
_SHORTEST_SOUND = 2  # characters; one syllable is too many words


class Found(NamedTuple):
    """A name in a text: `text[start:end]` is it, or sounds like it."""

    start: int
    end: int
    kinds: tuple[str, ...]
    """Which tables have it, in order of their names."""
    is_written: bool
    """As it stands in the table; otherwise it only sounds so."""


class Names:
    """The lookup tables of the training data."""

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self.tables = {kind: sorted(set(tables[kind])) for kind in sorted(tables)}
        written: dict[str, list[str]] = {}
        for kind, names in self.tables.items():
            for name in names:
                written.setdefault(plain(name), []).append(kind)
        sounding: dict[str, set[str]] = {}
        for name, kinds in written.items():
            if len(name) >= _SHORTEST_SOUND:
                sounding.setdefault(_sounds(name), set()).update(kinds)
        self._written = {name: tuple(kinds) for name, kinds in written.items()}
        self._sounding = {name: tuple(sorted(kinds)) for name, kinds in sounding.items()}

    def __iter__(self) -> Iterator[str]:
        for names in self.tables.values():
            yield from names

    def find(self, text: str) -> list[Found]:
        """The names in plain `text`, left to right, the longest at each place, none overlapping."""
        found = []
        place = 0
        while place < len(text):
            name = self._at(text, place)
            if name:
                found.append(name)
            place = name.end if name else place + 1
        return found

    def _at(self, text: str, start: int) -> Found | None:
        for end in range(min(start + _LONGEST, len(text)), start, -1):
            stretch = text[start:end]
            if stretch in self._written:
                return Found(start, end, self._written[stretch], is_written=True)
            if end - start >= _SHORTEST_SOUND and (kinds := self._sounding.get(_sounds(stretch))):
                return Found(start, end, kinds, is_written=False)
        return None


def _sounds(text: str) -> str:
    return " ".join(map(sound, text))
