"""Volunteers: who offers which help and when, and whom a request fits."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, NotAllowed, NotBound
from community.store import helps, volunteers
from community.store.helps import Help
from community.store.identities import Party
from community.store.volunteers import Volunteer
from community.times import local

ANY, OTHER = "any", "other"


@cache
def rules() -> dict[str, Any]:
    """The limits, kinds of help and words of `mutual_aid.yml`."""
    text = (
        resources.files("community.services").joinpath("mutual_aid.yml").read_text(encoding="utf-8")
    )
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def kinds_in(words: str) -> list[str]:
    """The kinds of help that the words name, in the file's order."""
    kinds: dict[str, list[str]] = rules()["kinds"]
    return [kind for kind, said in kinds.items() if any(word in words for word in said)]


def kind_of(task: str) -> str:
    """The one kind of a task: that of the longest word in it, else `other`."""
    kinds: dict[str, list[str]] = rules()["kinds"]
    found = [(len(w), kind) for kind, said in kinds.items() for w in said if w in task]
    return max(found, key=lambda pair: pair[0])[1] if found else OTHER


def takes_anything(words: str) -> bool:
    """Whether the words say that any help will do."""
    return any(word in words for word in rules()["anything"])


def availability(words: str) -> tuple[str, str] | None:
    """Days and part of the day that are meant; None when the words say neither."""
    days = _named("days", words)
    part = _named("parts", words)
    return (days or ANY, part or ANY) if days or part else None


def _named(group: str, words: str) -> str | None:
    """The one that is named; two of them are any."""
    found = [name for name, said in rules()[group].items() if any(word in words for word in said)]
    return (found[0] if len(found) == 1 else ANY) if found else None


def fits(one: Volunteer, asked: Help) -> bool:
    """Whether a request may be put to a volunteer: another home, their kind of help, their time.

    Who has no home here any more is put nothing, and whoever asked has to be of that home still.
    """
    if one.room_id is None or not asked.is_of_home:
        return False
    if one.room_id == asked.room_id or one.owner == asked.owner:
        return False
    if one.kinds and asked.kind not in (*one.kinds, OTHER):
        return False
    start, end = local(asked.starts_at), local(asked.ends_at)
    if one.days != ANY and (start.weekday() >= 5) != (one.days == "weekend"):
        return False
    return one.part == ANY or _touches(start, end, one.part)


def _touches(start: datetime, end: datetime, part: str) -> bool:
    """Whether a time lies, at least partly, in a part of its first day."""
    first, last = map(int, rules()["hours"][part])
    until = end.hour + end.minute / 60 if end.date() == start.date() else 24.0
    return start.hour < last and max(until, start.hour + 0.1) > first


async def is_minor(ctx: Context, account: Party) -> bool:
    """Whether the person is known to be younger than `adult_age`, by the year of birth."""
    async with ctx.db.read() as conn:
        born = await volunteers.birth_year(conn, account.resident_id)
    adult_age: int = rules()["adult_age"]
    return born is not None and local(ctx.clock.now()).year - born < adult_age


async def knows_age(ctx: Context, account: Party) -> bool:
    """Whether the year of birth is on record, so that nobody need be asked for it."""
    async with ctx.db.read() as conn:
        return await volunteers.birth_year(conn, account.resident_id) is not None


async def enrol(
    ctx: Context, account: Party, *, kinds: list[str], days: str = ANY, part: str = ANY
) -> tuple[Volunteer, list[Help]]:
    """Register the account, or change its offer; returns it with the open requests that fit.

    Empty `kinds` are any. Raises NotBound without a home, NotAllowed below `adult_age`, BadInput
    for kinds, days or parts that do not exist.
    """
    if account.home is None:
        raise NotBound("a volunteer is a neighbour")
    if await is_minor(ctx, account):
        raise NotAllowed("volunteers are adults")
    known = rules()
    if not set(kinds) <= {*known["kinds"], OTHER}:
        raise BadInput("kinds")
    if days not in (ANY, *known["days"]) or part not in (ANY, *known["parts"]):
        raise BadInput("time")
    async with ctx.db.write() as conn:
        made = await volunteers.put(
            conn,
            ctx.clock,
            account.identity_id,
            room_id=account.home.room_id,
            conversation_id=account.conversation_id,
            name=account.name,
            kinds=kinds,
            days=days,
            part=part,
        )
        return made, await _fitting(conn, ctx, made)


async def leave(ctx: Context, account: Party) -> bool:
    """Be asked no more; whether the account was a volunteer. What it has taken stays taken."""
    async with ctx.db.write() as conn:
        return await volunteers.withdraw(conn, account.identity_id)


async def own(ctx: Context, account: Party) -> Volunteer | None:
    """The account's registration while it is active."""
    async with ctx.db.read() as conn:
        found = await volunteers.of_identity(conn, account.identity_id)
    return found if found is not None and found.state == "active" else None


async def open_for(ctx: Context, account: Party) -> list[Help]:
    """The requests that the account, a volunteer, could take, soonest first."""
    mine = await own(ctx, account)
    if mine is None:
        return []
    async with ctx.db.read() as conn:
        return await _fitting(conn, ctx, mine)


async def _fitting(conn: AsyncConnection, ctx: Context, one: Volunteer) -> list[Help]:
    return [asked for asked in await helps.posted(conn, ctx.clock.now()) if fits(one, asked)]
