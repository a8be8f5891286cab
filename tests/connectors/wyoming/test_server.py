"""The server: bounds on size, time and number; a client that breaks them is told why, and let go."""

import asyncio
import json
import logging

import pytest
from wyoming.ping import Ping

from connectors.wyoming.channel import Wyoming
from connectors.wyoming.connection import Limits
from connectors.wyoming.framing import Event, encode
from connectors.wyoming.services import Services
from tests.connectors.speech import Ears, Heard, Voice

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}


async def answered(server, *sent):
    """All that the server says to these bytes until it closes, as (type, data)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(b"".join(sent))
        async with asyncio.timeout(10):
            return told(await reader.read())
    finally:
        writer.close()


def told(data):
    events = []
    while data:
        line, _, data = data.partition(b"\n")
        head = json.loads(line)
        length = head.get("data_length", 0)
        block, data = data[:length], data[length + head.get("payload_length", 0) :]
        events.append((head["type"], json.loads(block or b"{}")))
    return events


@pytest.mark.parametrize(
    ("sent", "code", "why"),
    [
        (b"no json\n", "bad-event", "not JSON"),
        (b"[]\n", "bad-event", "not an object"),
        (b"{}\n", "bad-event", "an event without a type"),
        (b'{"type": "x", "payload_length": -1}\n', "bad-event", "no payload_length"),
        (b'{"type": "x", "payload_length": 1048577}\n', "too-large", "payload_length"),
        (b"x" * 70_000, "too-large", "a line without end"),
        (encode(Event("synthesize", {"text": "好"})), "bad-event", "no text to speech here"),
        (encode(Event("transcript", {"text": "好"})), "bad-event", "no answers here"),
        (encode(Event("audio-start", FORMAT | {"rate": 5})), "bad-event", "no rate of a voice"),
        (encode(Event("audio-start", FORMAT | {"rate": True})), "bad-event", "no rate of a voice"),
        (encode(Event("audio-start", FORMAT | {"width": 4})), "bad-event",
         "no 16 bits, mono or stereo"),
        (encode(Event("audio-start", FORMAT | {"channels": 6})), "bad-event",
         "no 16 bits, mono or stereo"),
        (encode(Event("audio-start", FORMAT)) + encode(Event("audio-chunk", {}, b"\0\0")),
         "bad-event", "another format in the middle"),
    ],
)  # fmt: skip
async def test_who_breaks_the_rules_is_told_why_and_let_go(serve, sent, code, why):
    assert await answered(await serve(Ears()), sent) == [("error", {"text": why, "code": code})]


async def test_a_client_in_the_middle_of_its_words_still_learns_why_it_is_let_go(serve):
    server = await serve(Ears(), limits=Limits(goodbye_s=60))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"no json\n" + bytes(7_000_000))
    async with asyncio.timeout(60):
        await writer.drain()
        writer.write_eof()
        assert told(await reader.read()) == [("error", {"text": "not JSON", "code": "bad-event"})]
    writer.close()


@pytest.mark.parametrize("data", [{}, {"text": 5}, {"text": None}])
async def test_a_text_that_is_none_is_refused(serve, data):
    server = await serve(voice=Voice(), handle=Voice())
    for kind in ("synthesize", "transcript"):
        assert await answered(server, encode(Event(kind, data))) == [
            ("error", {"text": "no text", "code": "bad-event"})
        ]


async def test_a_text_longer_than_any_is_refused(serve):
    server = await serve(voice=Voice(), handle=Voice())
    for kind in ("synthesize", "transcript"):
        sent = encode(Event(kind, {"text": "长" * 10_001}))
        assert (await answered(server, sent))[-1] == (
            "error", {"text": "too long a text", "code": "too-large"},
        )  # fmt: skip


async def test_an_utterance_longer_than_any_is_refused(serve):
    ears = Ears()
    chunk = encode(Event("audio-chunk", FORMAT, bytes(1024 * 1024)))
    assert await answered(await serve(ears), chunk * 4) == [
        ("error", {"text": "too long an utterance", "code": "too-large"})
    ]
    assert ears.heard[0].closed == 1


async def test_who_is_silent_is_let_go(serve):
    server = await serve(Ears(), limits=Limits(idle_s=0))
    assert await answered(server) == [("error", {"text": "too slow", "code": "timeout"})]


async def test_who_stops_in_the_middle_of_an_utterance_is_let_go_sooner(serve):
    ears = Ears()
    server = await serve(ears, limits=Limits(pause_s=0))
    assert await answered(server, encode(Event("audio-start", FORMAT))) == [
        ("error", {"text": "too slow", "code": "timeout"})
    ]
    assert ears.heard[0].closed == 1


async def test_an_answer_that_takes_too_long_is_an_error(serve):
    async def never(asked):
        await asyncio.Event().wait()

    server = await serve(handle=never, limits=Limits(handle_s=0, idle_s=0.2))
    assert (await answered(server, encode(Event("transcript", {"text": "好"}))))[0] == (
        "error", {"text": "no answer in time", "code": "intent-failed"},
    )  # fmt: skip


async def test_one_client_more_than_there_is_room_for_is_told_so(serve, client, until):
    server = await serve(Ears(), at_once=1)
    async with client(server) as inside:
        await inside.write_event(Ping().event())
        await inside.read_event()
        assert await answered(server) == [("error", {"text": "too many clients", "code": "busy"})]
    await until(lambda: not server.clients)
    assert (await answered(server, encode(Event("ping")), b"x\n"))[0][0] == "pong"


async def test_a_client_that_goes_in_the_middle_leaves_nothing_open(serve, until):
    ears = Ears([Heard([], "好")])
    server = await serve(ears)
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(encode(Event("audio-start", FORMAT)) + b'{"type": "audio-chunk", "payload_')
    await writer.drain()
    await until(lambda: ears.heard)
    writer.close()
    await until(lambda: ears.heard[0].closed == 1)


async def test_closing_lets_every_client_go(serve, client):
    server = await serve(Ears())
    async with client(server) as official:
        await server.close()
        assert await official.read_event() is None


async def test_no_word_of_a_resident_is_in_a_log(serve, caplog):
    caplog.set_level(logging.DEBUG)
    server = await serve(Ears([Heard([], "保险柜密码")]), Voice(), Voice())
    words = encode(Event("transcript", {"text": "保险柜密码"})) + b"x\n"
    await answered(server, encode(Event("audio-stop")), encode(Event("audio-start", FORMAT)),
                   encode(Event("audio-stop")), b"x\n")  # fmt: skip
    await answered(server, words)
    assert "保险柜" not in caplog.text


async def test_without_a_port_the_door_is_off_and_says_why(gateway):
    door = Wyoming(gateway.parts, Services(Ears()))
    assert (list(door.routes()), await door.steps(), door.server) == ([], (), None)
    assert door.why_off == "no port is set (LINSHENG_WYOMING_PORT)"


async def test_with_a_port_the_door_listens_on_this_machine_alone(start_gateway, unused_tcp_port):
    gateway = await start_gateway(wyoming_port=unused_tcp_port, channels=())
    door = Wyoming(gateway.parts, Services(Ears()))
    await door.steps()
    try:
        assert (await answered(door.server, encode(Event("ping")), b"x\n"))[0][0] == "pong"
        assert gateway.settings.wyoming_host == "127.0.0.1"
    finally:
        await door.close()
