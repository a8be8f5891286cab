"""Merchants: which shops serve a wish now, and having one come to the home.

requested → accepted or declined: staff ask the shop and enter what it said. The home cancels; of an
accepted order the shop still has to be told then: recalled → cancelled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.store import merchants
from community.store.identities import Party
from community.store.merchants import Merchant, Order
from community.times import SHANGHAI, local, window_words

DAYS_AHEAD = 14
OPEN = ("requested", "accepted")
FOR_STAFF = ("requested", "recalled")
"States of an order of which the shop has to be told"
SETTLED_AFTER = timedelta(days=1)
"How long an accepted order is still the home's open one after its time"
Tell = Callable[[AsyncConnection, Order], Awaitable[None]]


@dataclass(frozen=True)
class Found:
    """Who serves a wish: those `open` now, nearest first; else when the first one `opens_at`."""

    open: list[Merchant]
    opens_at: datetime | None
    "None when some are open, or there is nobody at all"


@cache
def rules() -> dict[str, Any]:
    """The range, services and words of `merchant.yml`."""
    text = (
        resources.files("community.services").joinpath("merchant.yml").read_text(encoding="utf-8")
    )
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def service_of(words: str) -> str | None:
    """The code of the service that the words name; the longest name wins."""
    services: dict[str, dict[str, Any]] = rules()["services"]
    found = [
        (len(word), code)
        for code, one in services.items()
        for word in one["words"]
        if word in words
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def service_name(code: str) -> str:
    name: str = rules()["services"][code]["name"]
    return name


def repairable(code: str, words: str) -> bool:
    """Whether the estate's repairers may do it too, and the words do not rule them out."""
    known = rules()
    return code in known["repairs"] and not any(word in words for word in known["outside"])


def in_range(one: Merchant) -> bool:
    """Whether people can walk there, or it comes this far."""
    near_m: int = rules()["near_m"]
    return one.distance_m <= max(near_m, one.comes_within_m)


def is_open(one: Merchant, moment: datetime) -> bool:
    at = local(moment)
    minute = at.hour * 60 + at.minute
    return at.weekday() not in one.closed_on and one.opens <= minute < one.closes


def comes(one: Merchant) -> bool:
    """Whether it serves people in their homes, as far away as we are."""
    return one.comes_within_m > 0 and one.distance_m <= one.comes_within_m


async def find(ctx: Context, code: str) -> Found:
    """Who offers the service within range, open at this moment."""
    now = ctx.clock.now()
    async with ctx.db.read() as conn:
        all_of_it = [
            one for one in await merchants.listed(conn) if code in one.services and in_range(one)
        ]
    is_on = [one for one in all_of_it if is_open(one, now)]
    openings = [] if is_on else [at for one in all_of_it if (at := _opens_next(one, now))]
    return Found(is_on, min(openings, default=None))


def _opens_next(one: Merchant, now: datetime) -> datetime | None:
    """The next moment at which it opens, within a week."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(8):
        at = midnight + timedelta(days=days, minutes=one.opens)
        if at > now and at.weekday() not in one.closed_on:
            return at
    return None


async def named(ctx: Context, name: str) -> Merchant:
    """A merchant in range that comes to homes. Raises NotFound."""
    async with ctx.db.read() as conn:
        for one in await merchants.listed(conn):
            if one.name == name and in_range(one) and comes(one):
                return one
    raise NotFound("no such merchant")


async def problem(ctx: Context, name: str, window: tuple[datetime, datetime]) -> str | None:
    """Why the merchant cannot come then: past, too_far, shut; or None. Raises NotFound."""
    start, end = window
    shop, now = await named(ctx, name), ctx.clock.now()
    if end < start or end <= now - timedelta(minutes=1):
        return "past"
    if start > now + timedelta(days=DAYS_AHEAD):
        return "too_far"
    day = local(start).replace(hour=0, minute=0, second=0, microsecond=0)
    opens, closes = day + timedelta(minutes=shop.opens), day + timedelta(minutes=shop.closes)
    shut = local(start).weekday() in shop.closed_on or start >= closes or end < opens
    return "shut" if shut else None


async def order(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    name: str,
    service: str,
    window: tuple[datetime, datetime],
    phone: str,
    tell: Tell,
) -> Order:
    """Have staff ask a merchant to come to the account's home, once per turn.

    `tell` runs in the transaction. Raises NotBound without a home, NotFound for a merchant that
    does not come here or does not do this, BadInput for a time that `problem` names.
    """
    if account.home is None:
        raise NotBound("a merchant comes to a home")
    shop = await named(ctx, name)
    if service not in shop.services:
        raise NotFound("no such service")
    if await problem(ctx, name, window):
        raise BadInput("window")
    async with ctx.db.write() as conn:
        made = await merchants.order(
            conn,
            ctx.clock,
            turn_id=turn_id,
            merchant_id=shop.id,
            room_id=account.home.room_id,
            identity_id=account.identity_id,
            conversation_id=account.conversation_id,
            service=service,
            starts_at=window[0],
            ends_at=window[1],
            phone=phone,
        )
        await tell(conn, made)
        return made


async def mine(ctx: Context, account: Party) -> list[Order]:
    """The home's open orders, newest first. Raises NotBound."""
    if account.home is None:
        raise NotBound("orders belong to a home")
    async with ctx.db.read() as conn:
        found = await merchants.of_room(conn, account.home.room_id, OPEN)
    return [one for one in found if not _is_over(ctx, one)]


def _is_over(ctx: Context, one: Order) -> bool:
    """Whether the shop has been there; what nobody answered stays open until staff do."""
    return one.state == "accepted" and one.ends_at <= ctx.clock.now() - SETTLED_AFTER


async def cancel(ctx: Context, account: Party, no: int) -> Order:
    """Take the home's own order back; recalled when the shop has accepted it.

    Raises NotFound, or Conflict when it is over.
    """
    async with ctx.db.write() as conn:
        one = await merchants.find(conn, no)
        if one is None or account.home is None or one.room_id != account.home.room_id:
            raise NotFound("no such order")
        if one.state in {"cancelled", "recalled"}:
            return one
        if one.state not in OPEN or _is_over(ctx, one):
            raise Conflict("it is over")
        state = "recalled" if one.state == "accepted" else "cancelled"
        return await merchants.move(conn, one, state, states=(one.state,))


async def for_staff(ctx: Context) -> list[Order]:
    """The orders of which the shop has to be told, soonest first."""
    async with ctx.db.read() as conn:
        return await merchants.in_states(conn, FOR_STAFF)


async def expected(ctx: Context) -> list[Order]:
    """The shops that said they come and have not been there yet, soonest first."""
    async with ctx.db.read() as conn:
        found = await merchants.in_states(conn, ("accepted",))
    return [one for one in found if one.ends_at > ctx.clock.now()]


async def answer(ctx: Context, no: int, *, accepted: bool, tell: Tell) -> Order:
    """What the shop said to an order. `tell` runs in the transaction.

    Raises NotFound, Conflict when it was answered or taken back.
    """
    state = "accepted" if accepted else "declined"
    return await _move(ctx, no, state, "requested", tell)


async def recall(ctx: Context, no: int, *, tell: Tell) -> Order:
    """The shop knows that it need not come. As `answer`."""
    return await _move(ctx, no, "cancelled", "recalled", tell)


async def call_off(ctx: Context, no: int, *, tell: Tell) -> Order:
    """The shop said that it comes, and cannot. As `answer`."""
    return await _move(ctx, no, "declined", "accepted", tell)


async def _move(ctx: Context, no: int, state: str, out_of: str, tell: Tell) -> Order:
    async with ctx.db.write() as conn:
        one = await merchants.find(conn, no)
        if one is None:
            raise NotFound("no such order")
        moved = await merchants.move(conn, one, state, states=(out_of,))
        await tell(conn, moved)
        return moved


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state in words) of the home's open orders."""
    found = await mine(ctx, account) if account.home else []
    return [
        (str(one.no), f"{one.shop}·{service_name(one.service)}", label("merchant_state", one.state))
        for one in found
    ]


async def register(ctx: Context, day: date) -> Register:
    """Who comes to which home on a day."""
    begins = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    async with ctx.db.read() as conn:
        found = await merchants.between(conn, begins, begins + timedelta(days=1))
    rows = tuple(
        (
            str(one.no),
            one.home,
            one.shop,
            service_name(one.service),
            window_words(one.starts_at, one.ends_at),
            label("merchant_state", one.state),
        )
        for one in found
    )
    head = ("no", "home", "shop", "service", "when", "state")
    return Register(
        label("neighbour_register", "merchant"),
        tuple(label("neighbour_column", one) for one in head),
        rows,
    )
