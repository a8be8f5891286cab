"""Accounts: one per channel and key, and the home and person behind a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path

from community.store import identities
from community.store.database import Database
from community.store.identities import Home, Party
from community.store.schema import identity
from tests.community.village import Village


async def ensure(village: Village, channel: str, user_key: str) -> str:
    async with village.db.write() as conn:
        return await identities.ensure(conn, village.clock, channel, user_key)


async def test_account_is_made_once_by_however_many_processes(
    village: Village, data_dir: Path
) -> None:
    other = Village(Database(f"sqlite:///{data_dir / 'linsheng.db'}"), village.clock)
    ids = await asyncio.gather(*(ensure(one, "webchat", "u") for one in [village, other] * 5))
    await other.db.close()
    assert len(set(ids)) == await village.count(identity) == 1


async def test_same_key_on_another_channel_is_another_account(village: Village) -> None:
    assert await ensure(village, "webchat", "u") != await ensure(village, "api", "u")


async def test_party_says_home_and_person_as_far_as_they_are_known(
    village: Village, home: Home, wang: Party, household: Party, stranger: Party
) -> None:
    assert (wang.home, wang.resident_id, wang.name, wang.phone, wang.role) == (
        home, "room_3_2_501_p0", "王建国", "13812348000", "owner",
    )  # fmt: skip
    assert (household.home, household.resident_id, household.name, household.role) == (
        home, None, None, None,
    )  # fmt: skip
    assert (stranger.home, stranger.name, stranger.channel) == (None, None, "webchat")


async def test_unknown_conversation_is_nobody(village: Village) -> None:
    async with village.db.read() as conn:
        assert await identities.party(conn, "conv_0") is None


async def test_binding_anew_forgets_the_person_of_the_old_home(
    village: Village, next_door: Home, wang: Party
) -> None:
    async with village.db.write() as conn:
        await identities.bind(conn, village.clock, wang.identity_id, next_door.room_id, None)
        found = await identities.party(conn, wang.conversation_id)
    assert found is not None
    assert (found.home, found.name, found.phone, found.role) == (next_door, None, None, None)
