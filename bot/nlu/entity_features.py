"""What the entity tagger sees of each character: neighbours, its word and its class, sound, names around it."""

from collections.abc import Sequence

from bot.nlu.lexicon import Sentence
from bot.nlu.names import Found
from bot.nlu.text import is_mark, sound

UNKNOWN_INTENT = "?"

_NUMERALS = frozenset("零一二三四五六七八九十百千万两幺半俩仨廿几")
_HALVES = 2  # neighbours on each side


def features(sentence: Sentence, intent: str) -> list[list[str]]:
    """One list of feature strings for each character.

    `intent` is what the sentence is taken for, or UNKNOWN_INTENT.
    """
    characters = sentence.plain
    seen = ["^^", "^", *characters, "$", "$$"]
    heard = ["^^", "^", *map(sound, characters), "$", "$$"]
    shapes = [_shape(character) for character in characters]
    places = _places(sentence.words)
    classes = _classes(sentence)
    named = _named(len(characters), sentence.names)
    rows = []
    for place in range(len(characters)):
        here = place + _HALVES
        before, this, after = seen[here - 1 : here + 2]
        around = "".join(shapes[max(0, place - _HALVES) : place + _HALVES + 1])
        row = [
            "bias",
            f"c={this}",
            f"c-1={before}",
            f"c+1={after}",
            f"c-2={seen[here - 2]}",
            f"c+2={seen[here + 2]}",
            f"cc-={before}{this}",
            f"cc+={this}{after}",
            f"cc--={seen[here - 2]}{before}",
            f"cc++={after}{seen[here + 2]}",
            f"ccc={before}{this}{after}",
            f"s={heard[here]}",
            f"ss-={heard[here - 1]} {heard[here]}",
            f"ss+={heard[here]} {heard[here + 1]}",
            f"shape={shapes[place]}",
            f"shapes={around}",
            f"part={places[place][0]}",
            f"word={places[place][1]}",
            f"partword={places[place][0]}{places[place][1]}",
            *classes[place],
            f"intent={intent}",
            *named[place],
        ]
        if place > 0:
            row.append(f"word-1={places[place - 1][1]}")
            row.extend(f"-1{name}" for name in named[place - 1])
        if place + 1 < len(characters):
            row.append(f"word+1={places[place + 1][1]}")
            row.extend(f"+1{name}" for name in named[place + 1])
        rows.append(row)
    return rows


def _shape(character: str) -> str:
    if character.isdigit():
        return "9"
    if character in _NUMERALS:
        return "N"
    if character.isascii() and character.isalpha():
        return "a"
    return "," if is_mark(character) else "h"


def _places(words: Sequence[str]) -> list[tuple[str, str]]:
    """For each character, where in its word it stands (begin, middle, end, single), and the word."""
    places = []
    for word in words:
        parts = "S" if len(word) == 1 else "B" + "M" * (len(word) - 2) + "E"
        places.extend((part, word) for part in parts)
    return places


def _classes(sentence: Sentence) -> list[list[str]]:
    """For each character, the class of its word, alone and with those of the words beside it."""
    seen = ["^", *sentence.classes, "$"]
    rows: list[list[str]] = []
    for number, word in enumerate(sentence.words, start=1):
        before, this, after = seen[number - 1 : number + 2]
        rows += [[f"class={this}", f"class-={before} {this}", f"class+={this} {after}"]] * len(word)
    return rows


def _named(length: int, names: Sequence[Found]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(length)]
    for name in names:
        how = "name" if name.is_written else "like"
        for kind in name.kinds:
            rows[name.start].append(f"{how}B={kind}")
            for place in range(name.start + 1, name.end):
                rows[place].append(f"{how}I={kind}")
            rows[name.end - 1].append(f"{how}E={kind}")
    return rows
