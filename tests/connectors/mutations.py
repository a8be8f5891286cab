"""Inputs that are almost right: golden ones with bytes changed, cut, doubled and joined."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

COUNT = 10_000
NASTY = (
    b"\x00", b"\xff", b"{", b"}", b"[", b'"', b"\\", b"\n", b"-1", b"1e999", b"99999999999999999999",
    b"null", b"true", b"{}", b"[]", b'""', b"NaN", b"\xed\xa0\x80", b"\\ud800", b"[" * 5000,
    b"\xf0\x9f\x98\x80", "零".encode(), b"9" * 5000,
)  # fmt: skip


def mutated(golden: Sequence[bytes], *, seed: int, count: int = COUNT) -> Iterator[bytes]:
    """`count` of them, the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(golden))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            _change(data, golden, chance)
        yield bytes(data)


def _change(data: bytearray, golden: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    match chance.randrange(7):
        case 0 if data:
            data[at % len(data)] = chance.randrange(256)
        case 1:
            del data[at:]
        case 2:
            del data[at : at + chance.randrange(1, 9)]
        case 3:
            data[at:at] = chance.choice(NASTY)
        case 4:
            data += chance.choice(golden)
        case 5:
            data[at : at + 4] = chance.choice(NASTY)
        case _:
            data[at:at] = bytes(data[at : at + 8])
