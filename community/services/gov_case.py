"""Progress of matters handed in: whose they are, how far they are, and whether they are late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from community.context import Context
from community.errors import NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.store import gov_cases
from community.store.gov_cases import GovCase, Step
from community.store.identities import Party
from community.times import SHANGHAI, date_words, local
from language.clean import fold
from language.numerals import digits

OPEN = ("received", "accepted", "reviewing", "returned")
RECENT = timedelta(days=90)
"A finished matter is told of for this long without its number"
_WRITTEN = re.compile(r"[A-Za-z]{0,4}[-—]?\d[\d-]{2,20}")


@dataclass(frozen=True)
class Progress:
    """A matter with its steps, oldest first."""

    case: GovCase
    steps: tuple[Step, ...]
    is_late: bool
    "Whether the promised day went by without an answer"


def number_in(words: str) -> str | None:
    """The number of a matter, `ZW0066` or `8805`, written or said digit by digit; else None."""
    written = _WRITTEN.search(fold(words))
    if written:
        return _plain(written[0])
    return digits(words)


def _plain(no: str) -> str:
    return re.sub("[-—]", "", no).upper()


async def find(ctx: Context, account: Party, no: str) -> Progress:
    """The home's matter by its number. Raises NotBound; NotFound, also for another home's."""
    found = [one for one in await _all(ctx, account) if _plain(one.no) == _plain(no)]
    if not found:
        raise NotFound("no such matter")
    return await _progress(ctx, found[0])


async def mine(ctx: Context, account: Party, words: str = "") -> list[Progress]:
    """The home's matters that are open or ended lately, the one that moved last first.

    With `words`, those that they name, if they name any. Raises NotBound.
    """
    since = ctx.clock.now() - RECENT
    found = [
        one for one in await _all(ctx, account) if one.state in OPEN or one.updated_at >= since
    ]
    said = fold(words)
    named = [one for one in found if any(word in said for word in [one.matter, *one.words])]
    return [await _progress(ctx, one) for one in named or found]


async def _all(ctx: Context, account: Party) -> list[GovCase]:
    """A tenant's are those of the tenant; everybody else's of the home are the home's."""
    if account.home is None:
        raise NotBound("a matter belongs to a home")
    async with ctx.db.read() as conn:
        found = await gov_cases.of_room(conn, account.home.room_id)
    if account.role == "tenant":
        return [one for one in found if one.resident_id == account.resident_id]
    return found


async def _progress(ctx: Context, one: GovCase) -> Progress:
    async with ctx.db.read() as conn:
        steps = await gov_cases.steps(conn, one.id)
    is_late = one.state in OPEN and local(ctx.clock.now()).date() > one.promised_on
    return Progress(one, tuple(steps), is_late)


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, matter, state) of what is not answered yet."""
    if account.home is None:
        return []
    return [
        (one.no, one.matter, label("gov_case_state", one.state))
        for one in await _all(ctx, account)
        if one.state in OPEN
    ]


async def register(ctx: Context, day: date) -> Register:
    """The matters that moved on one day; which matter it is stays with its office."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await gov_cases.moved_between(conn, start, start + timedelta(days=1))
    rows = tuple(
        (date_words(one.updated_at), one.office, label("gov_case_state", one.state), one.no)
        for one in found
    )
    head = ("when", "office", "state", "number")
    return Register(
        label("appointment_register", "gov_case"),
        tuple(label("appointment_column", one) for one in head),
        rows,
    )
