"""The worker: a process that decodes clips, one after the other, with little it could do harm with.

Run as `python -m voice.worker` by `voice/decoder.py`: a clip on its standard input, an answer on
its standard output, until the input ends. It inherits no variable of the environment.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from collections.abc import Callable

from community.errors import TooLarge, UnsupportedMedia
from voice.clips import Clip
from voice.codecs import decode
from voice.wire import ANSWER, FORMATS, QUESTION, Outcome

MEMORY_BYTES = 512 * 1024 * 1024
"Addresses, not memory in use: with the libraries a clip of a minute takes 130 MB of them"
CPU_S = 5
"Seconds of a processor for one clip; 120 s of AMR-WB take 0.4"


def serve(decode: Callable[[bytes], Clip] = decode, *, cpu_s: int = CPU_S) -> None:
    """Answer until the input ends. A clip that takes more than `cpu_s`, to a second, ends the
    process.
    """
    questions, answers = sys.stdin.buffer, _answers()
    _limit()
    while head := questions.read(QUESTION.size):
        _allow(cpu_s)
        outcome, place, body = _answer(decode, questions.read(*QUESTION.unpack(head)))
        answers.write(ANSWER.pack(outcome, place, len(body)) + body)
        answers.flush()


def _answer(decode: Callable[[bytes], Clip], data: bytes) -> tuple[Outcome, int, bytes]:
    try:
        clip = decode(data)
    except TooLarge as error:
        return Outcome.TOO_LARGE, 0, str(error).encode()
    except UnsupportedMedia as error:
        return Outcome.UNSUPPORTED, 0, str(error).encode()
    return Outcome.DECODED, FORMATS.index(clip.format), clip.pcm


def _answers() -> io.BufferedWriter:
    """Where answers go; what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answers


def _limit() -> None:
    """No more memory than a clip needs, no byte written to a file, no core dump of a voice."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(cpu_s: int) -> None:
    """So long from now on: what is counted is the time of the whole process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


if __name__ == "__main__":
    serve()
