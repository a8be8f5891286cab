"""Names that sound alike: distance between readings, and the nearest of a list of names.

Tones do not count, and sounds that dialects and recognisers mix up (n/l, z/zh, in/ing, 房/黄) are near.
A list is searched by classes of syllables: what is near is always in one class, so that names of
which too few syllables share one with what was heard are never compared.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
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
_AS_H = {"a": "ua", "an": "uan", "ang": "uang", "ei": "ui", "en": "un", "eng": "ong", "o": "uo"}
"""Finals after f, and how they sound where f is said as h: 房 as 黄, 飞 as 灰, 风 as 轰."""
_F_AS_H = 0.2
_OTHER = 0.8  # cost of a wholly different initial or final; 1 for both
_GAP = 0.8  # cost of a syllable too many or too few
_FAR = min(_OTHER, _GAP)  # the least that a syllable without a near one costs
_ROUNDING = 0.001  # sums of costs are not exact
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
        self.names = tuple(dict.fromkeys(names))
        self._known = frozenset(self.names)
        self._readings = [_read(name) for name in self.names]
        self._by_class: dict[Syllable, set[int]] = defaultdict(set)
        self._by_length: dict[int, list[int]] = defaultdict(list)
        for place, reading in enumerate(self._readings):
            self._by_length[len(reading)].append(place)
            for sounds in reading:
                for kind in _classes(sounds):
                    self._by_class[kind].add(place)

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
        matches = [Match(heard, 0.0)] if heard in self._known else []
        for place in self._likely(said, limit):
            cost = _distance(said, self._readings[place], limit)
            if cost <= limit and self.names[place] != heard:
                matches.append(Match(self.names[place], cost))
        return sorted(matches, key=lambda match: (match.name != heard, match.cost, match.name))

    def _likely(self, said: Reading, limit: float) -> Iterator[int]:
        """Places of the names that can be within `limit`: enough of their syllables are near."""
        if len(said) > _LONGEST:
            return
        shared: Counter[int] = Counter()
        for sounds in said:
            kinds = (self._by_class.get(kind, set()) for kind in _classes(sounds))
            shared.update(set().union(*kinds))
        for length, places in self._by_length.items():
            most = limit * max(length, len(said)) + _ROUNDING
            if abs(length - len(said)) * _GAP > most:
                continue
            least = len(said) - int(most / _FAR)
            if least <= 0:
                yield from places
            else:
                yield from (
                    place
                    for place in shared
                    if shared[place] >= least and len(self._readings[place]) == length
                )


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
    most = limit * longer + _ROUNDING
    if abs(len(one) - len(other)) * _GAP > most:
        return 1.0
    if len(one) == len(other) and most < 2 * _GAP:
        return _side_by_side(one, other, most)
    row = [place * _GAP for place in range(len(other) + 1)]
    for sounds in one:
        above, row = row, [row[0] + _GAP]
        for place, others in enumerate(other):
            swap = above[place] + _swap(sounds, others)
            row.append(min(swap, above[place + 1] + _GAP, row[place] + _GAP))
        if min(row) > most:
            return 1.0
    return min(1.0, round(row[-1] / longer, 3))


def _side_by_side(one: Reading, other: Reading, most: float) -> float:
    """As `_distance` where a gap and its counterpart would cost too much already."""
    cost = 0.0
    for sounds, others in zip(one, other, strict=True):
        if sounds != others:
            cost += _swap(sounds, others)
            if cost > most:
                return 1.0
    return round(cost / len(one), 3)


@lru_cache(maxsize=65536)
def _swap(one: tuple[Syllable, ...], other: tuple[Syllable, ...]) -> float:
    return min(_cost(a, b) for a in one for b in other)


def _cost(one: Syllable, other: Syllable) -> float:
    (initial, final), (other_initial, other_final) = one, other
    if {initial, other_initial} == {"f", "h"} and _as_h(one) == _as_h(other):
        return _F_AS_H
    cost = 0.0
    if initial != other_initial:
        cost += _NEAR_INITIALS.get(frozenset((initial, other_initial)), _OTHER)
    if final != other_final:
        cost += _NEAR_FINALS.get(frozenset((final, other_final)), _OTHER)
    return min(cost, 1.0)


def _as_h(syllable: Syllable) -> Syllable:
    initial, final = syllable
    return ("h", _AS_H.get(final, final)) if initial == "f" else syllable


@lru_cache(maxsize=65536)
def _classes(sounds: tuple[Syllable, ...]) -> frozenset[Syllable]:
    """The classes of a character's syllables; syllables that cost less than a far one share one."""
    alike = {other for one in sounds for other in (one, _as_h(one))}
    return frozenset(
        (_INITIAL_CLASS.get(initial, initial), _FINAL_CLASS.get(final, final))
        for initial, final in alike
    )


def _joined(pairs: Iterable[frozenset[str]]) -> dict[str, str]:
    """Each sound of the pairs to one of the class that they join it to."""
    classes: list[set[str]] = []
    for pair in pairs:
        touched = [one for one in classes if one & pair]
        classes = [one for one in classes if not one & pair] + [set(pair).union(*touched)]
    return {sound: min(one) for one in classes for sound in one}


_INITIAL_CLASS = _joined(_NEAR_INITIALS)
_FINAL_CLASS = _joined(_NEAR_FINALS)
