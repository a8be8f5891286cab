"""The line: a device that does not receive is gone."""

import asyncio

import pytest

from connectors.xiaozhi.line import Line


class Deaf:
    """A socket whose other side reads nothing."""

    def __init__(self):
        self.closed_with = None

    async def send_str(self, message):
        await asyncio.Event().wait()

    async def send_bytes(self, message):
        await asyncio.Event().wait()

    async def close(self, *, code, message):
        self.closed_with = (code, message)


@pytest.mark.parametrize("message", ["{}", b"\0"])
async def test_what_is_not_received_in_time_ends_the_line(message):
    line = Line(Deaf(), lambda: 0.0, send_s=0)
    with pytest.raises(ConnectionError):
        await line.send(message)


async def test_a_reason_is_cut_to_what_a_close_frame_holds():
    socket = Deaf()
    await Line(socket, lambda: 0.0).hang_up(1000, "x" * 200)
    assert socket.closed_with == (1000, b"x" * 123)


def test_the_time_since_the_last_use_is_told():
    now = [5.0]
    line = Line(Deaf(), lambda: now[0])
    now[0] = 12.0
    assert line.unused_s == 7.0
    line.touch()
    assert line.unused_s == 0.0
