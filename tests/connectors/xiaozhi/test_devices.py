"""Devices, in memory and in the database: one contract for who belongs to a household."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from community.services import speakers
from community.store.schema import room
from connectors.app import GATEWAY
from connectors.xiaozhi.devices import ACTIVATION_S, Devices, Ids, MemoryDevices
from connectors.xiaozhi.homes import StoredDevices

IDS = Ids("11:22:33:44:55:66", "0f0e0d0c-aaaa-bbbb-cccc-001122334455")
ERASED = Ids(IDS.device_id, "another-client-id-0001")

Bind = Callable[[str], Awaitable[object]]


@pytest.fixture(params=["memory", "database"])
async def made(request: Any, start_gateway: Any) -> tuple[Devices, Bind, Any]:
    """The devices, how a code is entered, and the clock."""
    gateway = await start_gateway()
    if request.param == "memory":
        memory = MemoryDevices(gateway.clock)

        async def enter(code: str) -> object:
            return memory.bind(code)

        return memory, enter, gateway.clock
    async with gateway.db.write() as conn:
        await conn.execute(
            room.insert().values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )

    async def enter_stored(code: str) -> object:
        async with gateway.db.write() as conn:
            return await speakers.bind(
                conn, gateway.clock, code=code, room_id="r", resident_id=None, name=None,
                guesser="staff", may_move=True,
            )  # fmt: skip

    return StoredDevices(gateway.app[GATEWAY]), enter_stored, gateway.clock


async def test_new_speaker_waits_with_one_code_until_it_is_entered(made: Any) -> None:
    devices, enter, _ = made
    assert await devices.find(IDS.device_id) is None
    assert await devices.waiting(IDS) is None
    activation = await devices.begin_activation(IDS)
    assert await devices.begin_activation(IDS) == activation
    assert await devices.waiting(IDS) == activation
    await enter(activation.code)
    known = await devices.find(IDS.device_id)
    assert known.ids == IDS
    assert len(known.key.reveal()) >= 32
    assert await devices.waiting(IDS) is None


async def test_activation_ends_after_half_an_hour(made: Any) -> None:
    devices, _, clock = made
    first = await devices.begin_activation(IDS)
    clock.advance(ACTIVATION_S)
    assert await devices.waiting(IDS) is None
    second = await devices.begin_activation(IDS)
    assert second.challenge != first.challenge or second.code != first.code


async def test_erased_speaker_is_bound_anew_and_what_it_was_is_void(made: Any) -> None:
    devices, enter, _ = made
    await enter((await devices.begin_activation(IDS)).code)
    before = await devices.find(IDS.device_id)
    activation = await devices.begin_activation(ERASED)
    assert await devices.waiting(IDS) is None
    assert (await devices.find(IDS.device_id)).ids == IDS
    await enter(activation.code)
    after = await devices.find(IDS.device_id)
    assert after.ids == ERASED
    assert after.key.reveal() != before.key.reveal()


async def test_two_speakers_never_have_the_same_code_or_key(made: Any) -> None:
    devices, enter, _ = made
    other = Ids("aa:bb:cc:dd:ee:ff", "ffffffff-aaaa-bbbb-cccc-001122334455")
    codes = [(await devices.begin_activation(ids)).code for ids in (IDS, other)]
    assert codes[0] != codes[1]
    for code in codes:
        await enter(code)
    keys = {(await devices.find(ids.device_id)).key.reveal() for ids in (IDS, other)}
    assert len(keys) == 2
