"""What staff see of WeChat's limits, and of clips that residents spoke."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from community.store import attachments
from community.store.attachments import File
from community.store.database import Database
from community.store.identities import GONE
from community.store.schema import identity, outbox, wechat_grant, wechat_notice
from conversation import audit
from conversation.queue import Case
from tests.desk.conftest import Browser
from tests.desk.seed import World


def allowance_on(page: str) -> str | None:
    """The line above the composer, without its tags."""
    found = re.search(r'<p class="allowance[^>]*>(.*?)</p>', page, re.S)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else None


async def claimed(fang: Browser, world: World, *, channel: str = "wechat") -> Case:
    conversation_id = await world.conversation(None, channel=channel)
    await world.says(conversation_id, "找人工")
    case = await world.case(conversation_id)
    await fang.post(f"/cases/{case.id}/claim")
    return case


async def grant(
    db: Database, world: World, case: Case, left: int, minutes: int, kind: str = "message"
) -> None:
    async with db.write() as conn:
        await conn.execute(
            insert(wechat_grant).values(
                conversation_id=case.conversation_id, source="s", kind=kind, remaining=left,
                until=world.clock.now() + timedelta(minutes=minutes),
            )
        )  # fmt: skip


async def test_clerk_sees_how_much_may_still_be_sent_and_until_when(
    fang: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    await grant(db, world, case, 2, 60)
    page = (await fang.get(f"/cases/{case.id}")).text
    assert allowance_on(page) == "微信还能发 2 条 · 到 11月3日 15:05"


async def test_clerk_sees_what_a_message_allows_beside_what_a_tap_does(
    fang: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    await grant(db, world, case, 3, 1, "tap")
    await grant(db, world, case, 2, 60)
    page = (await fang.get(f"/cases/{case.id}")).text
    assert allowance_on(page) == "微信还能发 2 条 · 到 11月3日 15:05"


@pytest.mark.parametrize(("left", "minutes"), [(0, 60), (3, 0)])
async def test_clerk_is_told_what_happens_when_nothing_may_be_sent(
    fang: Browser, world: World, db: Database, left: int, minutes: int
) -> None:
    case = await claimed(fang, world)
    await grant(db, world, case, left, minutes)
    page = (await fang.get(f"/cases/{case.id}")).text
    assert allowance_on(page) == "微信现在发不出去。写好会先存着，居民下次说话时一起送到。"


@pytest.mark.parametrize("desk_settings", [{"wechat_can_push": False}], indirect=True)
@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("wechat", "微信现在发不出去。写好会先存着，居民下次说话时一起送到。"),
        ("wecom", "微信还能发 5 条 · 到 11月3日 15:05"),
    ],
)
async def test_account_that_may_not_push_has_nothing_left_whatever_was_granted(
    fang: Browser, world: World, db: Database, channel: str, told: str
) -> None:
    case = await claimed(fang, world, channel=channel)
    await grant(db, world, case, 5, 60)
    assert allowance_on((await fang.get(f"/cases/{case.id}")).text) == told


async def test_channels_that_count_nothing_show_no_limit(fang: Browser, world: World) -> None:
    case = await claimed(fang, world, channel="webchat")
    assert allowance_on((await fang.get(f"/cases/{case.id}")).text) is None


@pytest.mark.parametrize(
    ("state", "attempts", "notice", "shown"),
    [
        ("sending", 1, None, "正在发出"),
        ("again", 0, None, "微信那边忙，过一会儿自动再发"),
        ("held", 0, None, "先存着，居民下次说话时一起送到"),
        ("held", 1, None, "可能已经收到，居民下次说话时会再送一遍并说明"),
        ("held", 0, "delivered", "已用通知提醒居民，他一说话就送到"),
        ("held", 0, "failed", "先存着，居民下次说话时一起送到"),
        ("sent", 0, None, "已发出"),
        ("unreached", 0, None, "没送到，居民取消了关注或不收消息，请打电话联系"),
        ("refused", 0, None, "没有发出，人工接手时已作废"),
    ],
)
async def test_each_state_of_a_reply_has_its_words(
    fang: Browser, world: World, db: Database, state: str, attempts: int, notice: str | None,
    shown: str,
) -> None:  # fmt: skip
    case = await claimed(fang, world)
    await fang.post(f"/cases/{case.id}/reply", text="马上到", key="k1")
    async with db.write() as conn:
        seq = (await conn.execute(select(func.max(outbox.c.seq)))).scalar_one()
        await conn.execute(
            update(outbox).where(outbox.c.seq == seq).values(state=state, attempts=attempts)
        )
        if notice is not None:
            await conn.execute(
                insert(wechat_notice).values(
                    id="n1", conversation_id=case.conversation_id, seq=seq, template="t",
                    state=notice, attempts=0, not_before=world.clock.now(), at=world.clock.now(),
                )
            )  # fmt: skip
    page = (await fang.get(f"/cases/{case.id}")).text
    assert re.findall(r'<p class="delivery">(.*?)</p>', page)[-1] == shown


async def test_reply_of_which_only_the_beginning_arrived_says_so(
    fang: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    await fang.post(f"/cases/{case.id}/reply", text="马上到", key="k1")
    async with db.write() as conn:
        await conn.execute(update(outbox).values(state="held", given=1))
    page = (await fang.get(f"/cases/{case.id}")).text
    assert re.findall(r'<p class="delivery">(.*?)</p>', page)[-1] == (
        "太长，先送到了前面一部分，居民下次说话时接着送"
    )


@pytest.mark.parametrize("state", ["ready", "refused"])
async def test_reply_that_the_reader_is_gone_for_says_so(
    fang: Browser, world: World, db: Database, state: str
) -> None:
    case = await claimed(fang, world)
    await fang.post(f"/cases/{case.id}/reply", text="马上到", key="k1")
    async with db.write() as conn:
        seq = (await conn.execute(select(func.max(outbox.c.seq)))).scalar_one()
        await conn.execute(update(outbox).where(outbox.c.seq == seq).values(state=state))
        await conn.execute(update(identity).values(user_key=f"{GONE}1"))
    page = (await fang.get(f"/cases/{case.id}")).text
    shown = re.findall(r'<p class="delivery">(.*?)</p>', page)[-1]
    assert shown == "没有发出，音箱已经搬走，或者账号已经注销"


async def clip_of(db: Database, world: World, case: Case, *, kept: bool = True) -> str:
    """A clip of three seconds that was said in the case."""
    async with db.write() as conn:
        await attachments.expect(
            conn, world.clock, "clip_1", case.conversation_id, kind="voice", source="wechat m"
        )
        if kept:
            await attachments.keep(conn, "clip_1", File("audio/wav", 4, "-", duration_ms=3000))
            heard = {"text": "厨房漏水", "words": [["厨房", 0.9, 0, 1], ["漏水", 0.3, 1, 2]]}
            await attachments.transcribe(conn, "clip_1", heard)
    folder = world.data_dir / "voices"
    folder.mkdir()
    (folder / "clip_1.wav").write_bytes(b"RIFF")
    await world.says(case.conversation_id, "厨房漏水", photo="clip_1")
    return "clip_1"


async def test_clip_is_played_with_what_the_machine_heard_and_the_look_is_noted(
    fang: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    clip = await clip_of(db, world, case)
    page = (await fang.get(f"/cases/{case.id}")).text
    assert f'src="/clips/{clip}" aria-label="居民的语音，3 秒"' in page
    assert '机器听到：</span>厨房<mark title="拿不准">漏水</mark>' in page
    answer = await fang.get(f"/clips/{clip}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
    async with db.read() as conn:
        (entry,) = await audit.of_object(conn, clip)
    assert (entry.actor, entry.act) == ("staff_fang", "voice.view")


async def test_clip_that_is_not_here_is_said_to_be_on_its_way(
    fang: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    clip = await clip_of(db, world, case, kept=False)
    assert '<p class="file-told">语音正在取……</p>' in (await fang.get(f"/cases/{case.id}")).text
    assert (await fang.get(f"/photos/{clip}")).status == 404


async def test_repairer_hears_no_clips(
    fang: Browser, liu: Browser, world: World, db: Database
) -> None:
    case = await claimed(fang, world)
    clip = await clip_of(db, world, case)
    assert (await liu.get(f"/clips/{clip}")).status == 404
