"""Registers: one day of a service as a table, for case workers, and each look is on record."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from community.services import release
from community.store import identities
from community.store.database import Database
from community.store.schema import audit
from community.times import SHANGHAI
from desk.registers import BOOKS, Book
from tests.desk.conftest import Browser
from tests.desk.seed import World


async def slip(world: World, items: str) -> release.Slip:
    room_id = await world.home("3号楼2单元501", ("王建国", "owner", "13812348000", {}))
    conversation_id = await world.conversation(room_id)
    async with world.db.read() as conn:
        account = await identities.party(conn, conversation_id)
    assert account is not None
    window = (datetime(2025, 11, 4, 9, tzinfo=SHANGHAI), datetime(2025, 11, 4, 11, tzinfo=SHANGHAI))
    return await release.request(
        world.ctx, account, turn_id="t1", items=items, window=window, plate=None
    )


async def test_register_shows_its_day_and_no_other(fang: Browser, world: World) -> None:
    made = await slip(world, "旧沙发")
    page = (await fang.get("/registers/release?day=2025-11-04")).text
    assert all(text in page for text in ("旧沙发", "3号楼2单元501", made.code, "1 条"))
    assert "这一天还没有登记" in (await fang.get("/registers/release")).text


async def test_looking_is_on_record_once_a_visit(fang: Browser, world: World, db: Database) -> None:
    for _ in range(2):
        await fang.get("/registers/space")
    async with db.read() as conn:
        rows = await conn.execute(
            select(audit.c.actor, audit.c.object).where(audit.c.act == "register.view")
        )
        assert rows.all() == [("staff_fang", "space:2025-11-03")]


async def test_first_register_is_where_the_menu_leads(fang: Browser) -> None:
    assert (await fang.get("/registers")).to == f"/registers/{BOOKS[0].key}"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.key)
async def test_every_register_opens_on_an_empty_community(wei: Browser, book: Book) -> None:
    assert (await wei.get(f"/registers/{book.key}")).status == 200


@pytest.mark.parametrize("key", ["health", "medication", "wellbeing"])
async def test_who_is_cared_for_is_not_for_a_clerk(fang: Browser, key: str) -> None:
    assert (await fang.get(f"/registers/{key}")).status == 404
    assert f"/registers/{key}" not in (await fang.get("/registers/meal")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing", 404), ("space?day=2025-02-31", 400), ("space?day=1999-01-01", 400)],
)
async def test_what_there_is_not_is_refused(fang: Browser, path: str, status: int) -> None:
    assert (await fang.get(f"/registers/{path}")).status == status


async def test_repairer_has_no_registers(liu: Browser) -> None:
    assert (await liu.get("/registers/space")).status == 403
    assert "/registers" not in (await liu.get("/orders")).text
