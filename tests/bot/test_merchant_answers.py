"""Shops that were to be asked: the home hears once when there is no answer in time."""

from __future__ import annotations

from functools import partial

import pytest

from bot.reminders import handlers
from community.services import merchant
from community.store.database import Database
from community.times import FixedClock
from conversation import asking, outbox, timers
from tests.community.services.test_merchant import placed, shop, silent
from tests.community.village import Village


@pytest.mark.parametrize("is_answered", [False, True])
async def test_home_hears_when_nobody_has_an_answer_yet(
    db: Database, clock: FixedClock, is_answered: bool
) -> None:
    village = Village(db, clock)
    who = await village.account(await village.home(9, 1, "101", code="91"))
    await shop(village, "老张", "haircut", phone="62220000")
    one = await placed(village, who, tell=partial(asking.look_again, clock))
    if is_answered:
        await merchant.answer(village.ctx, one.no, accepted=True, tell=silent)
    fired = []
    for seconds in (4 * 3600 - 1, 1, 4 * 3600):
        clock.advance(seconds)
        fired.append(await timers.fire_due(db, clock, handlers(clock)))
    async with db.read() as conn:
        told = [each.text for each in await outbox.transcript(conn, who.conversation_id)]
    words = (
        f"您叫的老张（编号{one.no}）那边还没有回话。急的话您可以自己打62220000问，或者说“找人工”。"
    )
    assert (fired, told) == ([0, 1, 0], [] if is_answered else [words])
