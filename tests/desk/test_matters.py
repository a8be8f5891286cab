"""Matters of all at the desk: moved, answered in words, and one incident with many voices."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from community.services import facility, grid, hotline
from community.services.incident import Known
from community.store import incidents
from community.store.database import Database
from community.store.incidents import Incident
from community.store.schema import audit, grid_area, grid_worker
from community.store.schema import facility as facility_table
from community.store.schema import grid as grid_table
from community.store.tickets import Ticket
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World


@pytest.fixture(autouse=True)
async def lift(world: World) -> str:
    async with world.db.write() as conn:
        await conn.execute(
            insert(facility_table).values(
                id="lift", name="3号楼电梯", kind="lift", words=[], building=3, place="3号楼大堂",
                hours="", price="", state="ok", version=1, updated_at=world.clock.now(),
            )
        )  # fmt: skip
    return "lift"


@pytest.fixture
async def conversation_id(world: World) -> str:
    room_id = await world.home("3号楼2单元501", ("王建国", "owner", "13812348000", {}))
    return await world.conversation(room_id)


async def broken(
    world: World, conversation_id: str, words: str = "电梯停了"
) -> tuple[Ticket, Known | None]:
    return await facility.report(
        world.ctx, await world.party(conversation_id), turn_id=f"t-{conversation_id}-{words}"[:64],
        words=words, place=None, facility_id="lift",
    )  # fmt: skip


async def two_voices(world: World, conversation_id: str) -> tuple[Incident, str]:
    """An incident, and the conversation of its second voice."""
    other = await world.conversation(await world.home("3号楼2单元502"), person=None)
    await broken(world, conversation_id)
    await broken(world, other)
    async with world.db.read() as conn:
        (one,) = await incidents.every(conn)
    return one, other


async def now(world: World, one: Incident) -> Incident:
    async with world.db.read() as conn:
        return await incidents.get(conn, one.id)


async def test_fault_is_accepted_and_done_and_its_reporter_hears_both(
    fang: Browser, world: World, conversation_id: str
) -> None:
    made, _ = await broken(world, conversation_id)
    assert "电梯停了" in (await fang.get("/matters")).text
    path = f"/matters/{made.id}"
    assert (await fang.post(f"{path}/act", act="accept", version="1")).to == path
    assert (await fang.post(f"{path}/act", act="done", version="1")).status == 409
    await fang.post(f"{path}/act", act="done", version="2", note="换了继电器。")
    assert await world.transcript(conversation_id) == [
        f"bot: 您报的设施故障（编号 {made.no}）已经受理，有人去处理了。",
        f"bot: 您报的设施故障（编号 {made.no}）修好了，谢谢您告诉我们。说明：换了继电器。",
    ]
    page = (await fang.get(path)).text
    assert all(text in page for text in ("修好了", "换了继电器。", "王芳", "这件事已经办完"))
    assert "电梯停了" not in (await fang.get("/matters")).text
    assert "电梯停了" in (await fang.get("/matters?state=all")).text


async def test_city_matter_is_told_as_filed_only_with_the_citys_number(
    fang: Browser, world: World, conversation_id: str
) -> None:
    made = await hotline.submit(
        world.ctx, await world.party(conversation_id), turn_id="t", words="文化路塌了个坑",
        place="文化路", anonymous=False,
    )  # fmt: skip
    path = f"/matters/{made.id}"
    assert (await fang.post(f"{path}/act", act="file", version="1")).status == 400
    assert (await fang.post(f"{path}/act", act="done", version="1", note="x")).status == 409
    assert await world.transcript(conversation_id) == []
    await fang.post(f"{path}/act", act="file", version="1", outside_no="20251100371")
    assert (await fang.post(f"{path}/act", act="done", version="2")).status == 400
    await fang.post(f"{path}/act", act="done", version="2", note="市政周五来填。")
    assert await world.transcript(conversation_id) == [
        f"bot: 您的事（编号 {made.no}）已经递给12345了，那边的编号是 20251100371，"
        "预计11月10日 18:00前有答复。",
        f"bot: 您递给12345的事（编号 {made.no}）有答复了。说明：市政周五来填。",
    ]
    assert "20251100371" in (await fang.get(path)).text


async def test_anonymous_report_never_shows_who_but_the_answer_arrives(
    fang: Browser, world: World, conversation_id: str
) -> None:
    made = await grid.report(
        world.ctx, await world.party(conversation_id), turn_id="t", words="楼道堆了纸箱",
        place=None, anonymous=True,
    )  # fmt: skip
    for path in ("/matters", f"/matters/{made.id}"):
        page = (await fang.get(path)).text
        assert "匿名" in page
        assert [s for s in ("3号楼2单元501", "王建国", conversation_id) if s in page] == []
    await fang.post(f"/matters/{made.id}/act", act="refuse", version="1", note="归街道管。")
    assert await world.transcript(conversation_id) == [
        f"bot: 您反映的事（编号 {made.no}）这次没有受理。说明：归街道管。"
    ]


async def test_one_incident_moves_and_tells_every_voice(
    fang: Browser, world: World, conversation_id: str
) -> None:
    one, other = await two_voices(world, conversation_id)
    page = (await fang.get(f"/incidents/{one.id}")).text
    assert all(text in page for text in ("3号楼2单元501", "3号楼2单元502", "并在一起", "2 家"))
    act = f"/incidents/{one.id}/act"
    told = await fang.post(
        act, act="expect", version="1", words="师傅在换控制板。", until="2025-11-03T18:00"
    )
    assert told.to == f"/incidents/{one.id}"
    assert (await fang.post(act, act="finish", version="1", words="好了")).status == 409
    await fang.post(act, act="finish", version="2", words="能坐了。")
    for conversation, no in ((conversation_id, 1001), (other, 1002)):
        assert await world.transcript(conversation) == [
            f"bot: 3号楼电梯的事（您的编号 {no}）有进展：师傅在换控制板。预计11月3日 18:00前能好。",
            f"bot: 3号楼电梯的事（您的编号 {no}）办好了：能坐了。",
        ]
    assert (await now(world, one)).state == "done"
    assert "已经好了" in (await fang.get("/incidents")).text


async def test_voice_that_is_another_thing_is_let_go_and_taken_in_again(
    fang: Browser, world: World, db: Database, conversation_id: str
) -> None:
    one, other = await two_voices(world, conversation_id)
    second = 1002
    async with db.read() as conn:
        ticket_id = (await incidents.voices(conn, one.id))[1].ticket_id
    act = f"/incidents/{one.id}/act"
    await fang.post(
        act, act="other", version=str((await now(world, one)).version), ticket=ticket_id
    )
    assert "已分出去" in (await fang.get(f"/incidents/{one.id}")).text
    assert "受理，并告诉居民" in (await fang.get(f"/matters/{ticket_id}")).text
    await fang.post(act, act="same", version=str((await now(world, one)).version), ticket=ticket_id)
    assert await world.transcript(other) == [
        f"bot: 您报的 {second} 号，和别家报的“3号楼电梯”是同一件事，我们一起办，有进展就告诉您。"
    ]
    assert "请到" in (await fang.get(f"/matters/{ticket_id}")).text
    async with db.read() as conn:
        acts = await conn.execute(
            select(audit.c.act).where(audit.c.object == one.id, audit.c.actor == "staff_fang")
        )
        assert acts.scalars().all() == ["incident.other", "incident.view", "incident.same"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "explode", "version": "1"}, 400), ({"act": "expect", "words": "x"}, 400),
        ({"act": "expect", "version": "1", "words": "x", "until": "soon"}, 400),
        ({"act": "expect", "version": "1", "words": " "}, 400),
        ({"act": "propose", "version": "1", "no": "x"}, 400),
        ({"act": "propose", "version": "1", "no": "9999"}, 404),
        ({"act": "same", "version": "1", "ticket": "tkt_none"}, 404),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_to_an_incident_changes_nothing(
    fang: Browser, world: World, conversation_id: str, form: dict[str, str], status: int
) -> None:
    one, _ = await two_voices(world, conversation_id)
    assert (await fang.post(f"/incidents/{one.id}/act", **form)).status == status
    assert await now(world, one) == one


async def test_state_of_a_facility_is_what_residents_hear(
    fang: Browser, world: World, db: Database
) -> None:
    assert "3号楼电梯" in (await fang.get("/facilities")).text
    done = await fang.post(
        "/facilities/lift", state="repairing", version="1", until="2025-11-03T18:00"
    )
    assert done.to == "/facilities"
    assert "预计 11月3日 18:00 前好" in (await fang.get("/facilities")).text
    assert (await fang.post("/facilities/lift", state="ok", version="1")).status == 409
    async with db.read() as conn:
        rows = await conn.execute(
            select(audit.c.actor, audit.c.detail).where(audit.c.act == "facility.state")
        )
        assert [tuple(row) for row in rows] == [("staff_fang", {"state": "repairing"})]


@pytest.fixture
async def chen(world: World, new_browser: NewBrowser) -> Browser:
    """The worker of building 3."""
    person = await world.staff("chen", "陈敏", Role.GRID)
    other = await world.staff("he", "何建平", Role.GRID)
    async with world.db.write() as conn:
        for one, building in ((person, 3), (other, 5)):
            await conn.execute(
                insert(grid_worker).values(staff_id=one.id, phone="17000000901", hours="工作日")
            )
            await conn.execute(
                insert(grid_table).values(id=f"grid_{one.id}", name=one.name, worker_id=one.id)
            )
            await conn.execute(
                insert(grid_area).values(building=building, unit=0, grid_id=f"grid_{one.id}")
            )
    return await new_browser(person)


async def test_grid_worker_sees_the_own_grid_first_and_all_on_demand(
    chen: Browser, world: World, conversation_id: str
) -> None:
    for words in ("3号楼楼道堆了纸箱", "5号楼门口有狗"):
        await grid.report(
            world.ctx, await world.party(conversation_id), turn_id=words, words=words, place=None,
            anonymous=False,
        )  # fmt: skip
    own = (await chen.get("/matters?kind=grid")).text
    every = (await chen.get("/matters?kind=grid&all=1")).text
    shown = [("3号楼楼道堆了纸箱" in page, "5号楼门口有狗" in page) for page in (own, every)]
    assert shown == [(True, False), (True, True)]


async def test_grid_worker_says_when_to_be_back_and_nobody_else_does(
    chen: Browser, fang: Browser, world: World
) -> None:
    until = "2025-11-04T08:30"
    assert (await chen.post("/grids/away/staff_chen", until=until)).to == "/facilities"
    assert "不在，到 11月4日 08:30" in (await chen.get("/facilities")).text
    assert (await chen.post("/grids/away/staff_he", until=until)).status == 403
    assert (await fang.post("/grids/away/staff_chen", until="")).status == 403
    assert [one.away is not None for one in await grid.every(world.ctx)] == [False, True]


async def test_repairer_sees_none_of_it(liu: Browser) -> None:
    for path in ("/matters", "/incidents", "/facilities"):
        assert (await liu.get(path)).status == 403


async def test_only_matters_open_as_matters(
    fang: Browser, world: World, conversation_id: str
) -> None:
    order = await world.order(conversation_id)
    for path in (f"/matters/{order.id}", "/matters/tkt_none", "/incidents/inc_none"):
        assert (await fang.get(path)).status == 404
