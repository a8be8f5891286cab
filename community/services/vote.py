"""Owners' votes: what they are about, one ballot for each owner's home, counted only at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.store import rooms, votes
from community.store.identities import Party
from community.store.votes import Ballot, Share, Vote
from community.times import SHANGHAI, date_words
from language.clean import fold


@dataclass(frozen=True)
class Result:
    """How a vote has ended: (label, share) of each choice, and `everybody` who might have voted."""

    choices: tuple[tuple[str, Share], ...]
    everybody: Share

    @property
    def cast(self) -> int:
        """How many homes have voted."""
        return sum(share.homes for _, share in self.choices)

    @property
    def is_measured(self) -> bool:
        """Whether the areas of all who voted are on record."""
        return all(share.area_dm2 is not None for _, share in self.choices)

    @property
    def level(self) -> tuple[str, ...]:
        """The choices that have most homes, when there are several of them."""
        most = max(share.homes for _, share in self.choices)
        first = [name for name, share in self.choices if share.homes == most and most]
        return tuple(first) if len(first) > 1 else ()


def square_metres(area_dm2: int | None) -> str:
    """`89.37`, `90`; never rounded, for votes are won by little."""
    whole, rest = divmod(area_dm2 or 0, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


async def running(ctx: Context) -> list[Vote]:
    """The votes in which a ballot can be cast now, the one that ends first first."""
    now = ctx.clock.now()
    async with ctx.db.read() as conn:
        found = await votes.every(conn)
    return [one for one in reversed(found) if one.opens_at <= now < one.closes_at]


async def ended(ctx: Context) -> list[Vote]:
    """The votes that are over, the last one first."""
    async with ctx.db.read() as conn:
        found = await votes.every(conn)
    return [one for one in found if one.closes_at <= ctx.clock.now()]


def named(words: str, among: list[Vote]) -> Vote | None:
    """The vote that the words name; None when they name none or several."""
    said = fold(words)
    found = [one for one in among if any(word in said for word in [one.title, *one.words])]
    return found[0] if len(found) == 1 else None


def chosen(words: str, among: Vote) -> list[str]:
    """Codes of the choices that the words name, in the order said: 不同意 is not 同意."""
    said = fold(words)
    spans = [
        (at, at + len(word), str(one["code"]))
        for one in among.choices
        for word in [one["label"], *one["words"]]
        for at in range(len(said))
        if said.startswith(word, at)
    ]
    whole = [
        span
        for span in spans
        if not any(
            other[0] <= span[0] and span[1] <= other[1] and other[:2] != span[:2] for other in spans
        )
    ]
    return list(dict.fromkeys(code for _, _, code in sorted(whole)))


async def may_vote(ctx: Context, account: Party) -> bool:
    """Whether the account speaks for an owner: the owner, or whoever lives in the owner's own home.

    A tenant, a guardian and everybody in a home that is let may not. Raises NotBound.
    """
    if account.home is None:
        raise NotBound("a ballot belongs to a home")
    if account.role == "owner":
        return True
    if account.role not in {"member", None}:
        return False
    async with ctx.db.read() as conn:
        people = await rooms.residents_of(conn, account.home.room_id)
    roles = {person.role for person in people}
    return "owner" in roles and "tenant" not in roles


async def mine(ctx: Context, account: Party, vote_id: str) -> Ballot | None:
    """What the account's home has cast. Raises NotBound; NotAllowed for who may not vote there."""
    if not await may_vote(ctx, account):
        raise NotAllowed("only owners vote")
    assert account.home is not None  # noqa: S101 - may_vote looked
    async with ctx.db.read() as conn:
        return await votes.ballot_of(conn, vote_id, account.home.room_id)


async def cast(ctx: Context, account: Party, *, vote_id: str, choice: str, turn_id: str) -> Ballot:
    """Cast the home's one ballot; the same turn again returns the same.

    Raises NotBound, NotAllowed for who may not vote, NotFound, BadInput for a choice that is none,
    Conflict when the vote is not running or the home has cast another.
    """
    if not await may_vote(ctx, account):
        raise NotAllowed("only owners vote")
    assert account.home is not None  # noqa: S101 - may_vote looked
    async with ctx.db.write() as conn:
        found = next((one for one in await votes.every(conn) if one.id == vote_id), None)
        if found is None:
            raise NotFound("no such vote")
        if choice not in {one["code"] for one in found.choices}:
            raise BadInput("choice")
        made = await votes.ballot_of(conn, vote_id, account.home.room_id)
        if made is not None:
            if await votes.is_of_turn(conn, made.no, turn_id):
                return made
            raise Conflict("the home has voted")
        if not found.opens_at <= ctx.clock.now() < found.closes_at:
            raise Conflict("the vote is not running")
        return await votes.cast(
            conn, ctx.clock, vote_id=vote_id, room_id=account.home.room_id, choice=choice,
            turn_id=turn_id,
        )  # fmt: skip


async def result(ctx: Context, one: Vote) -> Result:
    """How a vote has ended. Raises Conflict while it runs."""
    if ctx.clock.now() < one.closes_at:
        raise Conflict("the vote is running")
    async with ctx.db.read() as conn:
        return await _count(conn, one)


async def _count(conn: AsyncConnection, one: Vote) -> Result:
    found = await votes.counts(conn, one.id)
    of_choice = [(str(c["label"]), found.get(c["code"], Share(0, 0))) for c in one.choices]
    return Result(tuple(of_choice), await votes.everybody(conn))


async def register(ctx: Context, day: date) -> Register:
    """The votes that run or end on a day: how many have voted, and how, once it is over."""
    start = datetime.combine(day, time(), SHANGHAI)
    rows = []
    async with ctx.db.read() as conn:
        for one in reversed(await votes.every(conn)):
            if one.opens_at < start + timedelta(days=1) and one.closes_at > start:
                found = await _count(conn, one)
                over = one.closes_at <= ctx.clock.now()
                state = label("vote_state", "ended" if over else "running")
                until, counted = date_words(one.closes_at), _counted(found) if over else ""
                rows.append((one.title, until, state, str(found.cast), counted))
        broken = await votes.first_broken(conn)
    head = ("vote_title", "vote_until", "state", "vote_cast", "vote_result")
    columns = tuple(label("estate_column", one) for one in head)
    seal = label("vote_seal", "whole" if broken is None else "broken").format(no=broken)
    return Register(label("estate_register", "vote"), columns, tuple(rows), seal)


def _counted(found: Result) -> str:
    """`同意2（150㎡），反对1（89.5㎡）`; without the areas where one is not on record."""
    return "，".join(
        f"{name}{share.homes}"
        + (f"（{square_metres(share.area_dm2)}㎡）" if found.is_measured and share.homes else "")
        for name, share in found.choices
    )
