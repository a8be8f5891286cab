"""Broken requests: a body of a maker with parts that are missing, of another kind or torn."""

from __future__ import annotations

import copy
import json

STRANGE = [
    None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", " ", "\x00", "\ud800",
    "x" * 2000, "[]", '{"a":1}', [], [[]], [None], {}, {"": None}, "救命", "1e400", "😀\u200d",
]  # fmt: skip


def mutated(dice, body):
    """The bytes of a body in which one to three things are wrong."""
    broken = copy.deepcopy(body)
    for _ in range(dice.randint(1, 3)):
        _break(dice, broken)
    raw = json.dumps(broken, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    return _torn(dice, raw) if dice.random() < 0.3 else raw


def _break(dice, body):
    places = list(_places(body))
    if not places:
        return
    parent, name = dice.choice(places)
    match dice.randrange(4):
        case 0:
            del parent[name]
        case 1:
            parent[name] = json.dumps(parent[name])
        case _:
            parent[name] = copy.deepcopy(dice.choice(STRANGE))


def _places(found):
    if isinstance(found, dict):
        for name, value in list(found.items()):
            yield found, name
            yield from _places(value)
    elif isinstance(found, list):
        for place, value in enumerate(found):
            yield found, place
            yield from _places(value)


def _torn(dice, raw):
    at = dice.randrange(len(raw))
    match dice.randrange(4):
        case 0:
            return raw[:at]
        case 1:
            return raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1 :]
        case 2:
            return raw[:at] + raw
        case _:
            return raw[:at] + b"[" * 5000 + raw[at:]
