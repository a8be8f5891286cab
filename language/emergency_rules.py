"""The rules of `data/emergency.yml`, read once and compiled; decides nothing itself.

A scene, which the guards read, is the surroundings of a hit with its stops: `before<hit>after`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .emergency_gate import needed
from .emergency_score import Scorer, scorer
from .emergency_sound import Ear, SoundTable, ordinary_pairs
from .emergency_text import FoldTable, is_han

REPETITIONS = 8
ALONE = "^{{lead}}({0}){{tail}}(({0}){{tail}})?$"  # nothing else is said; it may be said twice

_WORD = re.compile(r"\{([a-z_]+)\}")
_LOOKAROUND = re.compile(r"\(\?<?[=!]")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")


@dataclass(frozen=True)
class Rule:
    """One way of crying for help."""

    kind: str
    pattern: re.Pattern[str]
    """Found in solid text."""
    sound: re.Pattern[str]
    """Found in the sound of every text that `pattern` is found in, and of many more."""
    needs: frozenset[str]
    """One of these is in every text that `sound` is found in; empty when that cannot be said."""
    alone: bool
    """Only a cry when it is all that is said."""
    guards: frozenset[str]
    """Names of the guards that can excuse a hit."""

    def may_fit(self, sounded: str, held: frozenset[str]) -> bool:
        """Whether the rule is worth trying on a text that sounds so and holds these signs."""
        if self.needs and self.needs.isdisjoint(held):
            return False
        return self.sound.search(sounded) is not None


@dataclass(frozen=True)
class Guard:
    """One way of saying the same words without being in danger."""

    name: str
    scenes: re.Pattern[str]
    """Excuses a hit whose scene it is found in …"""
    unless: re.Pattern[str] | None
    """… but not when this is found there too."""

    def excuses(self, scene: str) -> bool:
        """Whether the hit of this scene is no cry."""
        if not self.scenes.search(scene):
            return False
        return self.unless is None or not self.unless.search(scene)


@dataclass(frozen=True)
class Rulebook:
    """All that is known about cries for help."""

    folds: FoldTable
    fillers: re.Pattern[str]
    """Words of hesitation in plain text, which are dropped."""
    ear: Ear
    harmless: re.Pattern[str]
    """Stretches of solid text that only look like a cry (救命稻草)."""
    rules: tuple[Rule, ...]
    """In order of preference when several kinds fit."""
    guards: Mapping[str, Guard]
    kinds: Mapping[str, re.Pattern[str]]
    """Words that tell the kind of a cry that no rule has hit, in order of preference."""
    scorer: Scorer
    false_alarm: re.Pattern[str]
    no_false_alarm: re.Pattern[str]


@cache
def rulebook() -> Rulebook:
    """The rules shipped with this package; read and compiled at the first call."""
    data = yaml.safe_load((files(__package__) / "data" / "emergency.yml").read_text("utf-8"))
    return compile_rulebook(data)


def compile_rulebook(data: Mapping[str, Any]) -> Rulebook:
    """Compile the content of `emergency.yml`; a broken pattern raises `re.error`."""
    words: dict[str, str] = {}
    for name, pattern in data["words"].items():
        words[name] = f"({_spell(pattern, words)})"
    usual = frozenset(name for name, body in data["guards"].items() if not body.get("on_request"))
    sounds = SoundTable()
    return Rulebook(
        folds=FoldTable(_signs(data)),
        fillers=_any(data["fillers"], words),
        ear=_ear(data, words, sounds),
        harmless=_any(data["harmless"], words),
        rules=tuple(
            _rule(kind, entry, words, usual, sounds)
            for kind, entries in data["rules"].items()
            for entry in entries
        ),
        guards={name: _guard(name, body, words) for name, body in data["guards"].items()},
        kinds={kind: _any(list(signs), words) for kind, signs in data["kinds"].items()},
        scorer=scorer(),
        false_alarm=_any(data["false_alarm"]["says"], words),
        no_false_alarm=_any(data["false_alarm"]["unless"], words),
    )


def _rule(
    kind: str,
    entry: str | Mapping[str, Any],
    words: Mapping[str, str],
    usual: frozenset[str],
    sounds: SoundTable,
) -> Rule:
    body: Mapping[str, Any] = {"say": entry} if isinstance(entry, str) else entry
    guards = usual - set(body.get("despite", ())) | set(body.get("also", ()))
    alone = "alone" in body
    pattern = _spell(ALONE.format(body["alone"]) if alone else body["say"], words)
    sound = _without_lookarounds(pattern).translate(sounds)
    return Rule(
        kind=kind,
        pattern=re.compile(pattern),
        sound=re.compile(sound),
        needs=needed(sound),
        alone=alone,
        guards=guards,
    )


def _guard(name: str, body: Mapping[str, Any], words: Mapping[str, str]) -> Guard:
    unless = _any(body["unless"], words) if "unless" in body else None
    return Guard(name=name, scenes=_any(body["scenes"], words), unless=unless)


def _ear(data: Mapping[str, Any], words: Mapping[str, str], sounds: SoundTable) -> Ear:
    heard = [word for line in data["heard"].values() for word in line.split()]
    by_sound = {word.translate(sounds): word for word in heard}
    longest_first = sorted(by_sound, key=len, reverse=True)
    return Ear(
        sounds=sounds,
        words=by_sound,
        pattern=re.compile(f"(?=({'|'.join(longest_first)}))"),  # may overlap
        meant=_any(data["ordinary"], words),
        homophones=_homophones(data, sounds),
        steady=frozenset(data["slips"]["meant"]),
        pairs=ordinary_pairs(),
    )


def _homophones(data: Mapping[str, Any], sounds: SoundTable) -> dict[str, str]:
    chars = set(f"{data['words']}{data['rules']}") - set(data["slips"]["too_rare"])
    by_sign: dict[str, str] = {}
    for char in sorted(filter(is_han, chars)):
        sign = char.translate(sounds)
        by_sign[sign] = by_sign.get(sign, "") + char
    return by_sign


def _without_lookarounds(pattern: str) -> str:
    kept, depth, skipped_from = "", 0, 0
    for part in re.split(r"(\(\?<?[=!]|\(\?:|\))", pattern):
        if _LOOKAROUND.match(part) and not skipped_from:
            skipped_from = depth + 1
        depth += part.startswith("(?")
        if not skipped_from:
            kept += part
        if part == ")":
            skipped_from = 0 if depth == skipped_from else skipped_from
            depth -= 1
    return kept


def _any(patterns: list[str], words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(_spell(pattern, words) for pattern in patterns))


def _spell(pattern: str, words: Mapping[str, str]) -> str:
    """Put the words in, make every group a silent one, and bound every repetition of a group.

    Without the bound a text made for it could keep the matcher busy for hours.
    """
    bounded = pattern.replace(")*", f"){{0,{REPETITIONS}}}").replace(")+", f"){{1,{REPETITIONS}}}")
    return _GROUP.sub("(?:", _WORD.sub(lambda name: words[name[1]], bounded))


def _signs(data: Mapping[str, Any]) -> dict[str, str]:
    signs = dict(data["signs"])
    for line in data["traditional"]:
        old, new = line.split()
        signs.update(zip(old, new, strict=True))
    return signs
