"""Release slips: an owner's household has one at once, anybody else's waits for the property desk."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services.household import own_room
from community.store import releases, rooms
from community.store.identities import Party
from community.store.releases import Slip
from community.times import SHANGHAI, local, window_words

EARLY = timedelta(minutes=30)
"A van may come this much before the time that was said"
Window = tuple[datetime, datetime]
FARTHEST = timedelta(days=366)
"Later than any slip may be for"
Tell = Callable[[AsyncConnection, Slip], Awaitable[None]]


@cache
def rules() -> dict[str, int]:
    """`opens`, `closes`: hours of the day; how long a slip holds and how far ahead it is made."""
    text = resources.files("community.services").joinpath("release.yml").read_text(encoding="utf-8")
    loaded: dict[str, int] = yaml.safe_load(text)
    return loaded


def fitted(ctx: Context, start: datetime, end: datetime) -> Window | str:
    """The time at which things may be carried, or what is wrong: past, night, too_long, too_far.

    A point in time becomes some hours; a day is cut to the hours in which carrying is allowed.
    """
    first, last = local(start), local(end)
    if last <= first:
        first, last = first - EARLY, first + timedelta(hours=rules()["hours_at_a_point"])
    first = max(first, _hour(first, rules()["opens"]))
    ends_on = last - timedelta(microseconds=1)
    last = min(last, _hour(ends_on, rules()["closes"]))
    now = ctx.clock.now()
    if max(end, start) < now:
        return "past"
    if local(start) >= _hour(start, rules()["closes"]) or last <= max(first, now):
        return "night"
    if last - first > timedelta(days=rules()["days_at_most"]):
        return "too_long"
    return "too_far" if first > now + timedelta(days=rules()["ahead_days"]) else (first, last)


def _hour(day: datetime, hour: int) -> datetime:
    return local(day).replace(hour=hour, minute=0, second=0, microsecond=0)


async def is_direct(ctx: Context, account: Party) -> bool:
    """Whether the slip holds without anybody's word: the owner's, or of the owner's own family.

    A home with a tenant is not its owner's own; whoever is only known by the household's code may
    be anybody in it.
    """
    if account.home is None or account.role not in {"owner", "member"}:
        return False
    if account.role == "owner":
        return True
    async with ctx.db.read() as conn:
        people = await rooms.residents_of(conn, account.home.room_id)
    roles = {person.role for person in people}
    return "owner" in roles and "tenant" not in roles


async def request(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    items: str,
    window: Window,
    plate: str | None = None,
    tell: Tell | None = None,
) -> Slip:
    """Make a slip, approved or pending (`is_direct`), once per turn; `tell` runs in the transaction.

    Raises NotBound, NotAllowed for a guardian, BadInput for no items or a time that does not fit.
    """
    home = own_room(account)
    fits = fitted(ctx, *window)
    if isinstance(fits, str) or not items.strip():
        raise BadInput(fits if isinstance(fits, str) else "items")
    state = "approved" if await is_direct(ctx, account) else "pending"
    async with ctx.db.write() as conn:
        made = await releases.create(
            conn, ctx.clock, turn_id=turn_id, room_id=home, identity_id=account.identity_id,
            items=items.strip(), plate=plate, starts_at=fits[0], ends_at=fits[1],
            code=f"{secrets.randbelow(1_000_000):06d}", state=state,
        )  # fmt: skip
        if tell is not None:
            await tell(conn, made)
        return made


async def mine(ctx: Context, account: Party) -> list[Slip]:
    """The home's slips that are not over, soonest first. Raises NotBound."""
    if account.home is None:
        raise NotBound("a slip belongs to a home")
    async with ctx.db.read() as conn:
        return await releases.of_room(conn, account.home.room_id, ctx.clock.now())


async def cancel(ctx: Context, account: Party, no: int) -> Slip:
    """Take a slip back, once.

    Raises NotBound, NotAllowed for a guardian, NotFound when it is not the home's, Conflict when it
    was refused.
    """
    home = own_room(account)
    async with ctx.db.write() as conn:
        found = await releases.by_no(conn, no)
        if found is None or found.room_id != home:
            raise NotFound("no such slip")
        taken_back = found.state == "cancelled" or await releases.move(
            conn, no, "cancelled", out_of=("pending", "approved")
        )
        if not taken_back:
            raise Conflict("the slip was refused")
    return found


async def pending(ctx: Context) -> list[Slip]:
    """What waits for staff's word, soonest first."""
    async with ctx.db.read() as conn:
        found = await releases.between(conn, ctx.clock.now(), ctx.clock.now() + FARTHEST)
    return [one for one in found if one.state == "pending"]


async def decide(ctx: Context, no: int, *, allowed: bool, tell: Tell | None = None) -> Slip:
    """Staff's word on a pending slip; `tell` runs in the transaction.

    Raises NotFound, Conflict when it is not pending.
    """
    state = "approved" if allowed else "refused"
    async with ctx.db.write() as conn:
        if await releases.by_no(conn, no) is None:
            raise NotFound("no such slip")
        if not await releases.move(conn, no, state, out_of=("pending",)):
            raise Conflict("it is decided")
        found = await releases.by_no(conn, no)
        assert found is not None  # noqa: S101 - it was moved just now
        if tell is not None:
            await tell(conn, found)
    return found


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the home's slips that are not over."""
    if account.home is None:
        return []
    return [
        (str(one.no), f"{label('form', 'release')} {one.items[:20]}",
         label("release_state", one.state))
        for one in await mine(ctx, account)
    ]  # fmt: skip


async def register(ctx: Context, day: date) -> Register:
    """What may leave the gate on one day; a code that does not hold yet is not shown."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await releases.between(conn, start, start + timedelta(days=1))
    head = ("release_when", "home", "items", "plate", "release_code", "state", "number")
    rows = tuple(
        (
            window_words(one.starts_at, one.ends_at), one.home, one.items, one.plate or "",
            one.code if one.state == "approved" else "", label("release_state", one.state),
            str(one.no),
        )
        for one in found
    )  # fmt: skip
    columns = tuple(label("estate_column", one) for one in head)
    return Register(label("estate_register", "release"), columns, rows)
