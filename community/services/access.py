"""Doors of the community, opened from afar for those who live behind them; each opening is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from community.apis.doors import DoorApi, LocalDoors
from community.context import Context
from community.errors import NotAllowed, NotFound, TooMany
from community.labels import group, label
from community.registers import Register
from community.services.own_home import own_home
from community.store import doors
from community.store.doors import Door, Opening
from community.store.identities import Home, Party
from community.times import SHANGHAI, local
from language.clean import fold
from language.corrections import is_denied
from language.homophones import best_match
from language.numerals import NUMBER, parse_number

_BUILDING = re.compile(rf"(?P<number>{NUMBER})(?:号楼|[栋幢座])")
_UNIT = re.compile(rf"(?P<number>{NUMBER})单[元圆园员]")
_COLUMNS = ("number", "when", "door", "home", "state")


@cache
def rules() -> dict[str, Any]:
    """How often a door is opened, from which channels none is, and the guard's telephone."""
    text = resources.files("community.services").joinpath("access.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def controller(ctx: Context) -> DoorApi:
    """The system that opens the doors."""
    return LocalDoors(ctx.db)


def is_shared(account: Party) -> bool:
    """Whether anybody in the room may be speaking, so that the account proves nothing."""
    return account.channel in rules()["shared_channels"]


async def mine(ctx: Context, account: Party) -> list[Door]:
    """The doors that the account's home uses, its own unit's first. Raises NotBound, NotAllowed."""
    home = await own_home(ctx, account, "doors")
    async with ctx.db.read() as conn:
        return await doors.of_home(conn, home.building, home.unit)


async def find(ctx: Context, account: Party, said: str, words: str) -> Door:
    """The door that is meant; without a name, the one of the home's own unit.

    `said`: the door as it was named, "" when it was not; `words`: the whole sentence. Raises
    NotBound, NotAllowed, and NotFound for a door that is not the home's or not there at all.
    """
    home = await own_home(ctx, account, "doors")
    have = await mine(ctx, account)
    if _is_elsewhere(words, home):
        raise NotFound("another building's door")
    named = list(_named(fold(words), have))
    if named:
        return max(named, key=lambda pair: pair[0])[1]
    if not said or _BUILDING.search(fold(said)) or _UNIT.search(fold(said)):
        units = [one for one in have if one.kind == "unit"]
        if units:
            return units[0]
        raise NotFound("no door of this unit")
    by_word = {word: one for one in have for word in (one.name, *one.words)}
    near = best_match(said, by_word)
    if near is None:
        raise NotFound("no such door")
    return by_word[near.name]


def _named(said: str, have: list[Door]) -> Iterator[tuple[int, Door]]:
    """The doors that are named and not denied, each with the length of its name."""
    for one in have:
        for word in (one.name, *one.words):
            at = said.find(word)
            if at >= 0 and not is_denied(said, at, at + len(word)):
                yield len(word), one


def _is_elsewhere(words: str, home: Home) -> bool:
    """Whether another building or unit was named."""
    said = fold(words)
    building, unit = _BUILDING.search(said), _UNIT.search(said)
    return (building is not None and parse_number(building["number"]) != home.building) or (
        unit is not None and parse_number(unit["number"]) != home.unit
    )


async def open_door(ctx: Context, account: Party, door_id: str, *, turn_id: str) -> Opening:
    """Open one of the home's doors, once per turn, and keep who did so and when.

    The opening's state says whether the door answered. Raises NotBound, NotAllowed for a guardian
    without the grant and on a channel that all in the room share, NotFound for a door that is not
    the home's, TooMany past the limit, Unavailable.
    """
    if is_shared(account):
        raise NotAllowed("anybody may be speaking")
    home = await own_home(ctx, account, "doors")
    if door_id not in {one.id for one in await mine(ctx, account)}:
        raise NotFound("not a door of this home")
    window = timedelta(minutes=rules()["window_minutes"])
    async with ctx.db.write() as conn:
        before = await doors.of_turn(conn, turn_id)
        if before is not None:
            return before
        since = ctx.clock.now() - window
        if await doors.count(conn, account.identity_id, since) >= rules()["per_window"]:
            raise TooMany("doors", retry_after_s=int(window.total_seconds()))
        asked = await doors.begin(
            conn,
            ctx.clock,
            door_id=door_id,
            room_id=home.room_id,
            identity_id=account.identity_id,
            turn_id=turn_id,
        )
    opened = await controller(ctx).open(door_id)
    async with ctx.db.write() as conn:
        await doors.end(conn, asked.no, "opened" if opened else "failed")
        ended = await doors.of_turn(conn, turn_id)
    assert ended is not None  # noqa: S101 - it was written above
    return ended


async def register(ctx: Context, day: date) -> Register:
    """Every opening of a day (Shanghai): who, when, which."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await doors.between(conn, start, start + timedelta(days=1))
    headings = group("access_column")
    return Register(
        label("access_word", "register"),
        tuple(headings[name] for name in _COLUMNS),
        tuple(
            (str(one.no), f"{local(one.at):%H:%M}", door, home, label("access_state", one.state))
            for one, door, home in found
        ),
    )
