"""What waits for staff's yes or no: release slips, parking requests, shops to ask, disputed helps.

The homes concerned hear of it, and the audit has it, in the transaction of the decision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput
from community.labels import label
from community.services import merchant, parking, release, time_bank
from community.store.helps import Help
from community.store.merchants import Order
from community.store.parking import Request
from community.store.releases import Slip
from community.times import date_words, window_words
from conversation import audit, parking_line, telling
from conversation.messages import Draft
from desk.staff import Staff
from desk.words import words


@dataclass(frozen=True)
class Matter:
    """One thing that waits; called_off is a shop's coming, which only a no can follow.

    `kind`: release, parking, merchant, recall, called_off or time_bank.
    """

    kind: str
    no: int
    home: str
    what: str
    when: str


async def waiting(ctx: Context) -> list[Matter]:
    """Everything that waits, kind by kind, oldest or soonest first."""
    slips, requests = await release.pending(ctx), await parking.waiting_for_staff(ctx)
    taken = await parking.taken_plates(ctx, requests)
    helps, orders = await time_bank.disputed(ctx), await merchant.for_staff(ctx)
    return [
        *(
            Matter("release", one.no, one.home, one.items, window_words(one.starts_at, one.ends_at))
            for one in slips
        ),
        *(
            Matter(
                "parking",
                one.no,
                one.home,
                _asked(one, one.no in taken),
                date_words(one.created_at),
            )
            for one in requests
        ),
        *(_of_shop(one) for one in orders),
        *(
            Matter("time_bank", one.no, one.label, one.public_task, date_words(one.starts_at))
            for one in helps
        ),
    ]


def _asked(one: Request, is_taken: bool) -> str:
    warning = words("decision.plate_taken") if is_taken else None
    parts = (label("parking_kind", one.kind), one.old_plate, one.plate, one.space_code, warning)
    return " ".join(part for part in parts if part)


async def expected(ctx: Context) -> list[Matter]:
    """The shops that will come, should one of them not be able to."""
    return [_of_shop(one) for one in await merchant.expected(ctx)]


_SHOP_KINDS = {"requested": "merchant", "recalled": "recall", "accepted": "called_off"}


def _of_shop(one: Order) -> Matter:
    """The shop with its number, and the resident's while the shop may have to be given it."""
    kind = _SHOP_KINDS[one.state]
    what = words(
        f"decision.{kind}_what", shop=one.shop, phone=one.shop_phone,
        service=merchant.service_name(one.service), theirs=one.phone,
    )  # fmt: skip
    return Matter(kind, one.no, one.home, what, window_words(one.starts_at, one.ends_at))


async def decide(ctx: Context, person: Staff, kind: str, no: int, *, yes: bool) -> None:
    """Say yes or no. Raises BadInput for an unknown kind, NotFound, Conflict when it was decided."""
    if kind not in _DECIDE:
        raise BadInput("nothing of that kind is decided")
    await _DECIDE[kind](ctx, person, no, yes)


async def _release(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    async def tell(conn: AsyncConnection, one: Slip) -> None:
        when = window_words(one.starts_at, one.ends_at)
        said = words(f"decision.release_{_answer(yes)}", no=no, code=one.code, when=when)
        await _tell(conn, ctx, person, one.id, await telling.of_home(conn, one.room_id), said, yes)

    await release.decide(ctx, no, allowed=yes, tell=tell)


async def _parking(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    async def tell(conn: AsyncConnection, one: Request) -> None:
        said = words(
            f"decision.parking_{_answer(yes)}", no=no, what=label("parking_kind", one.kind)
        )
        await _tell(conn, ctx, person, one.id, await telling.of_home(conn, one.room_id), said, yes)
        await parking_line.over(ctx.clock, conn, one)

    await parking.settle(ctx, no, done=yes, tell=tell)


async def _merchant(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    async def tell(conn: AsyncConnection, one: Order) -> None:
        when = window_words(one.starts_at, one.ends_at)
        said = words(f"decision.merchant_{_answer(yes)}", no=no, shop=one.shop, when=when)
        await _tell(conn, ctx, person, one.id, [one.conversation_id], said, yes)

    await merchant.answer(ctx, no, accepted=yes, tell=tell)


async def _recall(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    """The shop was told; the resident has heard of the end when it was asked for."""
    if not yes:
        raise BadInput("the shop has to be told")

    async def tell(conn: AsyncConnection, one: Order) -> None:
        await audit.record(conn, ctx.clock, actor=person.id, act="decision.told", obj=one.id)

    await merchant.recall(ctx, no, tell=tell)


async def _called_off(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    if yes:
        raise BadInput("it was accepted before")

    async def tell(conn: AsyncConnection, one: Order) -> None:
        when = window_words(one.starts_at, one.ends_at)
        said = words("decision.called_off_no", no=no, shop=one.shop, when=when)
        await _tell(conn, ctx, person, one.id, [one.conversation_id], said, yes)

    await merchant.call_off(ctx, no, tell=tell)


async def _time_bank(ctx: Context, person: Staff, no: int, yes: bool) -> None:
    async def tell(conn: AsyncConnection, one: Help) -> None:
        to = [one.conversation_id, *([one.helper_conversation] if one.helper_conversation else [])]
        answer = "free" if yes and not one.minutes else _answer(yes)
        said = words(f"decision.time_bank_{answer}", no=no, coins=time_bank.coins(one.minutes or 0))
        await _tell(conn, ctx, person, one.id, to, said, yes)

    await time_bank.settle(ctx, no, staff_id=person.id, pays=yes, tell=tell)


_DECIDE: dict[str, Callable[[Context, Staff, int, bool], Awaitable[None]]] = {
    "release": _release, "parking": _parking, "merchant": _merchant, "recall": _recall,
    "called_off": _called_off, "time_bank": _time_bank,
}  # fmt: skip


def _answer(yes: bool) -> str:
    return "yes" if yes else "no"


async def _tell(
    conn: AsyncConnection,
    ctx: Context,
    person: Staff,
    obj: str,
    to: list[str],
    said: str,
    yes: bool,
) -> None:
    act = f"decision.{_answer(yes)}"
    await audit.record(conn, ctx.clock, actor=person.id, act=act, obj=obj)
    await telling.tell(conn, ctx.clock, to, [Draft(said)], key=f"{act}:{obj}")
