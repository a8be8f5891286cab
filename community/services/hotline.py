"""12345: a city matter is written down here, filed by a person, and told when the city answers.

Nobody is told that the city has it before staff have noted the city's own number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from community.context import Context
from community.services import matter
from community.services.public import first_fit, table
from community.store import matters
from community.store.identities import Party
from community.store.tickets import Teller, Ticket
from community.times import local

SATURDAY = 5


def category_of(words: str) -> str:
    """consult, suggest, report, help or complaint."""
    return first_fit("hotline", "categories", words) or "help"


def accept_days() -> int:
    """Working days until staff file it."""
    days: int = table("hotline")["accept_days"]
    return days


def answer_days(category: str) -> int:
    """Working days until the city should have answered."""
    days: int = table("hotline")["answer_days"][category]
    return days


def after_working_days(moment: datetime, days: int) -> datetime:
    """The end of the n-th working day after a moment; Saturday and Sunday are none."""
    day, left = local(moment), days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day.replace(
        hour=table("hotline")["day_ends"], minute=0, second=0, microsecond=0
    ).astimezone(moment.tzinfo)


async def submit(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    words: str,
    place: str | None,
    anonymous: bool,
    photos: Sequence[str] = (),
) -> Ticket:
    """Write it down for a person to file."""
    async with ctx.db.write() as conn:
        return await matter.create(
            conn, ctx, account, kind="hotline", turn_id=turn_id, words=words, place=place,
            category=category_of(words), urgency="normal", anonymous=anonymous, photos=photos,
            due_at=after_working_days(ctx.clock.now(), accept_days()),
        )  # fmt: skip


async def file(
    ctx: Context,
    ticket_id: str,
    *,
    staff_id: str,
    version: int,
    outside_no: str,
    note: str = "",
    tell: Teller | None = None,
) -> Ticket:
    """Staff have filed it: the city's number is noted, and the days until its answer begin.

    Raises what `matter.staff_act` raises.
    """
    async with ctx.db.read() as conn:
        category = (await matters.details(conn, [ticket_id]))[ticket_id].category
    return await matter.staff_act(
        ctx, ticket_id, "file", staff_id=staff_id, version=version, note=note,
        outside_no=outside_no, tell=tell,
        due_at=after_working_days(ctx.clock.now(), answer_days(category)),
    )  # fmt: skip
