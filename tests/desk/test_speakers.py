"""Speakers at the desk: put into a home by their code, sealed; fates and words of clips shown."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from community.services import speakers
from community.store import attachments
from community.store import speakers as kept
from community.store.attachments import VOICE, File
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import audit, identity, message
from community.store.speakers import CLIENT, Speaker
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World

HOME = "3号楼2单元501"


@pytest.fixture
async def one(world: World) -> Speaker:
    await world.home(HOME, ("王秀英", "owner", "13812348000", {}))
    return await speakers.meet(world.ctx, "client:one", CLIENT, "家里的音箱", "s" * 40)


@pytest.fixture
async def grid(new_browser: NewBrowser, world: World) -> Browser:
    return await new_browser(await world.staff("zhao", "赵敏", Role.GRID))


async def acts(db: Database, obj: str) -> list[tuple[str, str]]:
    async with db.read() as conn:
        rows = await conn.execute(
            select(audit.c.actor, audit.c.act).where(audit.c.object == obj).order_by(audit.c.id)
        )
        return [(row.actor, row.act) for row in rows]


async def test_speaker_is_put_into_a_home_by_its_code_and_taken_out_again(
    grid: Browser, world: World, one: Speaker, db: Database
) -> None:
    shown = await speakers.show_code(world.ctx, one)
    page = await grid.get(f"/speakers?home={HOME}")
    assert "王秀英（业主）" in page.text
    form = {"home": HOME, "code": shown.code, "resident": "", "name": "床头音箱"}
    assert (await grid.post("/speakers", **form)).to == "/speakers"
    page = await grid.get("/speakers")
    assert "床头音箱" in page.text
    assert "王秀英" in page.text
    assert (await grid.post(f"/speakers/{one.id}/unbind")).to == "/speakers"
    assert "还没有登记过音箱" in (await grid.get("/speakers")).text
    assert await acts(db, one.id) == [
        ("staff_zhao", "speaker.bind"), ("staff_zhao", "speaker.unbind"),
    ]  # fmt: skip


async def test_wrong_code_and_unknown_home_are_named(grid: Browser, one: Speaker) -> None:
    form = {"home": HOME, "code": "000000", "resident": "", "name": "床头音箱"}
    to = (await grid.post("/speakers", **form)).to
    assert to is not None
    assert "没有音箱在报这个数" in (await grid.get(to)).text
    assert "房号“99号楼1单元101”没找到" in (await grid.get("/speakers?home=99号楼1单元101")).text
    assert (await grid.post("/speakers", **form | {"home": "99号楼1单元101"})).status == 400


async def test_other_staff_see_no_speakers(
    new_browser: NewBrowser, world: World, one: Speaker
) -> None:
    clerk = await new_browser(await world.staff("wang", "王姐", Role.CLERK))
    assert (await clerk.get("/speakers")).status in {403, 404}
    assert (await clerk.post(f"/speakers/{one.id}/unbind")).status in {403, 404}


async def test_clip_and_fate_of_words_are_shown_and_a_person_corrects_what_was_heard(
    new_browser: NewBrowser, world: World, db: Database
) -> None:
    clerk = await new_browser(await world.staff("wang", "王姐"))
    case = await world.waiting()
    heard = {"text": "水馆漏水", "words": [["水馆", 0.4, 0.0, 0.5], ["漏水", 0.9, 0.5, 1.0]]}
    async with db.write() as conn:
        await attachments.add(
            conn, world.clock, "clip_1", case.conversation_id,
            File("audio/wav", 10, "00", duration_ms=1000), VOICE,
        )  # fmt: skip
        await attachments.transcribe(conn, "clip_1", heard)
        await conn.execute(update(message).where(message.c.seq == 1).values(attachment_id="clip_1"))
    await world.bot_says(case.conversation_id, "师傅马上来。")
    async with db.write() as conn:
        await kept.note_fate(conn, world.clock, case.conversation_id, 2, "answered", begun=False)
    await clerk.post(f"/cases/{case.id}/claim")
    page = (await clerk.get(f"/cases/{case.id}")).text
    assert '<mark title="拿不准">水馆</mark>漏水' in page
    assert "音箱已播，居民应了" in page
    await clerk.post("/clips/clip_1/words", text="水管 漏水")
    page = (await clerk.get(f"/cases/{case.id}")).text
    assert "机器听到：" in page
    assert '<span class="muted">同事听到：</span>水管 漏水' in page
    assert ("staff_wang", "voice.correct") in await acts(db, "clip_1")
    assert (await clerk.post("/clips/clip_1/words", text=" ")).status == 400
    assert (await clerk.post("/clips/clip_2/words", text="水管")).status == 404


async def test_a_page_in_which_somebody_speaks_is_no_speaker_to_be_taken_out(
    grid: Browser, world: World, db: Database
) -> None:
    room_id = await world.home(HOME, ("王秀英", "owner", "13812348000", {}))
    conversation_id = await world.conversation(room_id, channel="webchat")
    account = await world.party(conversation_id)
    page = await speakers.meet(
        world.ctx, "page:one", kept.PAGE, "网页", account=("webchat", await user_key(db, account))
    )
    assert page.home == HOME
    assert (await grid.post(f"/speakers/{page.id}/unbind")).status == 404
    assert (await world.party(conversation_id)).home == account.home


async def user_key(db: Database, account: Party) -> str:
    async with db.read() as conn:
        found = await conn.execute(
            select(identity.c.user_key).where(identity.c.id == account.identity_id)
        )
        return str(found.scalar_one())
