"""Frames: golden bytes of the three ways to wrap sound, and sizes that are believed by nobody."""

import pytest

from community.errors import BadInput
from connectors.xiaozhi.frames import Frame, pack, unpack

PACKET = b"\x01\x02\x03"
GOLDEN = {
    1: PACKET,
    2: bytes.fromhex("0002 0000 00000000 000003e8 00000003") + PACKET,
    3: bytes.fromhex("00 00 0003") + PACKET,
}


@pytest.mark.parametrize("version", GOLDEN)
def test_a_packet_is_wrapped_in_golden_bytes(version):
    assert pack(version, PACKET, 1000) == GOLDEN[version]


@pytest.mark.parametrize("version", GOLDEN)
def test_golden_bytes_are_read_as_the_packet(version):
    assert unpack(version, GOLDEN[version]) == Frame(PACKET, 1000 if version == 2 else 0)


def test_the_timestamp_wraps_at_32_bits():
    assert unpack(2, pack(2, PACKET, 2**32 + 5)) == Frame(PACKET, 5)


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, b""),
        (2, GOLDEN[2][:15]), (2, GOLDEN[2][:16]), (2, GOLDEN[2][:-1]), (2, GOLDEN[2] + b"\0"),
        (2, b"\0\3" + GOLDEN[2][2:]), (2, b"\0\2\0\1" + GOLDEN[2][4:]),
        (3, GOLDEN[3][:3]), (3, GOLDEN[3][:4]), (3, GOLDEN[3][:-1]), (3, GOLDEN[3] + b"\0"),
        (3, b"\1" + GOLDEN[3][1:]),
    ],
)  # fmt: skip
def test_a_frame_that_says_what_it_is_not_is_refused(version, data):
    with pytest.raises(BadInput):
        unpack(version, data)
