"""The simulated speaker: strict where the firmware is, and usable by hand."""

import asyncio
import wave

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.xiaozhi.sim import __main__ as by_hand
from connectors.xiaozhi.sim.boot import Boot, _is_newer
from connectors.xiaozhi.sim.errors import Crashed, Refused
from connectors.xiaozhi.sim.speaker import FRAME_BYTES, Doing, Speaker
from connectors.xiaozhi.sim.tools import SimTools
from tests.connectors.xiaozhi.house import CLIENT_ID, DEVICE_ID
from voice.clips import wav
from voice.opus import OpusEncoder

HELLO = '{"type":"hello","transport":"websocket","session_id":"s"}'
START, STOP = '{"type":"tts","state":"start"}', '{"type":"tts","state":"stop"}'
PACKET = OpusEncoder(24_000).encode(bytes(2880))


@pytest.fixture
async def serving():
    """`await serving(*frames)`: (url, http) of a server that answers each hello with these."""
    servers = []

    async def start(*frames):
        async def come(request):
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.receive()
            for frame in frames:
                await (socket.send_str if isinstance(frame, str) else socket.send_bytes)(frame)
            async for _ in socket:
                pass
            return socket

        app = web.Application()
        app.router.add_get("/", come)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/"))

    yield start
    for server in servers:
        await server.close()


async def speaker_at(http, url, **options):
    speaker = Speaker(http, DEVICE_ID, CLIENT_ID, **options)
    await speaker.connect(url, "t")
    return speaker


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_hello_without_transport_crashes_it(serving, http):
    with pytest.raises(Crashed, match="transport"):
        await speaker_at(http, await serving('{"type":"hello"}'))


async def test_sound_before_the_start_of_speech_is_lost(serving, http):
    speaker = await speaker_at(http, await serving(HELLO, PACKET, START, PACKET, STOP, PACKET))
    await speaker.wait_for(lambda: speaker.dropped == 2)
    assert 0 < len(speaker.played) <= FRAME_BYTES
    await speaker.hang_up()


@pytest.mark.parametrize("version", [2, 3])
async def test_a_frame_that_says_more_than_it_has_crashes_it(serving, http, version):
    head = bytes.fromhex("00020000000000000000000000000009" if version == 2 else "00000009")
    speaker = await speaker_at(http, await serving(HELLO, START, head), version=version)
    with pytest.raises(Crashed, match="beyond"):
        await speaker.wait_for(lambda: False)


async def test_a_line_that_is_silent_for_120_s_is_dead(serving, http):
    now = [0.0]
    speaker = await speaker_at(http, await serving(HELLO), time_s=lambda: now[0])
    now[0] = 120.0
    assert speaker.is_open
    now[0] = 120.1
    assert not speaker.is_open
    await speaker.hang_up()


async def test_after_a_speech_a_button_leaves_it_idle(serving, http):
    speaker = await speaker_at(http, await serving(HELLO, START, STOP))
    speaker.mode = by_hand.Mode.MANUAL
    await speaker.wait_for(lambda: len(speaker.told) == 3)
    assert speaker.doing is Doing.IDLE
    await speaker.hang_up()


@pytest.mark.parametrize(
    ("offered", "newer"), [("2.0.3", False), ("2.0.4", True), ("2.0.3.0", True), ("0", False)]
)
def test_versions_are_compared_as_the_firmware_compares_them(offered, newer):
    assert _is_newer(offered) is newer


def test_a_version_that_is_no_number_crashes_it():
    with pytest.raises(Crashed, match="invalid_argument"):
        _is_newer("abc")


async def test_a_refusal_at_its_start_is_told_with_its_status(house):
    with pytest.raises(Refused) as refused:
        await Boot(house.http, f"{house.base}/nowhere/", DEVICE_ID, CLIENT_ID).check_version()
    assert refused.value.status == 404


def test_tools_are_silent_where_the_firmware_is():
    tools = SimTools()
    assert tools.answer({"jsonrpc": "1.0", "id": 1, "method": "initialize"}) is None
    assert tools.answer({"jsonrpc": "2.0", "method": "initialize"}) is None
    assert tools.answer({"jsonrpc": "2.0", "id": 1, "method": "x"}) == {
        "jsonrpc": "2.0", "id": 1, "error": {"message": "Method not implemented: x"},
    }  # fmt: skip


async def test_by_hand_it_says_a_file_and_records_the_answer(house, tmp_path, capsys):
    await house.known()
    house.script = ["好的。"]
    question, answer = tmp_path / "question.wav", tmp_path / "answer.wav"
    question.write_bytes(wav(bytes(11 * FRAME_BYTES)))
    code = await asyncio.to_thread(
        by_hand.main,
        [
            f"{house.base}/xiaozhi/ota/", "--say", str(question), "--record", str(answer),
            "--device-id", DEVICE_ID, "--client-id", CLIENT_ID, "--protocol", "3",
        ],
    )  # fmt: skip
    assert code == 0
    with wave.open(str(answer)) as recorded:
        assert recorded.getframerate() == 16_000
        assert recorded.getnframes() == pytest.approx(17 * 960, abs=100)
    assert "'type': 'tts'" in capsys.readouterr().out


async def test_by_hand_a_refusal_is_told(house, capsys):
    code = await asyncio.to_thread(by_hand.main, [house.socket_url, "--type", "在吗"])
    assert (code, capsys.readouterr().err) == (1, "speaker: the line was not opened\n")
