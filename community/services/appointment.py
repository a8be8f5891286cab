"""Appointments: one seat for one person, never sold twice; moved and given back in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Code, Conflict, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services import seats as opening
from community.services.kin import SELF, kin_word
from community.store import appointments, rooms, seats
from community.store.appointments import Appointment
from community.store.identities import Party
from community.store.seats import Bookable
from community.times import SHANGHAI, local, window_words

NOTICE = timedelta(hours=1)
"An appointment is moved or cancelled at least this long before it begins"
STANDS = ("booked", "checked_in", "serving")
MOVES = {
    "booked": {"checked_in", "no_show"},
    "checked_in": {"serving", "no_show"},
    "serving": {"done"},
}
"What staff may do, by state"


@dataclass(frozen=True)
class Person:
    """Whom an appointment is for. `key`: the same for the same person, whoever books."""

    word: str
    key: str
    resident_id: str | None


def _home(account: Party) -> str:
    if account.home is None:
        raise NotBound("an appointment belongs to a home")
    return account.home.room_id


async def whom(ctx: Context, account: Party, said: str) -> Person:
    """The person that `said` means: a code of `kin`, or a name of the household. Raises NotBound."""
    room_id = _home(account)
    if said == SELF:
        key = account.resident_id or account.identity_id
        return Person(account.name or kin_word(SELF), key, account.resident_id)
    async with ctx.db.read() as conn:
        household = await rooms.residents_of(conn, room_id)
    for one in household:
        if one.name == said:
            return Person(one.name, one.id, one.id)
    return Person(kin_word(said), f"{room_id}:{said}", None)


async def problem(
    ctx: Context, account: Party, what: Bookable, start: datetime, person: Person
) -> str | None:
    """Why this slot cannot be had: past, too_far, closed, full, duplicate; or None. Raises NotBound."""
    room_id = _home(account)
    against = _off_hours(ctx, what, start)
    if against:
        return against
    async with ctx.db.read() as conn:
        if await _is_double(conn, room_id, what, start, person.key):
            return "duplicate"
        left = await seats.left(conn, what.id, start, start + timedelta(minutes=1))
    return "full" if left.get(start, what.capacity) <= 0 else None


def _off_hours(ctx: Context, what: Bookable, start: datetime) -> str | None:
    if start <= ctx.clock.now():
        return "past"
    if start >= opening.horizon(ctx):
        return "too_far"
    running = opening.slot_at(what, start)
    return None if running and running[0] == start else "closed"


async def _is_double(
    conn: AsyncConnection, room_id: str, what: Bookable, start: datetime, key: str
) -> bool:
    """Whether the person has something else in these minutes."""
    end = start + timedelta(minutes=what.minutes)
    standing = await appointments.of_room(conn, room_id, STANDS)
    return any(
        one.person_key == key and one.starts_at < end and start < one.ends_at for one in standing
    )


async def book(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    bookable_id: str,
    start: datetime,
    said: str = SELF,
    item: str = "",
) -> Appointment:
    """Take one seat for one person of the home, once per turn.

    Raises NotBound, NotFound for an unknown service, BadInput for a slot that is past, too far
    ahead or in no opening hours, and Conflict when the slot is full or the person is busy then.
    """
    room_id, person = _home(account), await whom(ctx, account, said)
    async with ctx.db.write() as conn:
        made = await appointments.of_turn(conn, turn_id)
        if made is not None:
            return made
        what = await _what(conn, bookable_id)
        slot_id = await _take(ctx, conn, room_id, what, start, person.key)
        return await appointments.create(
            conn, ctx.clock, turn_id=turn_id, slot_id=slot_id, room_id=room_id,
            identity_id=account.identity_id, resident_id=person.resident_id, person=person.word,
            person_key=person.key, item=item, queue_no=await _turn(conn, what, start),
        )  # fmt: skip


async def _what(conn: AsyncConnection, bookable_id: str) -> Bookable:
    found = next((one for one in await seats.every(conn) if one.id == bookable_id), None)
    if found is None:
        raise NotFound("no such service")
    return found


async def _take(
    ctx: Context, conn: AsyncConnection, room_id: str, what: Bookable, start: datetime, key: str
) -> str:
    against = _off_hours(ctx, what, start)
    if against:
        raise BadInput(against)
    if await _is_double(conn, room_id, what, start, key):
        raise Conflict("the person has an appointment then")
    return await seats.take(conn, what, start, start + timedelta(minutes=what.minutes))


async def _turn(conn: AsyncConnection, what: Bookable, start: datetime) -> int:
    midnight = local(start).replace(hour=0, minute=0, second=0, microsecond=0)
    return await appointments.next_turn(conn, what.id, midnight, midnight + timedelta(days=1))


async def find(ctx: Context, account: Party, no: int) -> Appointment:
    """The home's appointment by its number, in any state. Raises NotBound, NotFound."""
    _home(account)
    async with ctx.db.read() as conn:
        return await _own(conn, account, no)


async def _own(conn: AsyncConnection, account: Party, no: int) -> Appointment:
    one = await appointments.by_no(conn, no)
    if not _sees(account, one):
        raise NotFound("no such appointment")
    return one


def _sees(account: Party, one: Appointment) -> bool:
    """A tenant sees what is the tenant's own; who else is of the home sees what is the home's."""
    if account.home is None or one.room_id != account.home.room_id:
        return False
    own = account.identity_id == one.identity_id or (
        one.resident_id is not None and one.resident_id == account.resident_id
    )
    return own or account.role != "tenant"


async def mine(ctx: Context, account: Party) -> list[Appointment]:
    """What stands and is not over, soonest first. Raises NotBound."""
    room_id = _home(account)
    async with ctx.db.read() as conn:
        found = await appointments.of_room(conn, room_id, STANDS)
    return [one for one in found if _sees(account, one) and one.ends_at > ctx.clock.now()]


async def ahead(ctx: Context, one: Appointment) -> int:
    """How many wait before this one: the same service and day, an earlier slot or an earlier turn."""
    midnight = local(one.starts_at).replace(hour=0, minute=0, second=0, microsecond=0)
    async with ctx.db.read() as conn:
        day = await appointments.between(conn, one.kind, midnight, midnight + timedelta(days=1))
    return sum(
        other.bookable_id == one.bookable_id
        and other.state in STANDS
        and (other.starts_at, other.queue_no) < (one.starts_at, one.queue_no)
        for other in day
    )


async def move(
    ctx: Context, account: Party, no: int, start: datetime, *, turn_id: str
) -> Appointment:
    """Another slot of the same service in one step; the old seat is free again.

    The same turn again changes nothing more. Raises NotBound, NotFound, BadInput as `book` does,
    and Conflict: code `stale` when it stands no more or begins within NOTICE, `conflict` when the
    slot is full or the person is busy then.
    """
    room_id = _home(account)
    async with ctx.db.write() as conn:
        one = await _own(conn, account, no)
        if one.starts_at == start or await appointments.was_done(conn, one.id, "moved", turn_id):
            return one
        require_open(ctx, one)
        what = await _what(conn, one.bookable_id)
        slot_id = await _take(ctx, conn, room_id, what, start, one.person_key)
        await seats.give_back(conn, one.slot_id)
        return await appointments.advance(
            conn, ctx.clock, one, "moved", actor="resident", state=one.state, turn_id=turn_id,
            note=window_words(one.starts_at, one.ends_at), slot_id=slot_id,
            queue_no=await _turn(conn, what, start),
        )  # fmt: skip


async def cancel(ctx: Context, account: Party, no: int, *, turn_id: str) -> Appointment:
    """Give the seat back. Raises NotBound, NotFound, and Conflict (`stale`) as `move` does."""
    _home(account)
    async with ctx.db.write() as conn:
        one = await _own(conn, account, no)
        if await appointments.was_done(conn, one.id, "cancelled", turn_id):
            return one
        require_open(ctx, one)
        await seats.give_back(conn, one.slot_id)
        return await appointments.advance(
            conn, ctx.clock, one, "cancelled", actor="resident", state="cancelled", turn_id=turn_id
        )


def can_change(ctx: Context, one: Appointment) -> bool:
    """Whether it may still be moved or cancelled."""
    return one.state == "booked" and ctx.clock.now() <= one.starts_at - NOTICE


def require_open(ctx: Context, one: Appointment) -> None:
    if not can_change(ctx, one):
        raise Conflict(f"not possible in state {one.state}", code=Code.STALE)


async def serve(ctx: Context, no: int, state: str, *, actor: str) -> Appointment:
    """A move by staff, along MOVES. Raises NotFound, and Conflict (`stale`) for any other move."""
    async with ctx.db.write() as conn:
        one = await appointments.by_no(conn, no)
        if state not in MOVES.get(one.state, ()):
            raise Conflict(f"no way from {one.state}", code=Code.STALE)
        return await appointments.advance(conn, ctx.clock, one, state, actor=actor, state=state)


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the appointments to come, of counters and of health."""
    if account.home is None:
        return []
    return [
        (str(one.no), f"{one.name} {window_words(one.starts_at, one.ends_at)}",
         label("appointment_state", one.state))
        for one in await mine(ctx, account)
    ]  # fmt: skip


async def of_day(ctx: Context, kind: str, day: date) -> list[Appointment]:
    """Everything of one kind on a day that was not cancelled, in its order."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        return await appointments.between(conn, kind, start, start + timedelta(days=1))


async def register(ctx: Context, day: date) -> Register:
    """Who comes to which counter on one day; what for is between them and the counter."""
    rows = tuple(
        (window_words(one.starts_at, one.ends_at), one.name, str(one.queue_no), one.person,
         one.home, label("appointment_state", one.state), str(one.no))
        for one in await of_day(ctx, opening.WINDOW, day)
    )  # fmt: skip
    head = ("when", "service", "turn", "person", "home", "state", "number")
    return Register(
        label("appointment_register", "window"),
        tuple(label("appointment_column", one) for one in head),
        rows,
    )
