"""Homes: found by their code's keyed hash or their address, and who lives there."""

from __future__ import annotations

import hashlib
import re

from community.config import Secret
from community.store import rooms
from community.store.identities import Home
from community.store.rooms import Resident
from tests.community.village import PEPPER, Village


def test_code_is_hashed_under_a_key() -> None:
    hashed = rooms.hash_code("35010001", PEPPER)
    assert re.fullmatch(r"[0-9a-f]{64}", hashed)
    assert hashed == rooms.hash_code("35010001", Secret(PEPPER.reveal()))
    assert hashed != hashlib.sha256(b"35010001").hexdigest()
    assert hashed != rooms.hash_code("35010001", Secret("another"))
    assert hashed != rooms.hash_code("35010002", PEPPER)


async def test_home_is_found_by_its_code_under_its_key_and_by_its_label(
    village: Village, home: Home, next_door: Home
) -> None:
    async with village.db.read() as conn:
        assert await rooms.by_code(conn, "35010001", PEPPER) == home
        assert await rooms.by_code(conn, "35010001", Secret("another")) is None
        assert await rooms.by_code(conn, "", PEPPER) is None
        assert await rooms.by_label(conn, "3号楼2单元502") == next_door
        assert await rooms.by_label(conn, "3号楼2单元503") is None


async def test_household_is_listed_with_its_owner_first(village: Village, next_door: Home) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "member", None), ("乙", "owner", "17000000001"), code="51010001"
    )
    async with village.db.read() as conn:
        assert await rooms.residents_of(conn, home.room_id) == [
            Resident("room_5_1_101_p1", "乙", "17000000001", "owner", 1970, {}),
            Resident("room_5_1_101_p0", "甲", None, "member", 1970, {}),
        ]
