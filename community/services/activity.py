"""Activities: what is on, signing up with whoever comes along, the waiting line, and leaving it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.store import activities
from community.store.activities import Activity, Signup
from community.store.identities import Party
from community.times import SHANGHAI, window_words
from language.homophones import NameIndex

TIE = 0.05
"Names nearer to each other in sound than this are equally near"
Tell = Callable[[AsyncConnection, Signup], Awaitable[None]]
"Tells whoever was waiting that there is a seat, in the transaction that gives it"


@dataclass(frozen=True)
class Place:
    """An entry on a list. `ahead`: entries that wait before it; None when it has its seats."""

    signup: Signup
    ahead: int | None


@cache
def rules() -> dict[str, Any]:
    """Limits and words of services/activity.yml."""
    file = resources.files("community.services").joinpath("activity.yml")
    loaded: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return loaded


async def upcoming(
    ctx: Context, start: datetime | None = None, end: datetime | None = None
) -> list[Activity]:
    """What has not begun and begins within a time, soonest first; weekly ones as far as told."""
    now = ctx.clock.now()
    horizon = now + timedelta(days=rules()["ahead_days"])
    async with ctx.db.read() as conn:
        is_short = bool(await activities.lagging(conn, horizon))
    if is_short:
        async with ctx.db.write() as conn:
            await activities.fill_up(conn, now, horizon)
    async with ctx.db.read() as conn:
        return await activities.between(conn, max(start or now, now), end or horizon)


def named(words: str, among: list[Activity], heard: str | None = None) -> list[Activity]:
    """All occurrences of what the words name; `heard`: the stretch that names it.

    The longest name that is written out wins; else the nearest by sound. Empty when none is near
    or two series are as near.
    """
    written = [
        (len(name), one.series) for one in among for name in [one.name, *one.words] if name in words
    ]
    if written:
        longest = max(length for length, _ in written)
        series = {of for length, of in written if length == longest}
        return [one for one in among if one.series in series]
    if not heard:
        return []
    sounds = {name: one.series for one in among for name in [one.name, *one.words]}
    near = NameIndex(sounds).near(heard)
    nearest = {sounds[one.name] for one in near if one.cost - near[0].cost < TIE}
    return [one for one in among if len(nearest) == 1 and one.series in nearest]


def of_kind(words: str, among: list[Activity]) -> list[Activity]:
    """What is of a kind that the words ask for; everything when they ask for none."""
    kinds = {kind for kind, names in rules()["kinds"].items() if any(n in words for n in names)}
    return [one for one in among if one.kind in kinds] if kinds else among


def _home(account: Party) -> str:
    if account.home is None:
        raise NotBound("a list knows its people by their homes")
    return account.home.room_id


def _key(activity_id: str, account: Party, who: str) -> str:
    return f"{activity_id}:{account.identity_id}:{who}"


async def join(
    ctx: Context, account: Party, *, turn_id: str, activity_id: str, people: int = 1, who: str = ""
) -> Place:
    """Sign up, once per turn: with seats, or at the end of the waiting line.

    Raises NotBound, BadInput for too many or no people or for what has begun, NotFound, and
    Conflict when the same person is on the list already.
    """
    room_id, who = _home(account), who[:32]
    if not 1 <= people <= rules()["people_at_most"]:
        raise BadInput("people")
    async with ctx.db.write() as conn:
        made = await activities.of_turn(conn, turn_id)
        if made is None:
            one = await activities.get(conn, activity_id)
            if one is None:
                raise NotFound("no such activity")
            if people > one.capacity:
                raise BadInput("there will never be so many seats")
            if one.starts_at <= ctx.clock.now():
                raise BadInput("it has begun")
            key = _key(activity_id, account, who)
            if await activities.of_key(conn, key) is not None:
                raise Conflict("on the list already")
            seated = await activities.take(conn, activity_id, people)
            made = await activities.create(
                conn, ctx.clock, activity_id=activity_id, room_id=room_id, who=who,
                identity_id=account.identity_id, people=people, open_key=key, turn_id=turn_id,
                state="joined" if seated else "waiting",
            )  # fmt: skip
        return await _place(conn, made)


async def _place(conn: AsyncConnection, one: Signup) -> Place:
    if one.state != "waiting":
        return Place(one, None)
    line = await activities.of_activity(conn, one.activity_id)
    return Place(one, sum(1 for other in line if other.state == "waiting" and other.no < one.no))


async def standing(ctx: Context, account: Party, activity_id: str, who: str = "") -> Place | None:
    """The account's entry for a person on a list; None when there is none."""
    async with ctx.db.read() as conn:
        found = await activities.of_key(conn, _key(activity_id, account, who[:32]))
        return await _place(conn, found) if found else None


async def mine(ctx: Context, account: Party) -> list[Place]:
    """The home's entries for what is not over, soonest first. Raises NotBound."""
    room_id = _home(account)
    async with ctx.db.read() as conn:
        found = await activities.of_room(conn, room_id, ctx.clock.now())
        return [await _place(conn, one) for one in found]


async def cancel(ctx: Context, account: Party, no: int, tell: Tell) -> Signup:
    """Leave a list; whoever waits and fits into the free seats moves up in order and is told.

    An entry that was left already stays so, and frees nothing again. Raises NotBound, NotFound
    when it is not the home's or its activity is over.
    """
    room_id = _home(account)
    async with ctx.db.write() as conn:
        found = await activities.of_number(conn, room_id, no, ctx.clock.now())
        if found is None:
            raise NotFound("no such entry")
        if await activities.end(conn, found.id) and found.state == "joined":
            await activities.give_back(conn, found.activity_id, found.people)
            if found.starts_at > ctx.clock.now():
                await _move_up(conn, found.activity_id, tell)
    return found


async def _move_up(conn: AsyncConnection, activity_id: str, tell: Tell) -> None:
    for one in await activities.of_activity(conn, activity_id):
        if one.state == "waiting" and await activities.take(conn, activity_id, one.people):
            await activities.seat(conn, one.id)
            await tell(conn, one)


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the home's entries."""
    if account.home is None:
        return []
    return [
        (str(one.signup.no),
         f"{one.signup.name} {window_words(one.signup.starts_at, one.signup.ends_at)}",
         label("activity_state", one.signup.state))
        for one in await mine(ctx, account)
    ]  # fmt: skip


async def register(ctx: Context, day: date) -> Register:
    """The check-in lists of one day: who comes to what, and who waits."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = [
            (one, entry)
            for one in await activities.between(conn, start, start + timedelta(days=1))
            for entry in await activities.of_activity(conn, one.id)
        ]
    head = ("activity", "when", "who", "home", "people", "state", "number")
    rows = tuple(
        (
            one.name, window_words(one.starts_at, one.ends_at),
            entry.who or label("activity_word", "self"), entry.home, str(entry.people),
            label("activity_state", entry.state), str(entry.no),
        )
        for one, entry in found
    )  # fmt: skip
    return Register(
        label("activity_word", "register"),
        tuple(label("activity_column", one) for one in head),
        rows,
    )
