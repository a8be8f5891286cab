"""Scenes: several things at one word, as data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from community.apis.home import Entity
from community.services.device_plan import Step
from language.clean import fold

_DID = {"off": "off", "on": "on", "open": "opened", "closed": "shut", "locked": "locked"}


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.services").joinpath("device.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)["scenes"]
    return loaded


def codes() -> tuple[str, ...]:
    """Every scene, those used most first."""
    return tuple(_data())


def find(words: str) -> str | None:
    """The scene that the words name; the longest name wins, then the one said last."""
    said = fold(words)
    found = [
        (len(word), said.rindex(word), code)
        for code, scene in _data().items()
        for word in scene["words"]
        if word in said
    ]
    return max(found)[2] if found else None


def steps(scene: str, entities: Sequence[Entity]) -> list[Step]:
    """What becomes of the home's things; one that is never said to be changed is not there."""
    found: dict[str, Step] = {}
    for row in _data()[scene]["steps"]:
        for one in entities:
            if _is_meant(one, row):
                found[one.id] = Step(one, row["wanted"], _did(row["wanted"]))
    return list(found.values())


def _is_meant(one: Entity, row: dict[str, Any]) -> bool:
    named = one.name in row.get("names", []) or one.kind in row.get("kinds", [])
    there = "areas" not in row or one.area in row["areas"]
    return named and there and not (row.get("if_on") and one.state["state"] != "on")


def _did(wanted: dict[str, Any]) -> str:
    if "brightness" in wanted:
        return "brightness"
    return _DID[wanted["state"]] if "state" in wanted else "mode"
