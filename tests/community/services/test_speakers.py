"""Speakers: a new one shows a code for a while; who enters it says which home it stands in."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from community.errors import BadInput, TooMany
from community.services import speakers
from community.store import identities
from community.store import speakers as kept
from community.store.identities import GONE, Home
from community.store.schema import conversation, identity, outbox
from community.store.speakers import CLIENT, PAGE, Speaker
from tests.community.village import Village

SECRET = "s" * 40


async def new(village: Village, key: str = "client:one") -> Speaker:
    return await speakers.meet(village.ctx, key, CLIENT, "家里的音箱", SECRET)


async def bind(village: Village, code: str, home: Home, **other: str | None) -> Speaker | None:
    async with village.db.write() as conn:
        return await speakers.bind(
            conn, village.clock, code=code, room_id=home.room_id,
            resident_id=other.get("resident_id"), name=other.get("name", "客厅音箱"),
            guesser="staff_fang", may_move=True,
        )  # fmt: skip


async def test_new_speaker_stands_nowhere_and_is_the_same_when_it_comes_again(
    village: Village,
) -> None:
    one = await new(village)
    assert (one.home, one.person, one.pace, one.volume, one.senior) == (None, None, 3, 60, True)
    assert await new(village) == one
    assert speakers.proves(one, SECRET)
    assert not speakers.proves(one, "another")


async def test_secret_itself_is_not_kept(village: Village) -> None:
    assert SECRET not in str(await new(village))


async def test_code_puts_it_into_a_home_once(village: Village, home: Home) -> None:
    shown = await speakers.show_code(village.ctx, await new(village))
    bound = await bind(village, shown.code, home, resident_id=f"{home.room_id}_p0")
    assert bound is not None
    assert (bound.home, bound.person, bound.name) == ("3号楼2单元501", "王建国", "客厅音箱")
    assert await bind(village, shown.code, home) is None


async def test_speaker_of_a_home_with_one_person_is_theirs(
    village: Village, next_door: Home
) -> None:
    shown = await speakers.show_code(village.ctx, await new(village))
    bound = await bind(village, shown.code, next_door)
    assert bound is not None
    assert bound.person == "李宏伟"


async def test_code_ends_after_half_an_hour_and_with_the_next_one(
    village: Village, home: Home
) -> None:
    one = await new(village)
    first = await speakers.show_code(village.ctx, one)
    second = await speakers.show_code(village.ctx, one)
    assert await bind(village, first.code, home) is None
    village.clock.advance(speakers.CODE_LIVES.total_seconds())
    assert await bind(village, second.code, home) is None


async def test_guesses_are_held_down_and_each_of_them_counts(village: Village, home: Home) -> None:
    for _ in range(speakers.GUESSES):
        assert await bind(village, "000000", home) is None
    shown = await speakers.show_code(village.ctx, await new(village))
    with pytest.raises(TooMany):
        await bind(village, shown.code, home)
    village.clock.advance(speakers.WINDOW.total_seconds() + 1)
    shown = await speakers.show_code(village.ctx, await new(village))
    assert await bind(village, shown.code, home) is not None


async def test_person_of_another_home_and_a_name_without_words_are_refused(
    village: Village, home: Home, next_door: Home
) -> None:
    shown = await speakers.show_code(village.ctx, await new(village))
    with pytest.raises(BadInput):
        await bind(village, shown.code, home, resident_id=f"{next_door.room_id}_p0")
    with pytest.raises(BadInput):
        await bind(village, shown.code, home, name="  ")
    assert await bind(village, shown.code, home) is not None


async def test_endless_new_devices_are_held_down(village: Village) -> None:
    for i in range(speakers.MOST_UNBOUND_PER_HOUR):
        await new(village, f"client:{i}")
    with pytest.raises(TooMany):
        await new(village, "client:more")
    assert (await new(village, "client:1")).home is None


async def test_accounts_that_speak_for_the_first_time_are_not_held_down(village: Village) -> None:
    for i in range(speakers.MOST_UNBOUND_PER_HOUR + 1):
        await speakers.meet(
            village.ctx, f"page:{i}", PAGE, "网页语音", account=("webchat", f"session-{i}")
        )


@pytest.mark.parametrize("key", ["", "k" * 101, "a\nb"])
async def test_odd_names_of_devices_are_refused(village: Village, key: str) -> None:
    with pytest.raises(BadInput):
        await new(village, key)


async def test_speaker_that_left_its_home_is_not_listed_and_can_be_bound_again(
    village: Village, home: Home, next_door: Home
) -> None:
    one = await new(village)
    await bind(village, (await speakers.show_code(village.ctx, one)).code, home)
    async with village.db.write() as conn:
        assert [each.id for each in await kept.bound(conn)] == [one.id]
        await speakers.unbind(conn, village.clock, one)
        assert await kept.bound(conn) == []
    shown = await speakers.show_code(village.ctx, one)
    bound = await bind(village, shown.code, next_door)
    assert bound is not None
    assert bound.home == "3号楼2单元502"


@pytest.mark.parametrize("how", ["taken out", "bound elsewhere", "bound to another person"])
async def test_what_was_said_to_a_speaker_stays_with_the_home_it_has_left(
    village: Village, home: Home, next_door: Home, how: str
) -> None:
    before = await bind(village, (await speakers.show_code(village.ctx, await new(village))).code,
                        home, resident_id=f"{home.room_id}_p0")  # fmt: skip
    assert before is not None
    async with village.db.write() as conn:
        await kept.keep_habits(conn, before.id, pace=1, volume=90, senior=False, pauses=[0.4])
    after: Speaker | None
    if how == "taken out":
        async with village.db.write() as conn:
            await speakers.unbind(conn, village.clock, before)
            after = await kept.get(conn, before.id)
    else:
        shown = await speakers.show_code(village.ctx, before)
        after = await bind(village, shown.code, next_door if how == "bound elsewhere" else home)
    assert after is not None
    assert after.identity_id != before.identity_id
    assert (after.pace, after.volume, after.senior, after.pauses) == (3, 60, True, ())
    async with village.db.read() as conn:
        rows = await conn.execute(select(identity).where(identity.c.room_id == home.room_id))
        keys = {row.id: row.user_key for row in rows}
    assert keys[before.identity_id].startswith(GONE)
    async with village.db.write() as conn:
        mine = await identities.ensure(conn, village.clock, "speaker", "client:one")
    assert mine == after.identity_id


async def test_speaker_bound_again_where_it_stands_goes_on_as_it_was(
    village: Village, home: Home
) -> None:
    one = await new(village)
    for _ in range(2):
        shown = await speakers.show_code(village.ctx, one)
        bound = await bind(village, shown.code, home, resident_id=f"{home.room_id}_p0")
        assert bound is not None
        assert bound.identity_id == one.identity_id


async def forgotten(village: Village) -> list[str]:
    async with village.db.write() as conn:
        return await speakers.forget_strays(conn, village.clock)


async def test_habits_of_a_page_are_forgotten_and_its_account_is_not(village: Village) -> None:
    account = ("webchat", "visitor-1")
    page = await speakers.meet(village.ctx, "page:1", kept.PAGE, "网页语音", account=account)
    village.clock.advance(speakers.STRAY_AFTER.total_seconds() + 1)
    assert await forgotten(village) == []
    async with village.db.read() as conn:
        assert await kept.by_device(conn, "page:1") is None
        keys = (await conn.execute(select(identity.c.id))).scalars().all()
    assert page.identity_id in keys


async def test_speaker_in_no_home_is_forgotten_when_nobody_has_seen_it_for_long(
    village: Village, home: Home
) -> None:
    stray, asking, _ = [await new(village, f"client:{name}") for name in ("a", "b", "c")]
    standing = await bind(village, (await speakers.show_code(village.ctx, asking)).code, home)
    assert standing is not None
    village.clock.advance(speakers.STRAY_AFTER.total_seconds() - 60)
    again = await new(village, "client:d")
    await speakers.show_code(village.ctx, stray)
    village.clock.advance(120)
    assert await forgotten(village) == []
    async with village.db.read() as conn:
        left = [
            await kept.by_device(conn, f"client:{name}") is not None
            for name in ("a", "b", "c", "d")
        ]
        keys = (await conn.execute(select(identity.c.user_key))).scalars().all()
    assert left == [True, True, False, True]
    assert "client:c" not in keys
    assert again.home is None


async def test_what_a_forgotten_speaker_was_told_is_to_be_erased(village: Village) -> None:
    one = await new(village)
    async with village.db.write() as conn:
        await conn.execute(
            insert(conversation).values(
                id="conv", identity_id=one.identity_id, channel="speaker", state="BOT",
                owner_epoch=0, next_seq=1, seen_seq=0, created_at=village.clock.now(),
            )
        )  # fmt: skip
    village.clock.advance(speakers.STRAY_AFTER.total_seconds() + 1)
    assert await forgotten(village) == ["conv"]


async def test_what_a_speaker_was_not_told_before_it_left_is_refused(
    village: Village, home: Home, next_door: Home
) -> None:
    one = await bind(
        village, (await speakers.show_code(village.ctx, await new(village))).code, home
    )
    assert one is not None
    async with village.db.write() as conn:
        now = village.clock.now()
        await conn.execute(
            insert(conversation).values(
                id="conv", identity_id=one.identity_id, channel="speaker", state="BOT",
                owner_epoch=0, next_seq=1, seen_seq=0, created_at=now,
            )
        )  # fmt: skip
        for seq, state in ((1, "sent"), (2, "ready")):
            await conn.execute(
                insert(outbox).values(
                    conversation_id="conv", seq=seq, channel="speaker", client_key=str(seq),
                    epoch=0, state=state, attempts=0, not_before=now,
                )
            )  # fmt: skip
    await bind(village, (await speakers.show_code(village.ctx, one)).code, next_door)
    async with village.db.read() as conn:
        states = await conn.execute(select(outbox.c.state).order_by(outbox.c.seq))
        assert states.scalars().all() == ["sent", "refused"]
