"""Borrowing rooms and courts: what is free, for how long a home may have it, and giving it back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources

import yaml

from community.context import Context
from community.errors import BadInput, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services.household import own_room
from community.store import spaces
from community.store.identities import Party
from community.store.spaces import HOUR, Booking, Space
from community.times import SHANGHAI, local, window_words
from language.clean import fold

Stretch = tuple[datetime, datetime]


@cache
def rules() -> dict[str, int]:
    """Limits: `ahead_days`, `hours_at_most` of one booking, `hours_per_week` of one home."""
    text = resources.files("community.services").joinpath("space.yml").read_text(encoding="utf-8")
    loaded: dict[str, int] = yaml.safe_load(text)
    return loaded


async def every(ctx: Context) -> list[Space]:
    """All spaces, those of most people first."""
    async with ctx.db.read() as conn:
        return await spaces.every(conn)


def named(words: str, among: list[Space]) -> Space | None:
    """The space that the words name, or the one for what they want to do; the longest name wins."""
    said = fold(words)
    found = [(len(word), one) for one in among for word in [one.name, *one.words] if word in said]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def whole_hours(start: datetime, end: datetime) -> Stretch:
    """The hours that a time touches; a point in time takes one."""
    first = start.replace(minute=0, second=0, microsecond=0)
    last = end.replace(minute=0, second=0, microsecond=0)
    last += HOUR if last < end else timedelta(0)
    return first, max(last, first + HOUR)


async def openings(ctx: Context, where: Space, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches to come within a time, as far ahead as one may book, that one unit is free for.

    Each can be booked as it stands; two of them may overlap.
    """
    start, end = local(max(start, ctx.clock.now())), local(min(end, horizon(ctx)))
    hour = start.replace(minute=0, second=0, microsecond=0)
    hour += HOUR if hour < start else timedelta(0)
    async with ctx.db.read() as conn:
        given = await spaces.taken(conn, where.id, hour, max(hour, end))
    found: set[Stretch] = set()
    for unit in range(1, where.units + 1):
        found |= set(_free(where, hour, end, {at for at, busy in given.items() if unit in busy}))
    return sorted(one for one in found if not any(_lies_in(one, other) for other in found))


def _free(where: Space, first: datetime, end: datetime, taken: set[datetime]) -> list[Stretch]:
    """The stretches of open hours that are not among those `taken`."""
    found: list[Stretch] = []
    hour = first
    while hour < end:
        free = where.opens <= hour.hour < where.closes and hour not in taken
        if free and found and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + HOUR)
        elif free:
            found.append((hour, hour + HOUR))
        hour += HOUR
    return found


def _lies_in(one: Stretch, other: Stretch) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]


def horizon(ctx: Context) -> datetime:
    """The midnight after the last day that may be booked."""
    day = local(ctx.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=rules()["ahead_days"] + 1)


async def problem(
    ctx: Context, account: Party, where: Space, start: datetime, end: datetime, moved: int = 0
) -> str | None:
    """Why these hours cannot be booked: past, too_far, closed, too_long, too_many, taken; or None.

    `moved`: number of the booking that these hours take the place of. Raises NotBound.
    """
    if account.home is None:
        raise NotBound("a booking belongs to a home")
    async with ctx.db.read() as conn:
        own = await spaces.of_room(conn, account.home.room_id)
        given = await spaces.taken(conn, where.id, start, end)
    left = [one for one in own if one.no == moved and one.name == where.name]
    for hour, units in given.items():
        units -= {one.unit for one in left if one.starts_at <= hour < one.ends_at}
    against = _against_the_rules(ctx, own, where, start, end, moved)
    is_full = len(set().union(*given.values())) >= where.units
    return against or ("taken" if is_full else None)


def _against_the_rules(
    ctx: Context, own: list[Booking], where: Space, start: datetime, end: datetime, moved: int
) -> str | None:
    """Why nobody, or not this home with its `own` bookings, may have these hours."""
    first, last = local(start), local(end)
    midnight = first.replace(hour=0, minute=0)
    if start < ctx.clock.now().replace(minute=0, second=0, microsecond=0):
        return "past"
    if last > horizon(ctx):
        return "too_far"
    if first < midnight + where.opens * HOUR or last > midnight + where.closes * HOUR:
        return "closed"
    if end - start > rules()["hours_at_most"] * HOUR:
        return "too_long"
    return "too_many" if end - start > _left_in_week(own, start, moved) * HOUR else None


def _left_in_week(own: list[Booking], moment: datetime, moved: int) -> int:
    midnight = local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    week = [
        one.ends_at - one.starts_at
        for one in own
        if one.no != moved and monday <= one.starts_at < monday + timedelta(days=7)
    ]
    return max(0, rules()["hours_per_week"] - int(sum(week, timedelta(0)) / HOUR))


async def hours_left(ctx: Context, account: Party, moment: datetime, moved: int = 0) -> int:
    """What the home may still book in the week of a moment. Raises NotBound."""
    if account.home is None:
        raise NotBound("a booking belongs to a home")
    async with ctx.db.read() as conn:
        return _left_in_week(await spaces.of_room(conn, account.home.room_id), moment, moved)


async def book(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    name: str,
    start: datetime,
    end: datetime,
    moved: int | None = None,
) -> Booking:
    """Book whole hours of a space for the account's home, once per turn.

    With `moved`, that booking of the home's is given back in the same step. Raises NotBound,
    NotAllowed for a guardian, NotFound for a space or a booking that is not there, BadInput for
    hours against the rules, and Conflict when somebody else has them.
    """
    home = own_room(account)
    where = next((one for one in await every(ctx) if one.name == name), None)
    if where is None:
        raise NotFound("no such space")
    async with ctx.db.write() as conn:
        made = await spaces.of_turn(conn, turn_id)
        if made is not None:
            return made
        own = await spaces.of_room(conn, home)
        refused = _against_the_rules(ctx, own, where, start, end, moved or 0)
        if refused is not None:
            raise BadInput(refused)
        if moved is not None:
            given_back = next((one for one in own if one.no == moved), None)
            if given_back is None or given_back.ends_at <= ctx.clock.now():
                raise NotFound("no such booking")
            await spaces.cancel(conn, given_back.id)
        return await spaces.book(
            conn, ctx.clock, where, starts_at=start, ends_at=end, turn_id=turn_id, room_id=home,
            identity_id=account.identity_id, price_fen=where.price_fen * int((end - start) / HOUR),
        )  # fmt: skip


async def mine(ctx: Context, account: Party) -> list[Booking]:
    """The home's bookings that are not over, soonest first. Raises NotBound."""
    if account.home is None:
        raise NotBound("a booking belongs to a home")
    async with ctx.db.read() as conn:
        found = await spaces.of_room(conn, account.home.room_id)
    return [one for one in found if one.ends_at > ctx.clock.now()]


async def cancel(ctx: Context, account: Party, no: int) -> Booking:
    """Give a booking back, once; what is over was used and stays.

    Raises NotBound, NotAllowed for a guardian; NotFound when it is not the home's or is over.
    """
    home = own_room(account)
    async with ctx.db.write() as conn:
        found = await spaces.by_no(conn, no)
        if found is None or found.room_id != home or found.ends_at <= ctx.clock.now():
            raise NotFound("no such booking")
        await spaces.cancel(conn, found.id)
    return found


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the home's bookings to come."""
    if account.home is None:
        return []
    return [
        (str(one.no), f"{one.name} {window_words(one.starts_at, one.ends_at)}",
         label("space_state", one.state))
        for one in await mine(ctx, account)
    ]  # fmt: skip


async def register(ctx: Context, day: date) -> Register:
    """Who has which room on one day."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await spaces.between(conn, start, start + timedelta(days=1))
    head = ("space_when", "space_name", "space_unit", "home", "number")
    rows = tuple(
        (window_words(one.starts_at, one.ends_at), one.name, str(one.unit), one.home, str(one.no))
        for one in found
    )
    return Register(
        label("estate_register", "space"), tuple(label("estate_column", one) for one in head), rows
    )
