"""A village with facilities and two grids, and reports of its people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from community.services import facility, grid, hotline, incident
from community.services.incident import Known
from community.store import incidents
from community.store.identities import Party
from community.store.incidents import Incident
from community.store.schema import facility as facility_table
from community.store.schema import grid as grid_table
from community.store.schema import grid_area, grid_worker
from community.store.tickets import Ticket
from tests.community.village import Village
from tests.conftest import add_staff

FACILITIES: tuple[dict[str, Any], ...] = (
    {"id": "lift_3_1", "name": "3号楼1单元电梯", "kind": "lift", "building": 3, "unit": 1},
    {"id": "lift_3_2", "name": "3号楼2单元电梯", "kind": "lift", "building": 3, "unit": 2},
    {"id": "lift_5_1", "name": "5号楼1号电梯", "kind": "lift", "building": 5, "number": 1},
    {"id": "lift_5_2", "name": "5号楼2号电梯", "kind": "lift", "building": 5, "number": 2},
    {"id": "garden", "name": "小花园路灯", "kind": "lamp", "words": ["花园的灯"], "place": "小花园",
     "hours": "天黑亮"},
    {"id": "square", "name": "广场路灯", "kind": "lamp", "place": "中心广场"},
    {"id": "chargers", "name": "地库充电桩", "kind": "charger", "place": "地下一层",
     "hours": "一天24小时", "price": "一度电1元2角"},
)  # fmt: skip
ADDRESSES = {"building": None, "unit": None, "number": None}


async def built(village: Village) -> None:
    """FACILITIES, all in order; 陈敏 for buildings 3 and 5/1, 何建平 for the rest of 5."""
    async with village.db.write() as conn:
        for row in FACILITIES:
            plain = {"words": [], "place": row["name"], "hours": "", "price": "", "state": "ok"}
            await conn.execute(
                insert(facility_table).values(
                    **ADDRESSES | plain | row, version=1, updated_at=village.clock.now()
                )
            )
    await add_staff(village.db, "staff_chen", "陈敏", "grid")
    await add_staff(village.db, "staff_he", "何建平", "grid")
    async with village.db.write() as conn:
        for staff_id, phone in (("staff_chen", "17000000901"), ("staff_he", "17000000902")):
            await conn.execute(
                insert(grid_worker).values(staff_id=staff_id, phone=phone, hours="工作日")
            )
        for name, worker, other in (("一", "staff_chen", "staff_he"), ("二", "staff_he", None)):
            await conn.execute(
                insert(grid_table).values(
                    id=f"grid_{name}", name=name, worker_id=worker, substitute_id=other
                )
            )
        areas = [("grid_一", 3, 0), ("grid_一", 5, 1), ("grid_二", 5, 2), ("grid_二", 13, 0)]
        await conn.execute(
            insert(grid_area), [{"grid_id": g, "building": b, "unit": u} for g, b, u in areas]
        )


async def broken(
    village: Village, account: Party, words: str = "电梯停了", where: str | None = "lift_3_2",
    *, own: bool = False,
) -> tuple[Ticket, Known | None]:  # fmt: skip
    return await facility.report(
        village.ctx, account, turn_id=village.next("turn"), words=words, place=None,
        facility_id=where, own=own,
    )  # fmt: skip


async def disorder(
    village: Village, account: Party, words: str = "3号楼楼道堆了纸箱", *, anonymous: bool = False
) -> Ticket:
    return await grid.report(
        village.ctx, account, turn_id=village.next("turn"), words=words, place=None,
        anonymous=anonymous,
    )  # fmt: skip


async def city(
    village: Village, account: Party, words: str = "文化路塌了个坑", *, anonymous: bool = False
) -> Ticket:
    return await hotline.submit(
        village.ctx, account, turn_id=village.next("turn"), words=words, place="文化路",
        anonymous=anonymous,
    )  # fmt: skip


async def the_incident(village: Village) -> Incident:
    """The only one there is."""
    async with village.db.read() as conn:
        (one,) = await incidents.every(conn)
    return one


async def voices(village: Village) -> dict[int, str]:
    """By number of the report: which kind of voice it is of the only incident."""
    one = await the_incident(village)
    async with village.db.read() as conn:
        found = await incidents.voices(conn, one.id)
    return {(await village.now_of(voice.ticket_id)).no: voice.state for voice in found}


async def expected(village: Village, words: str, at: datetime | None = None) -> list[str]:
    """Staff say what is expected of the only incident; returns the numbers that were told."""
    told: list[str] = []

    async def tell(_conn: object, _one: Incident, ticket: Ticket) -> None:
        told.append(f"{ticket.no} {ticket.state}")

    one = await the_incident(village)
    await incident.expect(
        village.ctx, one.id, words, at, staff_id="staff_chen", version=one.version, tell=tell
    )
    return told


async def built_incident(village: Village, account: Party) -> None:
    """A second account of the home reports the lift, and staff expect it to work in four hours."""
    home = account.home
    assert home is not None
    await broken(village, await village.account(home, person=0))
    await expected(village, "在换控制板", village.clock.now() + hours(4))


async def finished(village: Village, words: str = "换好了") -> list[str]:
    """The only incident is over; returns the numbers that were told."""
    told: list[str] = []

    async def tell(_conn: object, _one: Incident, ticket: Ticket) -> None:
        told.append(f"{ticket.no} {ticket.state}")

    one = await the_incident(village)
    await incident.finish(
        village.ctx, one.id, words, staff_id="staff_chen", version=one.version, tell=tell
    )
    return told


def hours(n: float) -> timedelta:
    return timedelta(hours=n)
