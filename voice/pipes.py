"""Pipes: how a gateway and its worker talk, each message a length and so many bytes.

A worker may have no package but Python's own, so nothing else is loaded here.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from collections.abc import Iterator

LENGTH = struct.Struct(">I")


def questions() -> Iterator[bytes]:
    """A worker's: what comes on its standard input, until that ends."""
    while head := sys.stdin.buffer.read(LENGTH.size):
        yield sys.stdin.buffer.read(*LENGTH.unpack(head))


def answers() -> io.BufferedWriter:
    """A worker's: where its answers go; what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answers


def send(answers: io.BufferedWriter, *parts: bytes) -> None:
    """One answer, in parts so that a long one need not be put together."""
    answers.write(LENGTH.pack(sum(map(len, parts))))
    answers.writelines(parts)
    answers.flush()
