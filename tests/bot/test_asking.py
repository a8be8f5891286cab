"""Shops to be asked and slips to be allowed: the home hears once when nobody answers in time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bot.reminders import handlers
from community.services import merchant, release
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
    one = await placed(village, who, tell=partial(asking.about_order, clock))
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


@pytest.mark.parametrize("decided", [None, True, False])
async def test_home_hears_when_its_slip_is_not_decided_yet(
    db: Database, clock: FixedClock, decided: bool | None
) -> None:
    village = Village(db, clock)
    home = await village.home(9, 1, "101", ("周敏", "tenant", None), code="91")
    who = await village.account(home, person=0)
    start = clock.now() + timedelta(hours=4)
    slip = await release.request(
        village.ctx, who, turn_id="t1", items="旧沙发", window=(start, start + timedelta(hours=1)),
        tell=partial(asking.about_slip, clock),
    )  # fmt: skip
    if decided is not None:
        await release.decide(village.ctx, slip.no, allowed=decided)
    fired = []
    for seconds in (3 * 3600 - 1, 1, 3600):
        clock.advance(seconds)
        fired.append(await timers.fire_due(db, clock, handlers(clock)))
    async with db.read() as conn:
        told = [each.text for each in await outbox.transcript(conn, who.conversation_id)]
    words = (
        f"您的放行条（编号{slip.no}，搬旧沙发）还没批下来，您说的是11月3日 18:05到19:05。"
        "急的话说“找人工”，我请工作人员看看。"
    )
    assert (fired, told) == ([0, 1, 0], [words] if decided is None else [])


async def test_slip_that_holds_at_once_is_not_looked_at(db: Database, clock: FixedClock) -> None:
    village = Village(db, clock)
    home = await village.home(9, 1, "101", ("王建国", "owner", None), code="91")
    start = clock.now() + timedelta(hours=4)
    await release.request(
        village.ctx, await village.account(home, person=0), turn_id="t1", items="旧沙发",
        window=(start, start + timedelta(hours=1)), tell=partial(asking.about_slip, clock),
    )  # fmt: skip
    clock.advance(5 * 3600)
    assert await timers.fire_due(db, clock, handlers(clock)) == 0
