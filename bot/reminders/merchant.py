"""Shops that were to be asked: the home hears in time when nobody has an answer yet."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.phrases import phrase
from community.store import merchants
from community.times import Clock
from conversation import asking, telling
from conversation.messages import Draft
from conversation.timers import Handler


def timers(clock: Clock) -> dict[str, Handler]:
    """The payload's `no` names the order."""
    return {asking.KIND: partial(_look, clock)}


async def _look(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    one = await merchants.find(conn, int(payload["no"]))
    if one is None or one.state != "requested":
        return
    words = phrase("merchant.unanswered", no=one.no, shop=one.shop, phone=one.shop_phone)
    key = f"{asking.KIND}:{one.no}"
    await telling.tell(conn, clock, [one.conversation_id], [Draft(words)], key=key)
