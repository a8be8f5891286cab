"""How a speaker starts: told the time and where to talk, and let in once it is somebody's."""

import pytest

from community.errors import NotFound, TooMany
from connectors.xiaozhi import devices
from connectors.xiaozhi.devices import Ids
from connectors.xiaozhi.sim.boot import Boot
from connectors.xiaozhi.sim.errors import Refused
from tests.connectors.xiaozhi.house import CLIENT_ID, DEVICE_ID, OTHER_CLIENT_ID


async def asked(house, method="POST", path="", **options):
    url = f"{house.base}/xiaozhi/ota/{path}"
    async with house.http.request(method, url, **options) as response:
        return response.status, await response.json()


HEADERS = {"Device-Id": DEVICE_ID, "Client-Id": CLIENT_ID}


async def test_the_answer_to_a_speaker_of_nobody_is_golden(house):
    body = {"application": {"version": "2.0.3"}, "board": {"type": "bread"}}
    status, told = await asked(house, json=body, headers=HEADERS)
    waiting = await house.devices.waiting(Ids(DEVICE_ID, CLIENT_ID))
    assert (status, told) == (
        200,
        {
            "server_time": {"timestamp": 1762149900000, "timezone_offset": 480},
            "firmware": {"version": "2.0.3", "url": ""},
            "websocket": {"url": house.socket_url, "token": ""},
            "activation": {
                "code": waiting.code,
                "message": "请家里人在微信里给邻声发“绑定音箱”和这六位数，或者告诉物业："
                + waiting.code,
                "challenge": waiting.challenge,
                "timeout_ms": 30000,
            },
        },
    )
    assert len(waiting.code) == 6
    assert waiting.code.isdecimal()


async def test_the_answer_to_a_speaker_of_somebody_has_a_token_and_no_activation(house):
    known = await house.known()
    status, told = await asked(house, "GET", headers=HEADERS)
    assert status == 200
    assert told["websocket"] == {"url": house.socket_url, "token": house.token(known)}
    assert "activation" not in told


async def test_who_says_no_ids_is_told_the_time_and_the_address_alone(house):
    status, told = await asked(house, "GET")
    assert (status, sorted(told), told["websocket"]["token"]) == (
        200, ["firmware", "server_time", "websocket"], "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("device_id", "client_id"),
    [("x", CLIENT_ID), (DEVICE_ID, "short"), (DEVICE_ID, ""), ("设备一二三四五", CLIENT_ID)],
)
async def test_ids_that_can_be_none_are_refused(house, device_id, client_id):
    headers = {"Device-Id": device_id.encode().decode("latin-1"), "Client-Id": client_id}
    status, told = await asked(house, headers=headers)
    assert (status, told["code"]) == (400, "bad_request")


@pytest.mark.parametrize("version", ["", "abc", "2.x", "9" * 40, "-1", None, 5, "1.2.3.4.5"])
async def test_a_version_that_would_crash_the_firmware_is_not_echoed(house, version):
    _, told = await asked(house, json={"application": {"version": version}}, headers=HEADERS)
    assert told["firmware"] == {"version": "0", "url": ""}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"application":1}', b"[" * 20_000])
async def test_a_report_that_is_none_is_answered_all_the_same(house, body):
    status, told = await asked(house, data=body, headers=HEADERS)
    assert (status, told["firmware"]["version"]) == (200, "0")


async def test_a_speaker_becomes_somebodys_by_its_digits(house):
    boot = house.boot()
    config = await boot.check_version()
    assert config.new_firmware is False
    assert await boot.activate() is False
    house.devices.bind(config.code)
    assert await boot.activate() is True
    config = await boot.check_version()
    assert config.code is None
    speaker = house.unconnected()
    await speaker.connect(config.url, config.token)
    assert house.opened_for == [DEVICE_ID]


async def test_the_address_may_be_typed_without_its_last_sign(house):
    await house.known()
    boot = Boot(house.http, f"{house.base}/xiaozhi/ota", DEVICE_ID, CLIENT_ID)
    config = await boot.check_version()
    assert await boot.activate() is True
    speaker = house.unconnected()
    await speaker.connect(config.url.rstrip("/"), config.token)
    assert house.opened_for == [DEVICE_ID]


async def test_the_digits_stay_the_same_while_they_are_good(house):
    boot = house.boot()
    first = await boot.check_version()
    house.clock.advance(devices.ACTIVATION_S - 1)
    assert (await boot.check_version()).code == first.code
    house.clock.advance(1)
    with pytest.raises(Refused) as refused:
        await boot.activate()
    assert refused.value.status == 404
    with pytest.raises(NotFound):
        house.devices.bind("000000" if first.code != "000000" else "000001")
    assert (await boot.check_version()).challenge != first.challenge


async def test_a_speaker_with_a_serial_number_gives_its_own_challenge_back(house):
    boot = house.boot()
    config = await boot.check_version()
    assert await boot.activate(config.challenge) is False
    with pytest.raises(Refused) as refused:
        await boot.activate("00" * 16)
    assert refused.value.status == 400


async def test_who_only_knows_the_address_of_a_speaker_gets_no_token_of_it(house):
    await house.known()
    config = await house.boot(client_id=OTHER_CLIENT_ID).check_version()
    assert config.token == ""
    assert config.code is not None


async def test_a_speaker_that_was_erased_is_bound_anew_and_its_old_token_is_void(house):
    old = await house.known()
    config = await house.boot(client_id=OTHER_CLIENT_ID).check_version()
    house.devices.bind(config.code)
    speaker = house.unconnected(old.ids)
    with pytest.raises(Refused) as refused:
        await speaker.connect(house.socket_url, house.token(old))
    assert refused.value.status == 401


async def test_no_more_speakers_wait_than_there_is_room_for(house):
    house.devices.at_most = 1
    await house.boot().check_version()
    with pytest.raises(Refused) as refused:
        await house.boot("02:00:00:00:00:02", OTHER_CLIENT_ID).check_version()
    assert refused.value.status == 429
    with pytest.raises(TooMany):
        await house.devices.begin_activation(Ids("02:00:00:00:00:03", OTHER_CLIENT_ID))
