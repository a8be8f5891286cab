"""POST /api/v1/bindings: a user is linked to a home by its code, and guessing is held down."""

import pytest
from sqlalchemy import insert

from community.store.identities import party
from community.store.rooms import hash_code
from community.store.schema import room


@pytest.fixture
async def household_code(gateway):
    code = "HB-3-2-501"
    async with gateway.db.write() as conn:
        await conn.execute(
            insert(room).values(
                id="room_1", building=3, unit=2, number="501", label="3号楼2单元501",
                code_hash=hash_code(code, gateway.secrets.pepper),
            )
        )  # fmt: skip
    return code


async def bind(gateway, user, code):
    return await gateway.post("/api/v1/bindings", {"user": user, "code": code})


async def test_right_code_links_the_users_conversation(gateway, household_code):
    assert await bind(gateway, "u", household_code) == (200, {"room": "3号楼2单元501"})
    _, answer = await gateway.say("u", "m", "你好")
    async with gateway.db.read() as conn:
        found = await party(conn, answer["conversation"])
    assert found.home.label == "3号楼2单元501"


async def test_wrong_code_is_not_found(gateway, household_code):
    status, error = await bind(gateway, "u", "HB-0-0-000")
    assert (status, error["code"]) == (404, "wrong_code")


async def test_guessing_is_held_down(gateway, household_code):
    for _ in range(5):
        assert (await bind(gateway, "u", "wrong"))[0] == 404
    status, error = await bind(gateway, "u", household_code)
    assert (status, error["code"]) == (429, "too_many")


@pytest.mark.parametrize("code", [None, "", 5, "x" * 65, "a\x00b"])
async def test_code_is_checked(gateway, code):
    status, error = await bind(gateway, "u", code)
    assert (status, error["code"]) == (400, "bad_request")
    assert "code" in error["message"]
