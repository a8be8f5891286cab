"""What a wish means for the things that a home really has: steps, refusals, or one question.

Nothing happens here. A relative wish becomes an absolute one, so that doing it twice does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from community.apis.home import Entity, State
from language.device_commands import Command, means_any
from language.device_values import Value

SWITCHED = ("light", "climate", "tv", "fan", "heater", "water_heater")
"Kinds that 全关了 means"
SENSORS = frozenset({"temperature", "humidity", "leak", "window"})
SINGLES = frozenset({"gas", "lock", "water_heater"})
"A home has one of these, wherever it is said to be"
_OFF = {"curtain": "closed", "gas": "closed", "lock": "locked"}
_ON = {"curtain": "open"}
_DIAL = {"light": "brightness", "curtain": "position", "tv": "volume", "fan": "level"}
"The setting that a bare number, a share or an end is about"
_NUDGE = {"brightness": 20, "position": 20, "volume": 10, "temperature": 1, "level": 1}
"A bit more or less: percent, degrees, steps"


@dataclass(frozen=True)
class Step:
    """One change of one thing."""

    entity: Entity
    wanted: State
    did: str
    "Its words' code: on, off, opened, shut, locked, stopped, or the setting's name"


@dataclass(frozen=True)
class Refusal:
    """`why`: absent, gas, lock, unmoved or unfit; `title`: of what."""

    why: str
    title: str


@dataclass(frozen=True)
class Question:
    """`what`: name, area or value. `limits`: the range that a number was outside of."""

    what: str
    title: str = ""
    choices: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None


@dataclass
class Plan:
    """With a question nothing is done until it is answered."""

    steps: list[Step] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    question: Question | None = None
    is_kept: bool = False
    "It was asked to leave things as they are"


def plan(entities: Sequence[Entity], commands: Sequence[Command], last: Sequence[str]) -> Plan:
    """What the commands come to. `last`: ids of what the account changed a moment ago."""
    made = Plan()
    for command in commands:
        if command.act == "keep":
            made.is_kept = True
            continue
        meant = which(entities, command, last)
        for one in meant if isinstance(meant, list) else [meant]:
            step = wish(one, command) if isinstance(one, Entity) else one
            if isinstance(step, Step):
                made.steps.append(step)
            elif isinstance(step, Refusal):
                made.refusals.append(step)
            else:
                made.question = made.question or step
    return made


def which(
    entities: Sequence[Entity], command: Command, last: Sequence[str]
) -> list[Entity] | Refusal | Question:
    """The things that a command means."""
    if command.kind is None:
        return _unnamed(entities, command, last)
    title = "".join(command.areas[:1]) + command.word
    found = _named(entities, command)
    if command.areas and command.kind not in SINGLES:
        there = [one for one in found if one.area in command.areas]
        found = there or (found if command.shared and len(found) == 1 else [])
    if not found:
        return Refusal("absent", title)
    if command.every:
        return found
    if command.areas and len(command.areas) > 1:
        return _main_of_each(found)
    if len({one.area for one in found}) > 1:
        found = _likely(found, command, last)
    areas = tuple(dict.fromkeys(one.area for one in found))
    if len(areas) > 1:
        return _main_of_each(found) if _all_off(found, command) else _where(command, areas)
    return found if command.is_named else found[:1]


def _where(command: Command, areas: tuple[str, ...]) -> Question:
    return Question("area", command.word, areas)


def _unnamed(
    entities: Sequence[Entity], command: Command, last: Sequence[str]
) -> list[Entity] | Question:
    inside = [one for one in entities if not command.areas or one.area in command.areas]
    if command.every or (command.areas and command.act == "off"):
        kinds = (*SWITCHED, "gas") if command.act == "off" else SWITCHED
        return [one for one in inside if one.kind in kinds]
    before = [one for one in inside if one.id in last]
    if before and (command.act or command.value):
        return before
    return Question("name", choices=tuple(one.title for one in _main_of_each(entities)[:3]))


def _named(entities: Sequence[Entity], command: Command) -> list[Entity]:
    called = [one for one in entities if command.word in (one.name, *one.words)]
    if command.is_named:
        return called
    alike = [one for one in entities if one.kind == command.kind]
    main = [one for one in alike if means_any(one.kind, one.name)]
    return alike if command.every else main or alike


def _main_of_each(found: Sequence[Entity]) -> list[Entity]:
    """The first of each room and kind, which is the main one."""
    return list({(one.area, one.kind): one for one in reversed(found)}.values())[::-1]


def _likely(found: list[Entity], command: Command, last: Sequence[str]) -> list[Entity]:
    """Those that are on for an off or a change, else the one of a moment ago."""
    if command.act == "on" and command.value is None:
        return found
    before = [one for one in found if one.id in last]
    if before and command.act != "off":
        return before
    running = [one for one in found if one.state["state"] in {"on", "open"}]
    return running or found


def _all_off(found: Sequence[Entity], command: Command) -> bool:
    return command.act == "off" and all(
        one.state["state"] == _OFF.get(one.kind, "off") for one in found
    )


def wish(entity: Entity, command: Command) -> Step | Refusal | Question:
    """What one thing is to become."""
    act, value = command.act, command.value
    if value is not None and value.how == "complain" and act is not None:
        value = None
    if entity.kind in SENSORS:
        return Refusal("unmoved", entity.title)
    if entity.kind in {"gas", "lock"}:
        return _closing(entity, command)
    if act in {"off", "stop"} and entity.kind == "curtain":
        return _curtain(entity, act == "off")
    if act in {"off", "stop"}:
        return Step(entity, {"state": "off"}, "off")
    if value is not None:
        return _setting(entity, value)
    if act is None:
        return Question("value", entity.title)
    if entity.kind == "curtain":
        return Step(entity, {"state": "open", "position": 100}, "opened")
    return Step(entity, {"state": "on"}, "on")


def _closing(entity: Entity, command: Command) -> Step | Refusal | Question:
    """Gas and the home's lock are closed by words, never opened."""
    if command.act == "off":
        did = "locked" if entity.kind == "lock" else "shut"
        return Step(entity, {"state": _OFF[entity.kind]}, did)
    return Refusal(entity.kind, entity.title)


def _curtain(entity: Entity, closes: bool) -> Step:
    if closes:
        return Step(entity, {"state": "closed", "position": 0}, "shut")
    return Step(entity, {}, "stopped")


def _setting(entity: Entity, value: Value) -> Step | Refusal | Question:
    if value.what == "mode":
        return _mode(entity, str(value.amount))
    key = _key(entity, value)
    if key is None or key not in entity.limits:
        return Refusal("unfit", entity.title)
    low, high = entity.limits[key]
    number = _number(entity, value, key, low, high)
    if number is None:
        return Question("value", entity.title)
    if not low <= number <= high:
        return Question("value", entity.title, limits=(low, high))
    wanted: State = {"state": _ON.get(entity.kind, "on"), key: number}
    if key == "position" and number == 0:
        wanted["state"] = "closed"
    return Step(entity, wanted, key)


def _key(entity: Entity, value: Value) -> str | None:
    """Which setting is meant; None when the thing has none such."""
    if value.what == "level" and "level" in entity.limits:
        return "level"
    if entity.kind in {"climate", "water_heater"}:
        return (
            "level" if value.what == "end" else "temperature" if value.what != "percent" else None
        )
    if value.what == "temperature":
        return None
    return _DIAL.get(entity.kind)


def _number(entity: Entity, value: Value, key: str, low: int, high: int) -> Any:
    if value.how != "set":
        if not value.sign:
            return None
        by = value.amount if isinstance(value.amount, int | float) else _NUDGE[key]
        if value.amount is not None and key in {"brightness", "position", "volume"}:
            by *= _NUDGE[key]  # 小一格
        now = entity.state.get(key, low if value.sign > 0 else high)
        return max(low, min(high, now + value.sign * by))
    if value.what == "end":
        return high if value.amount == "max" else low
    if not isinstance(value.amount, int | float):
        return None
    if value.what == "level" and key != "level":
        return low + round((high - low) * min(value.amount, 3) / 3)
    return round(value.amount) if key != "temperature" else value.amount


def _mode(entity: Entity, mode: str) -> Step | Refusal:
    if mode == "quiet" and entity.kind == "tv":
        return Step(entity, {"volume": 0}, "volume")
    if mode not in entity.limits.get("mode", []):
        return Refusal("unfit", entity.title)
    return Step(entity, {"state": "on", "mode": mode}, "mode")
