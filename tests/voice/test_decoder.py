"""The worker may crash, hang or be ended: the gateway gets an answer, and the next clip its sound."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
import uvloop

from community.errors import TooLarge, Unavailable, UnsupportedMedia
from tests.voice import clips
from tests.voice.odd_worker import HEAD, PCM
from voice import codecs, wire
from voice.clips import MAX_BYTES, Clip, Format
from voice.decoder import WAITING_AT_MOST, Decoder

BEHAVED = Clip(PCM, Format.AMR_NB)


@pytest.fixture
async def decoder(workers):
    decoder = Decoder()
    yield decoder
    await decoder.close()
    assert workers() == []


@pytest.fixture
async def odd(workers):
    """A decoder whose worker does what it is told."""
    decoder = Decoder(worker="tests.voice.odd_worker")
    yield decoder
    await decoder.close()
    assert workers() == []


@pytest.fixture
async def hasty(workers):
    """The same, with a deadline that a sleeping worker misses."""
    decoder = Decoder(worker="tests.voice.odd_worker", deadline_s=2.0)
    yield decoder
    await decoder.close()
    assert workers() == []


@pytest.mark.parametrize("name", [*clips.SPOKEN, *clips.WITH_PAUSE, "minute.amr"])
async def test_clip_comes_back_as_the_codecs_made_it(decoder, name):
    data = clips.sample(name)
    assert await decoder.decode(data) == codecs.decode(data)


async def test_one_worker_starts_with_the_first_clip_and_ends_at_the_close(decoder, workers):
    assert workers() == []
    data = clips.sample("wide.amr")
    whole = codecs.decode(data)
    assert await asyncio.gather(*(decoder.decode(data) for _ in range(5))) == [whole] * 5
    assert len(workers()) == 1
    await decoder.close()
    assert workers() == []
    with pytest.raises(Unavailable, match="closed"):
        await decoder.decode(data)


async def test_bytes_of_no_known_format_start_no_worker(decoder, workers):
    with pytest.raises(UnsupportedMedia, match="unknown format"):
        await decoder.decode(b"GIF89a")
    with pytest.raises(TooLarge):
        await decoder.decode(HEAD + bytes(MAX_BYTES))
    assert workers() == []


async def test_refusals_of_the_codecs_leave_the_worker_alive(odd, workers):
    with pytest.raises(TooLarge, match="too long a clip"):
        await odd.decode(HEAD + b"refuse")
    first = workers()
    assert await odd.decode(HEAD + b"behave") == BEHAVED
    assert workers() == first


@pytest.mark.parametrize("deed", [b"abort", b"fault", b"spin"])
async def test_clip_that_kills_its_codec_is_refused_and_the_worker_replaced(odd, deed):
    with pytest.raises(UnsupportedMedia, match="a codec died of it"):
        await odd.decode(HEAD + deed)
    assert await odd.decode(HEAD + b"behave") == BEHAVED


@pytest.mark.parametrize("deed", [b"end", b"leave"])
async def test_worker_that_keeps_being_ended_is_told_as_such_and_replaced(odd, deed):
    with pytest.raises(Unavailable, match="was ended"):
        await odd.decode(HEAD + deed)
    assert await odd.decode(HEAD + b"behave") == BEHAVED


async def test_worker_that_was_ended_while_idle_costs_no_clip(odd, workers):
    assert await odd.decode(HEAD + b"behave") == BEHAVED
    (first,) = workers()
    os.kill(int(first), signal.SIGKILL)
    assert await odd.decode(HEAD + b"behave") == BEHAVED
    assert workers() != [first]


def test_worker_that_reads_nothing_is_told_of_under_uvloop_too():
    async def decoded():
        decoder = Decoder(worker="tests.voice.no_such_worker")
        try:
            await decoder.decode(HEAD + bytes(4_000_000))
        finally:
            await decoder.close()

    with pytest.raises(Unavailable, match="was ended"):
        uvloop.run(decoded())


async def test_late_worker_is_ended_and_replaced(hasty, workers):
    with pytest.raises(Unavailable, match="no time for a clip"):
        await hasty.decode(HEAD + b"sleep")
    assert workers() == []
    assert await hasty.decode(HEAD + b"behave") == BEHAVED


async def test_clip_that_nobody_waits_for_any_more_ends_the_worker(odd, until, workers):
    asked = asyncio.create_task(odd.decode(HEAD + b"sleep"))
    await until(workers)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert workers() == []
    assert await odd.decode(HEAD + b"behave") == BEHAVED


async def test_closing_fails_the_clip_that_is_being_decoded(odd, until, workers):
    asked = asyncio.create_task(odd.decode(HEAD + b"sleep"))
    await until(workers)
    await odd.close()
    with pytest.raises(Unavailable):
        await asked


async def test_more_clips_than_may_wait_are_refused_at_once(hasty):
    asked = [asyncio.create_task(hasty.decode(HEAD + b"sleep")) for _ in range(1 + WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="too many clips wait"):
        await hasty.decode(HEAD + b"behave")
    late = await asyncio.gather(*asked, return_exceptions=True)
    assert {str(error) for error in late} == {"no time for a clip"}
    assert await hasty.decode(HEAD + b"behave") == BEHAVED


@pytest.mark.parametrize(
    ("deed", "found"), [(b"grow", "no memory"), (b"write", "no file"), (b"look round", "nothing")]
)
async def test_worker_has_little_memory_no_files_no_environment_and_no_gateway(odd, deed, found):
    with pytest.raises(UnsupportedMedia, match=f"^{found}$"):
        await odd.decode(HEAD + deed)


async def test_what_a_library_prints_is_no_answer(odd):
    assert await odd.decode(HEAD + b"print") == BEHAVED


async def test_worker_that_does_not_start_is_told_as_such(workers):
    decoder = Decoder(worker="voice.no_such_worker")
    with pytest.raises(Unavailable, match="was ended"):
        await decoder.decode(HEAD)
    assert workers() == []


def test_the_gateway_loads_no_codec():
    script = "import sys, voice.decoder; print({'av', 'pysilk'} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert ran.stdout == "set()\n"


@pytest.mark.parametrize(
    "answer",
    [
        wire.HEAD.pack(wire.Outcome.DECODED, len(wire.FORMATS)) + b"\0\0",
        wire.HEAD.pack(wire.Outcome.DECODED, 0) + b"\0\0\0",
        wire.HEAD.pack(wire.Outcome.DECODED, 0),
        wire.HEAD.pack(9, 0) + b"\0\0",
        b"\0",
        b"",
    ],
)
def test_nonsense_of_a_worker_is_no_clip(answer):
    with pytest.raises(Unavailable, match="nonsense"):
        wire.read(answer)


async def test_answer_longer_than_any_clip_is_not_awaited(odd, workers):
    with pytest.raises(Unavailable, match="nonsense"):
        await odd.decode(HEAD + b"drone")
    assert workers() == []
