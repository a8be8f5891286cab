"""Fees: what a home owes, why it differs from the month before, and where it is paid. Money is fen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from community.context import Context
from community.errors import NotAllowed, NotBound
from community.labels import group
from community.store import bills
from community.store.bills import Bill
from community.store.identities import Party
from community.times import local
from language.periods import Period

PAYERS = frozenset({"owner", "member", "guardian", None})
"Roles that may be shown the payment page; None is a household bound by its code"


_NO_FEE = re.compile(r"电(?:话|梯|动|瓶|视|脑)|充电")
"Words with 电 in them that name no electricity bill"


@dataclass(frozen=True)
class Difference:
    """One line of a bill beside the same line of the month before."""

    name: str
    before_fen: int
    now_fen: int
    detail: str

    @property
    def change_fen(self) -> int:
        return self.now_fen - self.before_fen


def item_code(words: str | None) -> str | None:
    """The fee that the words name: 水费, 物业, 电钱 …; None when they name none of ours or several."""
    if not words:
        return None
    keys = {
        "物业": "property", "物管": "property", "管理费": "property", "停车": "parking", "车位": "parking",
        "暖": "heating", "供热": "heating", "燃气": "gas", "煤气": "gas", "天然气": "gas",
        "水": "water", "电": "electricity",
    }  # fmt: skip
    plain = _NO_FEE.sub("", words)
    named = {code for key, code in keys.items() if key in plain}
    found = named.pop() if len(named) == 1 else None
    return found if found in group("fee_item") else None


def yuan(fen: int) -> str:
    """`128.50元`, without zeros that say nothing."""
    whole, rest = divmod(abs(fen), 100)
    text = f"{whole}.{rest:02d}".removesuffix(".00")
    return f"{'-' if fen < 0 else ''}{text}元"


async def owed(ctx: Context, account: Party, item: str | None = None) -> list[Bill]:
    """Bills with something left to pay, oldest first. Raises NotBound."""
    return [one for one in reversed(await _bills(ctx, account, item)) if one.owed_fen]


async def recent(ctx: Context, account: Party, item: str | None = None) -> list[Bill]:
    """All bills, newest period first. Raises NotBound."""
    return await _bills(ctx, account, item)


async def of_period(ctx: Context, account: Party, item: str | None, period: Period) -> list[Bill]:
    """The bills of the months that a period reaches into, oldest first. Raises NotBound."""
    first, last = (f"{local(at):%Y-%m}" for at in (period.start, period.end - timedelta(seconds=1)))
    found = await _bills(ctx, account, item)
    return [one for one in reversed(found) if first <= one.period <= last]


async def _bills(ctx: Context, account: Party, item: str | None) -> list[Bill]:
    if account.home is None:
        raise NotBound("bills belong to a home")
    async with ctx.db.read() as conn:
        return await bills.of_room(conn, account.home.room_id, item)


async def explain(
    ctx: Context, account: Party, item: str | None
) -> tuple[Bill, Bill | None, list[Difference]] | None:
    """The newest bill of an item, the one before it, and the lines that differ.

    Without an item, the one whose amount changed most. None when there is no bill.
    """
    found = await _bills(ctx, account, item)
    by_item: dict[str, list[Bill]] = {}
    for one in found:
        by_item.setdefault(one.item, []).append(one)
    if not by_item:
        return None
    pairs = [(history[0], history[1] if len(history) > 1 else None) for history in by_item.values()]
    now, before = max(pairs, key=_size)
    return now, before, _differences(now, before)


def _size(pair: tuple[Bill, Bill | None]) -> int:
    """How much there is to explain; a first bill has least."""
    now, before = pair
    return abs(change(now, before)) if before else -1


def change(now: Bill, before: Bill) -> int:
    """By how much a bill is more than the one before it, late fees included; less is negative."""
    return now.amount_fen + now.late_fee_fen - before.amount_fen - before.late_fee_fen


def _differences(now: Bill, before: Bill | None) -> list[Difference]:
    """The lines that differ, in the bill's order; then those that fell away."""
    old = {line["name"]: line["fen"] for line in before.lines} if before else {}
    lines = [
        Difference(line["name"], old.pop(line["name"], 0), line["fen"], line.get("detail", ""))
        for line in now.lines
    ]
    lines += [Difference(name, fen, 0, "") for name, fen in old.items()]
    return [line for line in lines if line.change_fen]


def payment_page(ctx: Context, account: Party) -> str | None:
    """The page where the home's bills are paid; None when the estate has none.

    Raises NotBound without a home and NotAllowed for a tenant, who is not the bound payer.
    """
    if account.home is None:
        raise NotBound("bills belong to a home")
    if account.role not in PAYERS:
        raise NotAllowed("not a payer of this home")
    return ctx.pay_url or None
