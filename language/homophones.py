"""Names that sound alike: distance between readings, and the nearest of a list of names.

Tones do not count, and sounds that dialects and recognisers mix up (n/l, z/zh, in/ing) are near.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, pinyin

from language.clean import fold

Syllable = tuple[str, str]
"""Initial and final without tone: ("zh", "ang"); a letter is (itself, "")."""
Reading = tuple[tuple[Syllable, ...], ...]
"""For each character, the syllables that it may be read as."""

_SYLLABLE = re.compile("(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)")
_OFTEN_MIXED = "n/l z/zh c/ch s/sh f/h r/l"
_MIXED = "j/zh q/ch x/sh b/p d/t g/k r/y"
_MIXED_FINALS = "in/ing en/eng an/ang ian/iang uan/uang uo/o v/i vn/in van/ian ve/ie un/ong ei/ui"
_NEAR_INITIALS = {
    frozenset(pair.split("/")): cost
    for pairs, cost in ((_OFTEN_MIXED, 0.2), (_MIXED, 0.35))
    for pair in pairs.split()
}
_NEAR_FINALS = {frozenset(pair.split("/")): 0.2 for pair in _MIXED_FINALS.split()}
_OTHER = 0.8  # cost of a wholly different initial or final; 1 for both
_GAP = 0.8  # cost of a syllable too many or too few
_TIE = 0.05  # names nearer to each other than this are equally near
_LONGEST = 24  # syllables; what is longer is no name

_HAN = re.compile(r"[㐀-鿿]+|[A-Za-z]")
_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class Match:
    """A name, and how far its sound is from what was heard: 0 the same, 1 nothing shared."""

    name: str
    cost: float


class NameIndex:
    """A list of names with their readings, to be asked many times."""

    def __init__(self, names: Iterable[str]) -> None:
        self._readings = {name: _read(name) for name in names}

    def best(self, heard: str, *, limit: float = 0.25) -> Match | None:
        """The nearest name, at most `limit` away; None when there is none or it is not alone.

        The same text always wins. Of two names equally near (within 0.05) neither is chosen: the
        caller asks, with `near` for the choices.
        """
        near = self.near(heard, limit=limit)
        if not near:
            return None
        alone = len(near) == 1 or near[1].cost - near[0].cost >= _TIE
        return near[0] if alone or near[0].name == heard else None

    def near(self, heard: str, *, limit: float = 0.25) -> list[Match]:
        """All names at most `limit` away, nearest first, the same text before all others."""
        said = _read(heard)
        matches = []
        for name, reading in self._readings.items():
            cost = 0.0 if name == heard else _distance(said, reading, limit)
            if cost <= limit:
                matches.append(Match(name, cost))
        return sorted(matches, key=lambda match: (match.name != heard, match.cost, match.name))


def best_match(heard: str, names: Iterable[str], *, limit: float = 0.25) -> Match | None:
    """As `NameIndex.best` for a list that is asked once.

    The default limit forgives about one mixed-up sound in each syllable, or one wrong syllable in
    four. Take 0 for names that must sound the same.
    """
    return NameIndex(names).best(heard, limit=limit)


def distance(one: str, other: str) -> float:
    """How different two texts sound, 0 to 1: edits between them per syllable of the longer."""
    return _distance(_read(one), _read(other), 1.0)


def _read(text: str) -> Reading:
    """The syllables of a text; digits are read as numerals, marks and spaces are skipped."""
    syllables: list[tuple[Syllable, ...]] = []
    for run in _HAN.findall(fold(text).lower().translate(_NUMERALS)):
        if run.isascii():
            syllables.append(((run, ""),))
            continue
        for sounds in pinyin(run, style=Style.NORMAL, heteronym=True, v_to_u=False):
            syllables.append(tuple(sorted({_split(sound) for sound in sounds})))
    return tuple(syllables)


def _split(sound: str) -> Syllable:
    match = _SYLLABLE.fullmatch(sound)
    initial, final = match.groups("") if match else ("", sound)
    if initial in ("j", "q", "x", "y") and final.startswith("u"):
        final = "v" + final[1:]  # written u, spoken ü
    return initial, final


def _distance(one: Reading, other: Reading, limit: float) -> float:
    """Weighted edit distance per syllable; 1 at once when it must be above `limit`."""
    longer = max(len(one), len(other))
    if not one or not other or longer > _LONGEST:
        return 1.0
    most = limit * longer
    if abs(len(one) - len(other)) * _GAP > most:
        return 1.0
    row = [place * _GAP for place in range(len(other) + 1)]
    for sounds in one:
        above, row = row, [row[0] + _GAP]
        for place, others in enumerate(other):
            swap = above[place] + _swap(sounds, others)
            row.append(min(swap, above[place + 1] + _GAP, row[place] + _GAP))
        if min(row) > most:
            return 1.0
    return min(1.0, round(row[-1] / longer, 3))


@lru_cache(maxsize=65536)
def _swap(one: tuple[Syllable, ...], other: tuple[Syllable, ...]) -> float:
    return min(_cost(a, b) for a in one for b in other)


def _cost(one: Syllable, other: Syllable) -> float:
    (initial, final), (other_initial, other_final) = one, other
    cost = 0.0
    if initial != other_initial:
        cost += _NEAR_INITIALS.get(frozenset((initial, other_initial)), _OTHER)
    if final != other_final:
        cost += _NEAR_FINALS.get(frozenset((final, other_final)), _OTHER)
    return min(cost, 1.0)
