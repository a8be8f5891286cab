"""What is said: the same sentences in the same order to every arrangement, and how each is answered."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Turn:
    """A sentence, and the responses of the domain one of which begins the answer."""

    text: str
    answers: tuple[str, ...]

    def is_answered_by(self, texts: list[str]) -> bool:
        """Whether these texts are the answer of somebody who understood."""
        return bool(texts) and any(
            pattern.match(texts[0]) for name in self.answers for pattern in _patterns()[name]
        )


def talk(seed: int) -> Iterator[Turn]:
    """One conversation without end: plain turns and actions in turn, each in its own order."""
    chance = random.Random(seed)  # noqa: S311 - the same for all arrangements, not a secret
    while True:
        plain, actions = list(_script()["plain"]), list(_script()["actions"])
        chance.shuffle(plain)
        chance.shuffle(actions)
        for pair in zip(plain, actions, strict=True):
            for kind in pair:
                yield Turn(chance.choice(kind["say"]), tuple(kind["answers"]))


def cycle() -> list[Turn]:
    """The ten turns in the order and with the first wording of the script."""
    pairs = zip(_script()["plain"], _script()["actions"], strict=True)
    return [Turn(kind["say"][0], tuple(kind["answers"])) for pair in pairs for kind in pair]


def first() -> Turn:
    """What is said until somebody answers: an action that reads the database, bound or not."""
    kind = _script()["first"]
    return Turn(kind["say"][0], tuple(kind["answers"]))


def order() -> str:
    """What is broken in every home, so that there is progress to ask about."""
    return str(_script()["order"])


@cache
def _script() -> dict[str, Any]:
    text = resources.files("bench").joinpath("script.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    """Each response of the domain by name: its wordings, with anything where a value is filled in."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {
        name: [re.compile(_pattern(wording["text"])) for wording in wordings if "text" in wording]
        for name, wordings in domain["responses"].items()
    }


def _pattern(text: str) -> str:
    return ".*".join(re.escape(part) for part in re.split(r"\{\w+\}", text))
