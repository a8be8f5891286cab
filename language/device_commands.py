"""A sentence taken apart into what is to be done with which things of a home, and where.

把客厅灯和空调都关了 is two commands; 关客厅灯，不对，卧室灯 is one, for the bedroom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from language.clean import fold
from language.corrections import is_denied
from language.device_values import Act, Value, find_acts, find_values
from language.homophones import NameIndex

_CLAUSE = re.compile("[，,。.；;！!？?…\n]|然后|接着")
_CORRECTED = re.compile("不对(?!劲)|[说讲搞弄]错了?|错了|[哦噢]不|(?<!是)不是(?!吗)")
_LOCKING = re.compile("门锁[上好了没起住死紧着]")
_ALIKE = 0.2
"How far a misheard name may sound from what it is"


@dataclass(frozen=True)
class Command:
    """One thing, or all of a kind, and what is wished of it.

    `kind` is None when no thing was named, `word` is then empty; `is_named`: only that very thing
    is meant (台灯), not every one of its kind. `areas` are the home's rooms by their plain names;
    `shared`: they were said once for several things.
    """

    kind: str | None
    word: str = ""
    is_named: bool = False
    areas: tuple[str, ...] = ()
    act: Act | None = None
    value: Value | None = None
    every: bool = False
    shared: bool = False


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    type: str
    value: Any


@cache
def _lexicon() -> dict[str, Any]:
    text = (files("language") / "data" / "devices.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _things() -> dict[str, tuple[str, bool]]:
    """{word: (kind, whether only that very thing is meant)}"""
    found: dict[str, tuple[str, bool]] = {}
    for kind, words in _lexicon()["kinds"].items():
        found |= dict.fromkeys(words["any"], (kind, False))
        found |= dict.fromkeys(words["named"], (kind, True))
    return found


@cache
def _places() -> dict[str, str]:
    return {word: area for area, words in _lexicon()["areas"].items() for word in words}


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


@cache
def _index(of: str) -> NameIndex:
    return NameIndex(_things() if of == "device" else _places())


def means_any(kind: str, word: str) -> bool:
    """Whether the word may mean every thing of the kind: 大灯 may, 台灯 may not."""
    return word in _lexicon()["kinds"][kind]["any"]


def areas_in(text: str) -> tuple[str, ...]:
    """The rooms that are meant, by their plain names, each once; denied ones are left out."""
    said = fold(text)
    return _distinct(t.value for t in _kept(said, _tokens(said)) if t.type == "area")


def says_every(text: str) -> bool:
    """Whether all of them are meant: 全部, 统统, 都关了."""
    return bool(_any_of(tuple(_lexicon()["every"])).search(fold(text)))


def mend(text: str, said: Iterable[tuple[str, str]]) -> str:
    """The text with misheard names put right; `said` are (device or area, its words): 空掉, 客听."""
    for of, words in said:
        known = _things() if of == "device" else _places()
        if any(word in fold(words) for word in known):
            continue
        near = _index(of).best(words, limit=_ALIKE)
        if near:
            text = text.replace(words, near.name)
    return text


def parse(text: str) -> list[Command]:
    """The commands of a sentence, in their order; one without a thing when none is named."""
    said = fold(text)
    tokens = _kept(said, _tokens(said))
    groups: list[list[Command]] = []
    pending: list[_Token] = []
    for clause in _clauses(said, tokens):
        things = [t for t in clause if t.type == "device"]
        if things:
            groups.append(_commands([*pending, *clause]))
            pending = []
        elif groups:
            groups[-1] = [_filled(one, clause) for one in groups[-1]]
        else:
            pending += clause
    every = says_every(said)
    commands = [one for group in groups for one in group] or [_without_thing(said, pending)]
    wished = [one for one in commands if one.act or one.value]
    return [replace(one, every=every) for one in wished or commands]


def _tokens(said: str) -> list[_Token]:
    things, places = _things(), _places()
    found = []
    for match in _any_of((*things, *places, *_lexicon()["idle"])).finditer(said):
        word, start = match.group(), match.start()
        if _LOCKING.match(said, start):
            word = "门"  # 门锁上: the lock is what is done here
        if word in things:
            found.append(_Token(start, start + len(word), "device", word))
        elif word in places:
            found.append(_Token(*match.span(), "area", places[word]))
    masked = _masked(said, found).replace("开关", "■■")
    found += [_Token(a.start, a.end, "act", a.act) for a in find_acts(masked)]
    found += [_Token(v.start, v.end, "value", v.value) for v in find_values(masked)]
    return sorted(found, key=lambda t: (t.start, t.end))


def _masked(said: str, tokens: Iterable[_Token]) -> str:
    marks = list(said)
    for token in tokens:
        marks[token.start : token.end] = "■" * (token.end - token.start)
    return "".join(marks)


def _kept(said: str, tokens: list[_Token]) -> list[_Token]:
    """Without what is denied, or was said again after 不对."""
    fixed = [m.end() for m in _CORRECTED.finditer(said)]
    at = fixed[-1] if fixed else 0
    named = ("device", "area")
    kept = [t for t in tokens if t.type not in named or not is_denied(said, t.start, t.end)]
    kept = kept or tokens
    again = {t.type for t in kept if t.start >= at} if at else set()
    return [t for t in kept if t.start >= at or t.type not in again]


def _clauses(said: str, tokens: list[_Token]) -> list[list[_Token]]:
    ends = [m.start() for m in _CLAUSE.finditer(said)] + [len(said)]
    clauses, start = [], 0
    for end in ends:
        inside = [t for t in tokens if start <= t.start < end]
        if inside:
            clauses.append(inside)
        start = end
    return clauses


def _commands(clause: list[_Token]) -> list[Command]:
    things = [t for t in clause if t.type == "device"]
    areas = [t for t in clause if t.type == "area"]
    found = []
    for i, thing in enumerate(things):
        kind, is_named = _things()[thing.value]
        found.append(
            Command(
                kind, thing.value, is_named,
                areas=_areas_of(i, things, areas),
                act=_nearest(i, things, clause, "act"),
                value=_nearest(i, things, clause, "value"),
                shared=0 < len(areas) < len(things),
            )
        )  # fmt: skip
    return _once(found)


def _areas_of(i: int, things: list[_Token], areas: list[_Token]) -> tuple[str, ...]:
    if len(things) > 1 and len(areas) > 1:
        before = [a for a in areas if a.end <= things[i].start]
        return (before[-1].value,) if before else ()
    return _distinct(a.value for a in areas)


def _nearest(i: int, things: list[_Token], clause: list[_Token], type_: str) -> Any:
    """The act or value of the i-th thing: its own, or the only one, or the next one's."""
    found = [t for t in clause if t.type == type_]
    found = [t for t in found if type_ != "value" or t.value.how != "complain"] or found
    if not found:
        return None
    if len(things) == 1 or len(found) == 1:
        return found[-1].value
    start = things[i].start
    if found[0].start < things[0].start:  # 关灯开电视: the act comes first
        return [t for t in found if t.start < start][-1].value
    end = things[i + 1].start if i + 1 < len(things) else len(clause) + clause[-1].end
    own = [t for t in found if start <= t.start < end]
    after = [t for t in found if t.start >= start]
    return (own or after or found[-1:])[0].value if not own else own[-1].value


def _filled(command: Command, clause: list[_Token]) -> Command:
    """A clause that names no thing says more of the last one."""
    acts = [t.value for t in clause if t.type == "act"]
    values = [t.value for t in clause if t.type == "value"]
    plain = [value for value in values if value.how != "complain"]
    areas = _distinct(t.value for t in clause if t.type == "area")
    value = plain[-1] if plain else command.value
    if value is None and values and command.act is None and not acts:
        value = values[-1]
    return replace(
        command,
        act=command.act or (acts[-1] if acts else None),
        value=value,
        areas=command.areas or areas,
    )


def _without_thing(said: str, tokens: list[_Token]) -> Command:
    command = _filled(Command(None), tokens)
    for kind, words in _lexicon()["kinds"].items():
        if any(cue in said for cue in words.get("cue", [])):
            return replace(command, kind=kind)
    return replace(command, kind=_kind_of_value(command.value))


def _kind_of_value(value: Value | None) -> str | None:
    """太暗了 is about a lamp, 制热 about the air conditioner."""
    if value is None:
        return None
    if value.what == "mode":
        return "light" if str(value.amount).endswith("light") else "climate"
    return {"light": "light", "warmth": "climate", "sound": "tv"}.get(value.what)


def _once(commands: list[Command]) -> list[Command]:
    """灯关了…关灯 names the lamp twice."""
    return list({(one.kind, one.word, one.areas): one for one in commands}.values())


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
