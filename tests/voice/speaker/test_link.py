"""The line: proves whose it is, comes back by itself, and takes no harm from what it is told."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from community.config import Secret
from tests.voice.speaker.gateway import ScriptedGateway
from voice.speaker.frames import Hush, Volume
from voice.speaker.identity import Identity
from voice.speaker.link import Link
from voice.timers import VirtualTimers

ME = Identity("box-1", Secret("s" * 40))


class Notes:
    """A listener that notes what the line does."""

    def __init__(self):
        self.ups, self.downs, self.frames, self.pcm = 0, 0, [], b""

    def up(self, hello):
        self.ups += 1

    def told(self, frame):
        self.frames.append(frame)

    def sound(self, pcm):
        self.pcm += pcm

    def down(self):
        self.downs += 1


@pytest.fixture
async def gateway():
    gateway = ScriptedGateway()
    await gateway.server.start_server()
    yield gateway
    await gateway.server.close()


@pytest.fixture
async def linked(gateway):
    """A link, its listener and its timers, at work."""
    timers, notes = VirtualTimers(), Notes()
    async with aiohttp.ClientSession() as http:
        link = Link(http, gateway.url, ME, reports=lambda: 3, timers=timers, chance=lambda: 0.0)
        running = asyncio.create_task(link.run(notes))
        yield link, notes, timers
        running.cancel()
        await asyncio.wait([running])


async def test_the_device_proves_itself_and_says_how_much_it_has_to_tell(gateway, linked, until):
    _, notes, _ = linked
    await until(lambda: notes.ups)
    assert gateway.visits == [{"device": "box-1", "spoken": "3", "auth": f"Bearer {'s' * 40}"}]


async def test_sound_and_frames_arrive_in_their_order(gateway, linked, until):
    link, notes, _ = linked
    await until(lambda: notes.ups)
    assert link.send({"type": "start", "held": True})
    assert link.send(b"\1\2")
    assert link.send({"type": "stop"})
    await until(lambda: len(gateway.told) == 3)
    assert gateway.told == [{"type": "start", "held": True}, b"\1\2", {"type": "stop"}]


async def test_a_line_that_breaks_is_made_again_each_time_a_little_later(gateway, linked, until):
    link, notes, timers = linked
    for times, wait_s in enumerate([1, 2, 4, 8], start=1):
        await until(lambda times=times: notes.ups == times)
        await gateway.break_off()
        await until(lambda times=times: notes.downs == times)
        assert not link.is_up
        assert not link.send({"type": "start"})
        await timers.advance(wait_s - 0.1)
        assert len(gateway.visits) == times
        await timers.advance(0.1)
    await until(lambda: notes.ups == 5)


async def test_a_line_that_stood_for_long_is_made_again_soon(gateway, linked, until):
    _, notes, timers = linked
    for times in (1, 2, 3):
        await until(lambda times=times: notes.ups == times)
        await timers.advance(60)
        await gateway.break_off()
        await until(lambda times=times: notes.downs == times)
        await timers.advance(1)
    await until(lambda: notes.ups == 4)


async def test_a_gateway_that_refuses_is_asked_once_a_minute_at_most(gateway, until):
    gateway.status = 401
    timers, notes = VirtualTimers(), Notes()
    async with aiohttp.ClientSession() as http:
        link = Link(http, gateway.url, ME, timers=timers, chance=lambda: 0.0)
        running = asyncio.create_task(link.run(notes))
        for times, wait_s in enumerate([1, 2, 4, 8, 16, 32, 60, 60], start=1):
            await until(lambda times=times: len(gateway.visits) == times and timers._due)
            await timers.advance(wait_s)
        running.cancel()
        await asyncio.wait([running])
    assert notes.ups == 0


@pytest.mark.parametrize(
    "greeting", ["", "{", "[]", '{"type":"hush"}', '{"type":"hello","rate_hz":1}', b"\0\0"]
)
async def test_whoever_greets_oddly_is_no_gateway(gateway, until, greeting):
    gateway.greeting = greeting
    timers, notes = VirtualTimers(), Notes()
    async with aiohttp.ClientSession() as http:
        running = asyncio.create_task(Link(http, gateway.url, ME, timers=timers).run(notes))
        await until(lambda: gateway.sockets and gateway.sockets[0].closed)
        running.cancel()
        await asyncio.wait([running])
    assert (notes.ups, notes.downs) == (0, 0)


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", "null", '{"type":[]}', '{"type":"volume","level":"x"}', "[" * 9000]
)
async def test_garbage_from_the_gateway_is_left_out(gateway, linked, until, garbage):
    _, notes, _ = linked
    await until(lambda: notes.ups)
    await gateway.sockets[0].send_str(garbage)
    await gateway.sockets[0].send_str('{"type":"hush"}')
    await gateway.sockets[0].send_str('{"type":"volume","level":40}')
    await gateway.sockets[0].send_bytes(b"\1\0")
    await until(lambda: notes.pcm)
    assert (notes.frames, notes.pcm, notes.downs) == ([Hush(), Volume(40)], b"\1\0", 0)


async def test_a_frame_that_is_too_large_ends_the_line_and_not_the_speaker(gateway, linked, until):
    _, notes, timers = linked
    await until(lambda: notes.ups)
    await gateway.sockets[0].send_bytes(b"\0" * 300_000)
    await until(lambda: notes.downs)
    await timers.advance(1)
    await until(lambda: notes.ups == 2)


async def test_a_line_that_is_dropped_is_made_again(gateway, linked, until):
    link, notes, timers = linked
    await until(lambda: notes.ups)
    link.drop()
    await until(lambda: notes.downs)
    assert not link.is_up
    await until(lambda: timers._due)
    await timers.advance(1)
    await until(lambda: notes.ups == 2)
