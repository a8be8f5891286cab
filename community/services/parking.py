"""Parking: what a car owes and until when its card holds, renting a space, and plates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources

import yaml
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services.household import own_room
from community.store import parking
from community.store.identities import Party
from community.store.parking import Car, ParkingSpace, Request
from community.times import SHANGHAI, Clock, local

KINDS = frozenset({"rent", "add", "plate", "remove", "return"})
OPEN = frozenset({"reserved", "waiting", "pending"})
"States of a request that is not over"
DAY_MINUTES = 24 * 60
MONTH = timedelta(days=30)
Tell = Callable[[AsyncConnection, Request], Awaitable[None]]


@dataclass(frozen=True)
class Offer:
    """What can be rented now: how many spaces, from how much a month, and how many homes wait."""

    free: int
    from_fen: int
    waiting: int


@cache
def rules() -> dict[str, int]:
    """The tariff in fen and minutes; how many spaces a home rents and how long one is held."""
    text = resources.files("community.services").joinpath("parking.yml").read_text(encoding="utf-8")
    loaded: dict[str, int] = yaml.safe_load(text)
    return loaded


def fee_fen(minutes: int) -> int:
    """What a stay costs: nothing up to the free minutes, then each hour begun, capped each day."""
    tariff = rules()
    if minutes <= tariff["free_minutes"]:
        return 0
    days, rest = divmod(minutes, DAY_MINUTES)
    of_rest = min(-(-rest // 60) * tariff["hour_fen"], tariff["day_cap_fen"])
    return days * tariff["day_cap_fen"] + of_rest


def minutes_inside(ctx: Context, one: Car) -> int | None:
    """How long a car has been inside; None while it is out."""
    if one.entered_at is None:
        return None
    return max(0, int((ctx.clock.now() - one.entered_at).total_seconds() // 60))


def days_left(ctx: Context, until: date) -> int:
    """Days that a card still holds, today not counted; negative once it is over."""
    return (until - local(ctx.clock.now()).date()).days


async def cars(ctx: Context, account: Party, plate: str | None = None) -> list[Car]:
    """The home's cars, or the one with that plate.

    Raises NotBound; NotFound for a plate that is not the home's, whoever's it is.
    """
    if account.home is None:
        raise NotBound("cars belong to a home")
    async with ctx.db.read() as conn:
        found = await parking.cars_of(conn, account.home.room_id)
    if plate is None:
        return found
    named = [one for one in found if one.plate == plate]
    if not named:
        raise NotFound("no such car")
    return named


async def rented(ctx: Context, account: Party) -> list[ParkingSpace]:
    """The spaces that the home rents. Raises NotBound."""
    if account.home is None:
        raise NotBound("spaces belong to a home")
    async with ctx.db.read() as conn:
        return await parking.spaces_of(conn, account.home.room_id)


async def offer(ctx: Context) -> Offer:
    """What can be rented now."""
    async with ctx.db.read() as conn:
        free = await parking.free_spaces(conn)
        waiting = [one for one in await parking.every_open(conn) if one.state == "waiting"]
    return Offer(len(free), free[0].monthly_fen if free else 0, len(waiting))


async def request(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    kind: str,
    plate: str | None = None,
    old_plate: str | None = None,
    space_code: str | None = None,
    tell: Tell | None = None,
) -> Request:
    """Ask for a space (held for some days, or a place in line) or for a change (the desk checks it).

    Once per turn, and a change once while it is open, whoever of the home asks again. Raises
    NotBound, NotAllowed for a guardian, BadInput for what is missing, NotFound for a car or space
    that is not the home's, Conflict when the home has as many spaces as it may, or waits for one
    already. `tell` runs in the transaction.
    """
    home = own_room(account)
    if kind not in KINDS or (kind in {"add", "plate"} and plate is None):
        raise BadInput("kind")
    async with ctx.db.write() as conn:
        made = await parking.of_turn(conn, turn_id)
        if made is None and kind != "rent":
            made = await _asked(conn, home, (kind, plate, old_plate, space_code))
        if made is not None:
            return made
        await _check(conn, home, kind, plate, old_plate, space_code)
        request_id = await parking.create(
            conn, ctx.clock, kind=kind, room_id=home, identity_id=account.identity_id, plate=plate,
            old_plate=old_plate, space_code=space_code, turn_id=turn_id,
            state="waiting" if kind == "rent" else "pending",
        )  # fmt: skip
        first = await parking.first_waiting(conn)
        if first is not None and first.id == request_id:
            await _serve_line(conn, ctx.clock)
        made = await parking.get(conn, request_id)
        if tell is not None:
            await tell(conn, made)
        return made


async def _asked(
    conn: AsyncConnection, home: str, what: tuple[str, str | None, str | None, str | None]
) -> Request | None:
    """The home's open request for the same change."""
    for one in await parking.open_of_room(conn, home):
        if (one.kind, one.plate, one.old_plate, one.space_code) == what:
            return one
    return None


async def _check(
    conn: AsyncConnection,
    home: str,
    kind: str,
    plate: str | None,
    old: str | None,
    code: str | None,
) -> None:
    own = {one.plate for one in await parking.cars_of(conn, home)}
    spaces = await parking.spaces_of(conn, home)
    if kind == "rent":
        asked = [o for o in await parking.open_of_room(conn, home) if o.kind == "rent"]
        if asked or len(spaces) >= rules()["spaces_per_home"]:
            raise Conflict("the home has or awaits its spaces")
    elif (kind == "plate" and old not in own) or (kind == "remove" and plate not in own):
        raise NotFound("no such car")
    elif kind == "return" and code not in {one.code for one in spaces}:
        raise NotFound("no such space")
    if kind in {"add", "plate"} and plate in own:
        raise Conflict("the plate is the home's already")


async def _serve_line(conn: AsyncConnection, clock: Clock) -> list[Request]:
    """Give what is free to whoever is first; returns the requests that a space is held for now."""
    served = []
    while (first := await parking.first_waiting(conn)) is not None:
        code = await parking.hold(conn, first.id)
        if code is None:
            break
        until = clock.now() + timedelta(days=rules()["hold_days"])
        await parking.change(conn, first.id, state="reserved", space_code=code, held_until=until)
        served.append(await parking.get(conn, first.id))
    return served


async def turn_over(conn: AsyncConnection, clock: Clock) -> tuple[list[Request], list[Request]]:
    """What was held too long goes on to the next in line: (requests that ended, served)."""
    ended = await parking.overdue(conn, clock.now())
    for one in ended:
        await parking.let_go(conn, one.id)
        await parking.change(conn, one.id, state="cancelled")
    return ended, await _serve_line(conn, clock)


async def mine(ctx: Context, account: Party) -> list[tuple[Request, int]]:
    """The home's open requests, each with its place in line (0 when it is in none).

    Raises NotBound.
    """
    if account.home is None:
        raise NotBound("parking belongs to a home")
    async with ctx.db.read() as conn:
        found = await parking.open_of_room(conn, account.home.room_id)
        return [
            (one, await parking.place_in_line(conn, one.no) if one.state == "waiting" else 0)
            for one in found
        ]


async def cancel(ctx: Context, account: Party, no: int, *, tell: Tell | None = None) -> Request:
    """Take a request back, once; a space held for it is free for `turn_over` to give on.

    Raises NotBound, NotAllowed for a guardian, NotFound when it is not the home's, or was settled.
    `tell` runs in the transaction.
    """
    home = own_room(account)
    async with ctx.db.write() as conn:
        found = await parking.by_no(conn, no)
        if found is None or found.room_id != home or found.state not in OPEN | {"cancelled"}:
            raise NotFound("no such request")
        if found.state in OPEN:
            await parking.let_go(conn, found.id)
            await parking.change(conn, found.id, state="cancelled")
            if tell is not None:
                await tell(conn, found)
        return await parking.get(conn, found.id)


async def waiting_for_staff(ctx: Context) -> list[Request]:
    """Open requests that staff carry out or refuse, oldest first; those in line wait for a space."""
    async with ctx.db.read() as conn:
        return [one for one in await parking.every_open(conn) if one.state != "waiting"]


async def taken_plates(ctx: Context, requests: list[Request]) -> set[int]:
    """Numbers of the requests that cannot be carried out: another home has the plate."""
    wanted = {one.no: one for one in requests if one.kind in {"rent", "add", "plate"} and one.plate}
    async with ctx.db.read() as conn:
        has = await parking.homes_of(conn, {str(one.plate) for one in wanted.values()})
    return {no for no, one in wanted.items() if has.get(str(one.plate), one.room_id) != one.room_id}


async def settle(ctx: Context, no: int, *, done: bool, tell: Tell | None = None) -> Request:
    """Staff's word on a request: it was carried out, which changes the books, or refused.

    A rented space is paid for a month. Raises NotFound for a request that is not open or, of one
    that waits for a space or whose car or space the home has no more, cannot be carried out;
    Conflict for a plate that another home has. `tell` runs in the transaction.
    """
    async with ctx.db.write() as conn:
        found = await parking.by_no(conn, no)
        if found is None or found.state not in ({"reserved", "pending"} if done else OPEN):
            raise NotFound("no such request")
        if done:
            await _carry_out(conn, found, local(ctx.clock.now()).date())
        await parking.let_go(conn, found.id)
        await parking.change(conn, found.id, state="done" if done else "refused")
        settled = await parking.get(conn, found.id)
        if tell is not None:
            await tell(conn, settled)
        return settled


async def _carry_out(conn: AsyncConnection, one: Request, today: date) -> None:
    match one.kind:
        case "rent":
            await parking.let(conn, str(one.space_code), one.room_id, today + MONTH)
        case "return":
            if not await parking.end_let(conn, str(one.space_code), one.room_id):
                raise NotFound("the home has the space no more")
    try:
        match one.kind:
            case "rent" | "add" if one.plate:
                own = {each.plate for each in await parking.cars_of(conn, one.room_id)}
                if one.plate not in own:
                    await parking.put_car(conn, one.room_id, None, one.plate)
            case "plate":
                if not await parking.put_car(conn, one.room_id, one.old_plate, str(one.plate)):
                    raise NotFound("the home has the car no more")
            case "remove":
                await parking.drop_car(conn, one.room_id, str(one.plate))
    except IntegrityError as taken:
        raise Conflict("another home has the plate") from taken


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the home's requests that are not over."""
    if account.home is None:
        return []
    return [
        (str(one.no), label("parking_kind", one.kind), label("parking_state", one.state))
        for one, _ in await mine(ctx, account)
    ]


async def register(ctx: Context, day: date) -> Register:
    """What homes had asked of the parking desk by the end of a day and is still open."""
    end = datetime.combine(day, time(), SHANGHAI) + timedelta(days=1)
    async with ctx.db.read() as conn:
        found = [one for one in await parking.every_open(conn) if one.created_at < end]
    head = ("number", "parking_kind", "home", "plate", "parking_old", "parking_space", "state")
    rows = tuple(
        (
            str(one.no), label("parking_kind", one.kind), one.home, one.plate or "",
            one.old_plate or "", one.space_code or "", label("parking_state", one.state),
        )
        for one in found
    )  # fmt: skip
    columns = tuple(label("estate_column", one) for one in head)
    return Register(label("estate_register", "parking"), columns, rows)
