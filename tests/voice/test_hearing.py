"""Threads decode in order and never side by side in one utterance; what is too much is refused."""

import asyncio
import threading
import weakref

import pytest

from voice import hearing
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.hearing import CLIPS, PIECE_BYTES, WAITING_S, DecodingThreads
from voice.recogniser import Overloaded, RecogniserError, Transcript

SECOND = bytes(RATE_HZ * WIDTH_BYTES)


class Engine:
    """Makes decodings that note what is done in them; while `gate` is cleared, they block."""

    def __init__(self):
        self.gate = threading.Event()
        self.gate.set()
        self.beginning = threading.Event()
        self.beginning.set()
        self.accepted = []
        self.begun = 0
        self.alive = weakref.WeakSet()
        self.inside = 0
        self.most_inside = 0

    def begin(self):
        self.begun += 1
        self.beginning.wait(10)
        decoding = Decoding(self)
        self.alive.add(decoding)
        return decoding


class Decoding:
    def __init__(self, engine):
        self.engine = engine

    def accept(self, pcm):
        engine = self.engine
        engine.inside += 1
        engine.most_inside = max(engine.most_inside, engine.inside)
        engine.gate.wait(10)
        engine.inside -= 1
        if pcm.startswith(b"bad!"):
            raise ValueError("inside the engine")
        engine.accepted.append(pcm)
        return f"{len(engine.accepted)}"

    def finish(self):
        return Transcript(f"{len(self.engine.accepted)} pieces")


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.gate.set()


@pytest.fixture
async def threads(engine):
    threads = DecodingThreads(2)
    yield threads
    engine.gate.set()
    threads.close()


async def test_engine_begins_with_the_first_sound(threads, engine):
    one = threads.hearing(engine.begin)
    assert (await one.feed(b""), engine.begun) == ("", 0)
    assert (await one.feed(b"abcd"), engine.begun) == ("1", 1)
    assert await one.finish() == Transcript("1 pieces")


async def test_half_a_sample_waits_for_its_other_half(threads, engine):
    one = threads.hearing(engine.begin)
    for part in (b"abc", b"", b"d", b"efg"):
        await one.feed(part)
    assert engine.accepted == [b"ab", b"cd", b"ef"]


async def test_long_sound_is_decoded_in_pieces(threads, engine):
    await threads.hearing(engine.begin).feed(SECOND + b"ab")
    assert [len(piece) for piece in engine.accepted] == [PIECE_BYTES, PIECE_BYTES, 2]


async def test_overlapping_calls_are_done_in_order_and_one_at_a_time(threads, engine):
    one = threads.hearing(engine.begin)
    parts = [bytes([value, 0]) for value in range(50)]
    await asyncio.gather(*(one.feed(part) for part in parts))
    assert (engine.accepted, engine.most_inside) == (parts, 1)


async def test_after_a_cancelled_call_the_next_waits_for_its_thread(threads, engine, until):
    engine.gate.clear()
    one = threads.hearing(engine.begin)
    first = asyncio.create_task(one.feed(b"ab"))
    await until(lambda: engine.inside)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(one.feed(b"cd"))
    await asyncio.sleep(0)
    assert engine.inside == 1
    engine.gate.set()
    await second
    assert (engine.accepted, engine.most_inside) == ([b"ab", b"cd"], 1)


async def test_closing_frees_the_engine_at_once_when_nothing_decodes(threads, engine):
    one = threads.hearing(engine.begin)
    await one.feed(b"ab")
    assert len(engine.alive) == 1
    await one.close()
    assert len(engine.alive) == 0


async def test_closing_pulls_nothing_away_from_a_thread_that_decodes(threads, engine, until):
    engine.gate.clear()
    one = threads.hearing(engine.begin)
    fed = asyncio.create_task(one.feed(b"ab"))
    await until(lambda: engine.inside)
    await one.close()
    assert len(engine.alive) == 1
    engine.gate.set()
    assert await fed == "1"
    await until(lambda: not engine.alive)


async def test_engine_that_begins_while_it_is_closed_is_freed_too(threads, engine, until):
    engine.beginning.clear()
    one = threads.hearing(engine.begin)
    fed = asyncio.create_task(one.feed(b"ab"))
    await until(lambda: engine.begun)
    await one.close()
    engine.beginning.set()
    assert await fed == "1"
    await until(lambda: not engine.alive)


async def test_more_sound_of_streams_than_can_be_heard_is_refused_and_loses_nothing(
    threads, engine, until
):
    engine.gate.clear()
    busy = [threads.hearing(engine.begin) for _ in range(2)]
    fed = [asyncio.create_task(one.feed(SECOND * int(WAITING_S / 2))) for one in busy]
    await until(lambda: engine.inside == 2)
    late = threads.hearing(engine.begin)
    with pytest.raises(Overloaded):
        await late.feed(b"abc")
    engine.gate.set()
    await asyncio.gather(*fed)
    assert await late.feed(b"abc")
    assert engine.accepted[-1] == b"ab"
    assert await late.feed(b"d")
    assert engine.accepted[-1] == b"cd"


async def test_one_stream_alone_is_heard_however_much_comes_at_once(threads, engine):
    one = threads.hearing(engine.begin)
    await one.feed(SECOND * int(2 * WAITING_S))
    assert sum(map(len, engine.accepted)) == len(SECOND) * 2 * WAITING_S


async def test_end_of_an_utterance_is_heard_while_streams_are_refused(threads, engine, until):
    one = threads.hearing(engine.begin)
    await one.feed(b"ab")
    with threads.admitted(SECOND * int(WAITING_S)):
        with pytest.raises(Overloaded):
            await one.feed(b"cd")
        assert await one.finish() == Transcript("1 pieces")


async def test_clips_wait_for_their_turn_and_only_so_many(threads, engine, until):
    engine.gate.clear()
    clips = [asyncio.create_task(threads.recognise(engine.begin, b"ab")) for _ in range(CLIPS)]
    await until(lambda: engine.inside == 2)
    with pytest.raises(Overloaded):
        await threads.recognise(engine.begin, b"ab")
    engine.gate.set()
    await asyncio.gather(*clips)
    assert (engine.most_inside, len(engine.alive)) == (2, 0)


async def test_error_of_the_engine_is_logged_with_its_cause_and_typed(threads, engine, caplog):
    one = threads.hearing(engine.begin)
    with pytest.raises(RecogniserError) as told:
        await one.feed(b"bad!")
    assert isinstance(told.value.__cause__, ValueError)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]
    assert await one.feed(b"ab") == "1"


async def test_late_engine_is_told_as_such(threads, engine, monkeypatch):
    monkeypatch.setattr(hearing, "PIECE_DEADLINE_S", 0.01)
    engine.gate.clear()
    with pytest.raises(RecogniserError, match="late"):
        await threads.hearing(engine.begin).feed(b"ab")


async def test_closed_threads_hear_nothing(engine):
    threads = DecodingThreads(1)
    one = threads.hearing(engine.begin)
    threads.close()
    for call in (one.feed(b"ab"), threads.recognise(engine.begin, b"ab")):
        with pytest.raises(RecogniserError, match="closed"):
            await call
    with pytest.raises(RecogniserError, match="closed"):
        threads.hearing(engine.begin)
