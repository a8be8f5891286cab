"""Things of a home: changed by words, and told only as they were read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from community.apis.home import Entity, HomeApi, VirtualHome
from community.context import Context
from community.errors import NotFound
from community.services import scenes
from community.services.device_plan import Plan, Step, plan, which
from community.services.own_home import own_home
from community.store import devices
from community.store.devices import Act
from community.store.identities import Party
from language.device_commands import Command

MOMENT = timedelta(minutes=10)
"For so long 再亮一点 means what was changed last, and it can be undone"
STALE = timedelta(minutes=30)
"A reading older than this is told with its age"
_ONE_WAY = frozenset({"gas", "lock"})
"Kinds that are never opened again, not even to undo"


@dataclass(frozen=True)
class Result:
    """What a step came to. `outcome`: done, already, offline or failed.

    `did` is the step's code and `amount` what was set, as text; "" where nothing is counted.
    """

    entity_id: str
    title: str
    kind: str
    did: str
    amount: str
    outcome: str


@dataclass(frozen=True)
class Report:
    """What a sentence came to; with a question in the plan nothing was done."""

    plan: Plan
    results: list[Result]


def homes(ctx: Context) -> HomeApi:
    """The system that the homes' things are kept in."""
    return VirtualHome(ctx.db, ctx.clock)


async def entities(ctx: Context, account: Party) -> list[Entity]:
    """The things of the account's home. Raises NotBound, NotAllowed."""
    return await homes(ctx).entities((await own_home(ctx, account, "devices")).room_id)


async def look(ctx: Context, account: Party, commands: Sequence[Command]) -> Plan:
    """What the commands would come to. Raises NotBound, NotAllowed."""
    found = await entities(ctx, account)
    act = await recent(ctx, account)
    last = [step["entity"] for step in act.steps] if act else []
    return plan(found, commands, last)


async def control(
    ctx: Context, account: Party, commands: Sequence[Command], *, turn_id: str
) -> Report:
    """Carry the commands out, once per turn, and read back what became of each thing.

    Raises NotBound, NotAllowed, Unavailable.
    """
    made = await look(ctx, account, commands)
    if made.question is not None and await _of_turn(ctx, turn_id) is None:
        return Report(made, [])
    return Report(made, await _carry_out(ctx, account, made.steps, turn_id))


async def run_scene(ctx: Context, account: Party, scene: str, *, turn_id: str) -> list[Result]:
    """Bring the home to a scene. Raises NotBound, NotAllowed, Unavailable."""
    steps = scenes.steps(scene, await entities(ctx, account))
    return await _carry_out(ctx, account, steps, turn_id)


async def _of_turn(ctx: Context, turn_id: str) -> Act | None:
    async with ctx.db.read() as conn:
        return await devices.of_turn(conn, turn_id)


async def _carry_out(
    ctx: Context, account: Party, steps: Sequence[Step], turn_id: str
) -> list[Result]:
    home = await own_home(ctx, account, "devices")
    rows = _rows(steps)
    if not rows and await _of_turn(ctx, turn_id) is None:
        return []
    async with ctx.db.write() as conn:
        act = await devices.begin(
            conn,
            ctx.clock,
            turn_id=turn_id,
            room_id=home.room_id,
            identity_id=account.identity_id,
            steps=rows,
        )
    if act.identity_id != account.identity_id or act.room_id != home.room_id:
        raise NotFound("another household's turn")
    if act.results is not None:
        return [Result(**one) for one in act.results]
    results = await _apply(homes(ctx), home.room_id, act.steps)
    async with ctx.db.write() as conn:
        await devices.end(conn, act.id, [asdict(one) for one in results])
    return results


def _rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {"entity": one.entity.id, "wanted": one.wanted, "before": one.entity.state, "did": one.did}
        for one in steps
    ]


async def _apply(api: HomeApi, room_id: str, steps: Sequence[dict[str, Any]]) -> list[Result]:
    have = {one.id: one for one in await api.entities(room_id)}
    return [
        await _apply_one(api, room_id, have[one["entity"]], one)
        for one in steps
        if one["entity"] in have
    ]


async def _apply_one(api: HomeApi, room_id: str, entity: Entity, step: dict[str, Any]) -> Result:
    """Ask, read back, and believe only what was read."""
    wanted, outcome = step["wanted"], "done"
    if not entity.is_online:
        outcome = "offline"
    elif wanted and _is_as(entity, wanted):
        outcome = "already"
    else:
        await api.ask(room_id, entity.id, wanted)
        after = await api.settled(room_id, entity.id, wanted)
        if after is None or not after.is_online:
            outcome = "offline"
        elif not _is_as(after, wanted):
            outcome = "failed"
    amount = str(wanted.get(step["did"], ""))
    return Result(entity.id, entity.title, entity.kind, step["did"], amount, outcome)


def _is_as(entity: Entity, wanted: dict[str, Any]) -> bool:
    return all(entity.state.get(key) == value for key, value in wanted.items())


async def recent(ctx: Context, account: Party, within: timedelta = MOMENT) -> Act | None:
    """What the account did last at its home, if it still stands; None for one without a home."""
    if account.home is None:
        return None
    since: datetime = ctx.clock.now() - within
    async with ctx.db.read() as conn:
        act = await devices.last(conn, account.identity_id, account.home.room_id, since)
    return None if act is None or act.undone else act


async def undo(
    ctx: Context, account: Party, *, turn_id: str, within: timedelta = MOMENT
) -> list[Result]:
    """Put back what the account changed last; what is never opened stays closed.

    Empty when there is nothing to undo. Raises NotBound, NotAllowed, Unavailable.
    """
    home = await own_home(ctx, account, "devices")
    if await _of_turn(ctx, turn_id) is not None:
        return await _carry_out(ctx, account, [], turn_id)
    act = await recent(ctx, account, within)
    if act is None:
        return []
    have = {one.id: one for one in await homes(ctx).entities(home.room_id)}
    changed = {one["entity_id"] for one in act.results or [] if one["outcome"] == "done"}
    back = [
        Step(have[one["entity"]], one["before"], "restored")
        for one in act.steps
        if one["entity"] in changed & have.keys() and have[one["entity"]].kind not in _ONE_WAY
    ]
    async with ctx.db.write() as conn:  # taken back and begun together: a crash loses neither
        if not await devices.take_back(conn, act.id):
            return []
        await devices.begin(
            conn, ctx.clock, turn_id=turn_id, room_id=home.room_id,
            identity_id=account.identity_id, steps=_rows(back), undone=True,
        )  # fmt: skip
    return await _carry_out(ctx, account, [], turn_id)


async def states(
    ctx: Context, account: Party, commands: Sequence[Command]
) -> tuple[list[Entity], list[str]]:
    """The things that are asked about, and what was named and is not there.

    Without a name all that can be left on are told, those that are on. Raises NotBound, NotAllowed.
    """
    have = await entities(ctx, account)
    found: list[Entity] = []
    absent: list[str] = []
    for command in commands:
        if command.kind is None:
            found += left_on([e for e in have if not command.areas or e.area in command.areas])
            continue
        asked = Command(command.kind, command.word, command.is_named, command.areas, every=True)
        meant = which(have, asked, ())
        if isinstance(meant, list):
            found += meant
        else:
            absent.append("".join(command.areas[:1]) + (command.word or ""))
    return _once(found), absent


def _once(found: Sequence[Entity]) -> list[Entity]:
    return list({one.id: one for one in found}.values())


def left_on(have: Sequence[Entity]) -> list[Entity]:
    """What was left on, open or unlocked."""
    risky = ("light", "climate", "tv", "fan", "heater", "gas", "lock", "window")
    return [
        one
        for one in have
        if one.kind in risky and one.state["state"] in {"on", "open", "unlocked"}
    ]


def age(ctx: Context, one: Entity) -> timedelta | None:
    """How old a reading is; None while it is fresh."""
    old = ctx.clock.now() - one.seen_at
    return old if old > STALE else None
