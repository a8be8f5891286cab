"""Help between neighbours: asked, taken by one volunteer, done, and confirmed by who asked.

posted → accepted → started → done → credited.  A helper may step back until it is done (posted
again), the home may cancel before the start, and a home that does not agree with what was done
disputes it: staff decide then. Time moves once, when the home confirms.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotBound
from community.labels import label
from community.registers import Register
from community.services import help_access, time_bank
from community.services.volunteers import fits, kind_of, rules
from community.store import helps, volunteers
from community.store.helps import Help
from community.store.identities import Party
from community.times import SHANGHAI, window_words

BEFORE_START = ("posted", "accepted")


@dataclass(frozen=True)
class News:
    """What has happened to a request, and the conversations that hear of it."""

    event: str
    "call, taken, accepted, released, left, withdrawn, started, done, credited or disputed"
    asked: Help
    to: tuple[str, ...]


Tell = Callable[[AsyncConnection, News], Awaitable[None]]
"Runs in the transaction of the move: news that is stored cannot miss its reader"


async def problem(ctx: Context, account: Party, window: tuple[datetime, datetime]) -> str | None:
    """Why the home cannot ask for this time: past, too_far, too_long, too_many; or None."""
    start, end = window
    now = ctx.clock.now()
    if end < start or end <= now - timedelta(minutes=1):
        return "past"
    if start > now + timedelta(days=rules()["days_ahead"]):
        return "too_far"
    if end - start > timedelta(days=rules()["days_at_most"]):
        return "too_long"
    under_way = await mine(ctx, account) if account.home else []
    under_way = [one for one in under_way if one.state != "disputed"]
    return "too_many" if len(under_way) >= rules()["open_at_most"] else None


async def post(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    task: str,
    window: tuple[datetime, datetime],
    tell: Tell,
) -> tuple[Help, int]:
    """Ask the neighbours, once per turn; returns the request and how many were asked.

    Raises NotBound without a home, and BadInput for a time or number that `problem` names.
    """
    if account.home is None:
        raise NotBound("help comes to a home")
    async with ctx.db.read() as conn:
        made = await helps.of_turn(conn, turn_id)
    if made is None and await problem(ctx, account, window):
        raise BadInput("this cannot be asked")
    async with ctx.db.write() as conn:
        made = await helps.of_turn(conn, turn_id)
        if made is not None:
            return made, await helps.count_called(conn, made.id)
        made = await helps.create(
            conn,
            ctx.clock,
            turn_id=turn_id,
            room_id=account.home.room_id,
            identity_id=account.identity_id,
            conversation_id=account.conversation_id,
            kind=kind_of(task),
            task=task,
            starts_at=window[0],
            ends_at=window[1],
        )
        return made, await _call(conn, ctx, made, tell)


async def _call(
    conn: AsyncConnection, ctx: Context, asked: Help, tell: Tell, *, but: str | None = None
) -> int:
    """Tell the volunteers whom it fits now, without one of them."""
    found = [one for one in await volunteers.active(conn) if one.id != but and fits(one, asked)]
    await helps.called(conn, ctx.clock, asked.id, [one.id for one in found])
    await tell(conn, News("call", asked, tuple(one.conversation_id for one in found)))
    return len(found)


async def cancel(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """Take the home's own request back before the start. Raises NotFound, Conflict."""
    async with ctx.db.write() as conn:
        one = await help_access.of_home(conn, account, no)
        if one.state == "cancelled":
            return one
        moved = await helps.move(
            conn, ctx.clock, one, "cancelled", states=BEFORE_START, actor=account.identity_id
        )
        if one.helper_conversation:
            await tell(conn, News("withdrawn", moved, (one.helper_conversation,)))
        return moved


async def accept(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """Take a request: the first volunteer gets it, and only then sees the home.

    Raises NotFound for one that is absent or not put to this account, Conflict when another has
    it or it is over.
    """
    async with ctx.db.write() as conn:
        one = await help_access.visible(conn, account, no)
        mine = await help_access.volunteer(conn, account)
        if one.helper_id == mine.id and one.state in helps.LIVE:
            return one
        if one.ends_at <= ctx.clock.now():
            raise Conflict("its time is over")
        taken = await helps.move(
            conn, ctx.clock, one, "accepted", states=("posted",), actor=mine.id, helper_id=mine.id
        )
        await tell(conn, News("accepted", taken, (taken.conversation_id,)))
        others = await helps.conversations_called(conn, one.id, but=mine.id)
        await tell(conn, News("taken", taken, tuple(others)))
        return taken


async def release(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """The helper cannot come, or go on, after all: the others are asked (again), once.

    Raises NotFound, Conflict when it is done.
    """
    async with ctx.db.write() as conn:
        found = await helps.by_no(conn, no)
        if await help_access.has_left(conn, account, found):
            return found
        one = await help_access.taken(conn, account, no)
        start, end = _window_again(ctx, one)
        open_again = await helps.move(
            conn, ctx.clock, one, "posted", states=("accepted", "started"),
            actor=str(one.helper_id), helper_id=None, started_at=None, starts_at=start, ends_at=end,
        )  # fmt: skip
        event = "left" if one.state == "started" else "released"
        await tell(conn, News(event, open_again, (open_again.conversation_id,)))
        await _call(conn, ctx, open_again, tell, but=one.helper_id)
        return open_again


def _window_again(ctx: Context, one: Help) -> tuple[datetime, datetime]:
    """When somebody else may come: in the time that is left, or soon when none is."""
    now = ctx.clock.now()
    if one.ends_at > now:
        return one.starts_at, one.ends_at
    return now, now + timedelta(minutes=rules()["again_minutes"])


async def start(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """The helper begins. Raises NotFound, Conflict."""
    async with ctx.db.write() as conn:
        one = await help_access.taken(conn, account, no)
        if one.state == "started":
            return one
        begun = await helps.move(
            conn, ctx.clock, one, "started", states=("accepted",), actor=str(one.helper_id),
            started_at=ctx.clock.now(),
        )  # fmt: skip
        await tell(conn, News("started", begun, (begun.conversation_id,)))
        return begun


async def finish(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """The helper says that it is done; the time since the start is rounded. As `start`."""
    async with ctx.db.write() as conn:
        one = await help_access.taken(conn, account, no)
        if one.state == "done":
            return one
        ended = await helps.move(
            conn, ctx.clock, one, "done", states=("started",), actor=str(one.helper_id),
            minutes=time_bank.counted(ctx.clock.now() - (one.started_at or ctx.clock.now())),
        )  # fmt: skip
        await tell(conn, News("done", ended, (ended.conversation_id,)))
        return ended


async def confirm(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """The home agrees: the time moves to the helper, once. Raises NotFound, Conflict."""
    async with ctx.db.write() as conn:
        one = await help_access.of_home(conn, account, no)
        if one.state == "credited":
            return one
        if one.state != "done":
            raise Conflict("it is not done yet")
        await helps.note(conn, ctx.clock, one.id, "confirmed", actor=account.identity_id)
        earned = await time_bank.credit(conn, ctx.clock, one)
        settled = await helps.move(
            conn, ctx.clock, one, "credited", states=("done",), actor="bank", minutes=earned
        )
        if one.helper_conversation:
            await tell(conn, News("credited", settled, (one.helper_conversation,)))
        return settled


async def dispute(ctx: Context, account: Party, no: int, *, tell: Tell) -> Help:
    """The home does not agree: nothing moves until staff have looked. Raises NotFound, Conflict."""
    async with ctx.db.write() as conn:
        one = await help_access.of_home(conn, account, no)
        if one.state == "disputed":
            return one
        took = ctx.clock.now() - (one.started_at or ctx.clock.now())
        moved = await helps.move(
            conn, ctx.clock, one, "disputed", states=("started", "done"),
            actor=account.identity_id, minutes=one.minutes or time_bank.counted(took),
        )  # fmt: skip
        if one.helper_conversation:
            await tell(conn, News("disputed", moved, (one.helper_conversation,)))
        return moved


async def of_home(ctx: Context, account: Party, no: int) -> Help:
    """One request of the account's home. Raises NotFound."""
    async with ctx.db.read() as conn:
        return await help_access.of_home(conn, account, no)


async def mine(ctx: Context, account: Party) -> list[Help]:
    """What the account's home has asked and is not over, newest first. Raises NotBound."""
    if account.home is None:
        raise NotBound("requests belong to a home")
    async with ctx.db.read() as conn:
        found = await helps.of_room(conn, account.home.room_id)
    return [one for one in found if one.state != "posted" or one.ends_at > ctx.clock.now()]


async def helping(ctx: Context, account: Party) -> list[Help]:
    """What the account has taken as a volunteer and is under way, soonest first."""
    async with ctx.db.read() as conn:
        found = await volunteers.of_identity(conn, account.identity_id)
        return [] if found is None else await helps.of_helper(conn, found.id)


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state in words) of all that is under way for the account."""
    asked = await mine(ctx, account) if account.home else []
    return [
        (str(one.no), one.task, label("help_state", one.state))
        for one in [*asked, *await helping(ctx, account)]
    ]


async def register(ctx: Context, day: date) -> Register:
    """The help of one day, as staff read it: the task masked as for everybody else."""
    begins = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    async with ctx.db.read() as conn:
        found = await helps.between(conn, begins, begins + timedelta(days=1))
    rows = tuple(
        (
            str(one.no),
            one.label,
            one.public_task,
            window_words(one.starts_at, one.ends_at),
            one.helper_name or "",
            label("help_state", one.state),
        )
        for one in found
    )
    head = ("no", "home", "task", "when", "helper", "state")
    return Register(
        label("neighbour_register", "mutual_aid"),
        tuple(label("neighbour_column", one) for one in head),
        rows,
    )
