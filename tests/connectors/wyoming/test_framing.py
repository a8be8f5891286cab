"""Framing: the official package's bytes both ways, and what is no event is refused."""

import asyncio
import io

import pytest
import wyoming.event

from community.errors import BadInput, TooLarge
from connectors.wyoming.framing import (
    DATA_MAX_BYTES,
    LINE_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    Event,
    encode,
    read,
)

FORMAT = {"rate": 16000, "width": 2, "channels": 1, "timestamp": None}
GOLDEN = [
    (Event("describe"), b'{"type": "describe", "version": "1.10.2"}\n'),
    (
        Event("transcribe", {"language": "zh"}),
        b'{"type": "transcribe", "version": "1.10.2", "data_length": 18}\n{"language": "zh"}',
    ),
    (
        Event("audio-start", FORMAT),
        b'{"type": "audio-start", "version": "1.10.2", "data_length": 61}\n'
        b'{"rate": 16000, "width": 2, "channels": 1, "timestamp": null}',
    ),
    (
        Event("audio-chunk", FORMAT, b"\x01\x00\x02\x00"),
        b'{"type": "audio-chunk", "version": "1.10.2", "data_length": 61, "payload_length": 4}\n'
        b'{"rate": 16000, "width": 2, "channels": 1, "timestamp": null}\x01\x00\x02\x00',
    ),
    (
        Event("audio-stop", {"timestamp": None}),
        b'{"type": "audio-stop", "version": "1.10.2", "data_length": 19}\n{"timestamp": null}',
    ),
    (
        Event("transcript", {"text": "我要报修", "language": "zh"}),
        '{"type": "transcript", "version": "1.10.2", "data_length": 42}\n'
        '{"text": "我要报修", "language": "zh"}'.encode(),
    ),
    (
        Event("synthesize", {"text": "您好", "voice": {"language": "zh"}}),
        '{"type": "synthesize", "version": "1.10.2", "data_length": 47}\n'
        '{"text": "您好", "voice": {"language": "zh"}}'.encode(),
    ),
]
NAMES = [event.type for event, _ in GOLDEN]


def reader_of(data):
    reader = asyncio.StreamReader(limit=LINE_MAX_BYTES)
    reader.feed_data(data)
    reader.feed_eof()
    return reader


@pytest.mark.parametrize(("event", "golden"), GOLDEN, ids=NAMES)
def test_an_event_is_written_in_golden_bytes(event, golden):
    assert encode(event) == golden


@pytest.mark.parametrize(("event", "golden"), GOLDEN, ids=NAMES)
async def test_golden_bytes_are_read_as_the_event(event, golden):
    reader = reader_of(golden * 2)
    assert [await read(reader), await read(reader), await read(reader)] == [event, event, None]


@pytest.mark.parametrize(("event", "golden"), GOLDEN, ids=NAMES)
def test_the_official_package_reads_and_writes_the_same(event, golden):
    official = wyoming.event.read_event(io.BytesIO(golden))
    assert (official.type, official.data, official.payload or b"") == (
        event.type, dict(event.data), event.payload,
    )  # fmt: skip
    written = io.BytesIO()
    wyoming.event.write_event(official, written)
    assert written.getvalue() == golden


async def test_data_in_the_line_counts_and_the_block_wins():
    data = b'{"type": "x", "data": {"a": 1, "b": 1}, "data_length": 8}\n{"b": 2}'
    assert await read(reader_of(data)) == Event("x", {"a": 1, "b": 2})


@pytest.mark.parametrize("length", [b"null", b"0"])
async def test_no_length_is_no_data(length):
    line = b'{"type": "x", "data_length": ' + length + b', "payload_length": ' + length + b"}\n"
    assert await read(reader_of(line)) == Event("x")


@pytest.mark.parametrize(
    "data",
    [
        b"\n", b"no json\n", b"[]\n", b"5\n", b"{}\n", b'{"type": 5}\n', b'{"type": ""}\n',
        b'{"type": null}\n', b'{"type": "x", "data": []}\n', b'{"type": "x", "data_length": -1}\n',
        b'{"type": "x", "data_length": 1.5}\n', b'{"type": "x", "payload_length": true}\n1',
        b'{"type": "x", "data_length": "5"}\n', b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "data_length": 2}\n{', b'{"type": "x", "payload_length": 2}\n1',
        b'{"type": "x"', b"\xff\xfe\n", b"[" * 20_000 + b"\n",
    ],
)  # fmt: skip
async def test_what_is_no_event_is_refused(data):
    with pytest.raises(BadInput):
        await read(reader_of(data))


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (LINE_MAX_BYTES + 1),
        b'{"type": "x", "data_length": %d}\n' % (DATA_MAX_BYTES + 1),
        b'{"type": "x", "payload_length": %d}\n' % (PAYLOAD_MAX_BYTES + 1),
        b'{"type": "x", "payload_length": 99999999999999999999}\n',
    ],
    ids=["line", "data", "payload", "more than memory"],
)
async def test_what_is_larger_than_any_event_is_refused_before_it_is_read(data):
    with pytest.raises(TooLarge):
        await read(reader_of(data))


async def test_the_largest_event_is_read():
    data = b'{"type": "x", "payload_length": %d}\n' % PAYLOAD_MAX_BYTES + bytes(PAYLOAD_MAX_BYTES)
    assert len((await read(reader_of(data))).payload) == PAYLOAD_MAX_BYTES


def test_half_a_character_becomes_a_sign_and_lengths_stay_true():
    data = encode(Event("x", {"text": "a\ud800b"}))
    assert data == b'{"type": "x", "version": "1.10.2", "data_length": 15}\n{"text": "a?b"}'
