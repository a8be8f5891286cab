"""A worker whose codec does what the clip says: `python -m tests.voice.odd_worker`."""

import os
import signal
import sys
import tempfile
import time

from community.errors import TooLarge, UnsupportedMedia
from voice import worker
from voice.clips import MAX_PCM_BYTES, Clip, Format
from voice.confinement import MEMORY_BYTES

HEAD = b"#!AMR\n"
PCM = bytes(range(200))


def grow():
    try:
        return bytearray(MEMORY_BYTES)
    except MemoryError as error:
        raise UnsupportedMedia("no memory") from error


def write():
    try:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(b"x")
    except OSError as error:
        raise UnsupportedMedia("no file") from error


def look_round():
    seen = sorted(set(os.environ) - {"LC_CTYPE"})
    seen += [name for name in ("connectors", "bot", "aiohttp") if name in sys.modules]
    raise UnsupportedMedia(",".join(seen) or "nothing")


def refuse():
    raise TooLarge("too long a clip")


def talk():
    os.write(1, b"libraries talk")


def spin():
    while True:
        pass


DEEDS = {
    b"abort": os.abort,
    b"fault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"end": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"leave": lambda: os._exit(3),
    b"sleep": lambda: time.sleep(3600),
    b"print": talk,
    b"spin": spin,
    b"grow": grow,
    b"write": write,
    b"look round": look_round,
    b"refuse": refuse,
    b"drone": lambda: bytes(MAX_PCM_BYTES + 2),
    b"behave": lambda: None,
}


def decode(data):
    return Clip(DEEDS[data.removeprefix(HEAD)]() or PCM, Format.AMR_NB)


if __name__ == "__main__":
    worker.serve(decode, cpu_s=0)
