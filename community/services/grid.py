"""The grid: whose it is at a home, who stands in, and disorder that is reported to its worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from community.context import Also, Context, nothing_more
from community.errors import NotFound
from community.labels import label
from community.registers import Register
from community.services import matter
from community.services.public import first_fit, table
from community.store import grids
from community.store.grids import WHOLE, Grid, Worker
from community.store.identities import Party
from community.store.tickets import Ticket
from community.times import date_words
from language import addresses


@dataclass(frozen=True)
class Duty:
    """Who is there for a grid now. `away`: the worker, while the substitute stands in.

    `worker`: None while both are away, or the substitute is missing.
    """

    grid: Grid
    worker: Worker | None
    away: Worker | None


def duty(ctx: Context, one: Grid) -> Duty:
    """The worker, the substitute while the worker is away, or nobody while both are."""
    now = ctx.clock.now()
    if not _is_away(one.worker, now):
        return Duty(one, one.worker, None)
    stands_in = one.substitute if one.substitute and not _is_away(one.substitute, now) else None
    return Duty(one, stands_in, one.worker)


def _is_away(one: Worker, now: datetime) -> bool:
    return one.away_until is not None and one.away_until > now


async def every(ctx: Context) -> list[Duty]:
    async with ctx.db.read() as conn:
        return [duty(ctx, one) for one in await grids.every(conn)]


async def of_words(ctx: Context, account: Party, words: str) -> list[Duty]:
    """Of the building that is named, else of the resident's own; all of them without either."""
    found = await every(ctx)
    said = addresses.final_room(words)
    if said is not None and said.building is not None:
        return [one for one in found if _covers(one.grid, said.building, said.unit)]
    if account.home is not None:
        own = [one for one in found if _covers(one.grid, account.home.building, account.home.unit)]
        return own or found
    return found


def _covers(one: Grid, building: int, unit: int | None) -> bool:
    return any(
        house == building and (unit is None or part in {WHOLE, unit}) for house, part in one.areas
    )


def area_words(one: Grid) -> str:
    """1号楼、3号楼2单元."""
    return "、".join(
        addresses.Room(building, None if unit == WHOLE else unit).label
        for building, unit in one.areas
    )


def category_of(words: str) -> str:
    """Which disorder it is; `other` when the words name none."""
    return first_fit("grid", "categories", words) or "other"


def urgency_of(category: str) -> str:
    level: str = table("grid")["urgency"].get(category, "normal")
    return level


def hours_of(category: str) -> int:
    """Within how many hours somebody goes and looks."""
    hours: int = table("grid")["hours"][urgency_of(category)]
    return hours


async def report(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    words: str,
    place: str | None,
    anonymous: bool,
    photos: Sequence[str] = (),
) -> Ticket:
    """File a disorder for the grid of its place, else of the resident's home."""
    category = category_of(words)
    found = await of_words(ctx, account, place or words)
    grid_id = found[0].grid.id if len(found) == 1 else None
    async with ctx.db.write() as conn:
        return await matter.create(
            conn, ctx, account, kind="grid", turn_id=turn_id, words=words, place=place,
            category=category, urgency=urgency_of(category), anonymous=anonymous,
            due_at=ctx.clock.now() + timedelta(hours=hours_of(category)), photos=photos,
            grid_id=grid_id,
        )  # fmt: skip


async def put_away(
    ctx: Context, staff_id: str, until: datetime | None, *, also: Also = nothing_more
) -> None:
    """Somebody is away until then, or is back. Raises NotFound for one who works in no grid."""
    async with ctx.db.write() as conn:
        if not await grids.put_away(conn, staff_id, until):
            raise NotFound("works in no grid")
        await also(conn)


async def register(ctx: Context, day: date) -> Register:
    """Who is there for which houses; the same on every day."""
    rows = tuple(
        (
            one.grid.name, area_words(one.grid), one.grid.worker.name, one.grid.worker.hours,
            one.grid.worker.phone, one.grid.substitute.name if one.grid.substitute else "",
            date_words(one.away.away_until) if one.away and one.away.away_until else "",
        )
        for one in await every(ctx)
    )  # fmt: skip
    columns = tuple(
        label("public_column", one)
        for one in ("grid", "area", "worker", "hours", "phone", "substitute", "away")
    )
    return Register(label("public_register", "grid"), columns, rows)
