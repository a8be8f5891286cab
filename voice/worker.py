"""The worker: a process that decodes clips, one after the other, with little it could do harm with.

Run as `python -m voice.worker` by `voice/decoder.py`: a clip on its standard input, an answer on
its standard output, until the input ends. It inherits no variable of the environment.
"""

from __future__ import annotations

from collections.abc import Callable

from community.errors import TooLarge, UnsupportedMedia
from voice import pipes
from voice.clips import Clip
from voice.codecs import decode
from voice.confinement import allow, confine
from voice.wire import FORMATS, HEAD, Outcome

CPU_S = 5
"Seconds of a processor for one clip; 120 s of AMR-WB take 0.4"


def serve(decode: Callable[[bytes], Clip] = decode, *, cpu_s: int = CPU_S) -> None:
    """Answer until the input ends. A clip that takes more than `cpu_s`, to a second, ends the
    process.
    """
    answers = pipes.answers()
    confine()
    for data in pipes.questions():
        allow(cpu_s)
        outcome, place, body = _answer(decode, data)
        pipes.send(answers, HEAD.pack(outcome, place), body)


def _answer(decode: Callable[[bytes], Clip], data: bytes) -> tuple[Outcome, int, bytes]:
    try:
        clip = decode(data)
    except TooLarge as error:
        return Outcome.TOO_LARGE, 0, str(error).encode()
    except UnsupportedMedia as error:
        return Outcome.UNSUPPORTED, 0, str(error).encode()
    return Outcome.DECODED, FORMATS.index(clip.format), clip.pcm


if __name__ == "__main__":
    serve()
