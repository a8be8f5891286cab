"""The espeak-ng worker: a process that speaks one sentence after another, each as if it were its first.

Run as `python -S -m voice.espeak_worker` by `voice/espeak.py`: an order and a text on its standard
input, the outcome and the sound on its standard output, until the input ends.

What the library has spoken changes how the next sentence sounds and how long it lasts: its flutter
and its noise go on where they were (espeak-ng 1.51 src/libespeak-ng/wavegen.c). So each sentence is
spoken by a copy of this process, which itself never speaks, and its memory stays as it is.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable
from typing import Any

from voice import pipes
from voice.confinement import allow, confine

SPOKEN, NOT_INSTALLED, WITHOUT_MANDARIN = b"\0", b"\1", b"\2"
"The first byte of an answer; the sound follows SPOKEN"
LIBRARY = "libespeak-ng.so.1"
RATE_HZ = 22_050
"Of everything that espeak-ng says"
SAMPLE_BYTES = 2
ORDER = struct.Struct(">HBB")
"Words per minute, gap and amplitude; the text follows in UTF-8"
MOST_BYTES = 128 * 1024 * 1024
"Of an answer; 2,000 characters at the slowest pace take 52 MB"
VOICES = ("cmn", "cmn-latn-pinyin")
"In the order of their worth; which of them reads Han characters depends on the release"
CPU_S = 10
"Seconds of a processor for one sentence; 2,000 characters take 2"

_PROBE = "重庆，三"
_FOREIGN = b"(en)"
"Stands in the phonemes where a voice falls back to English"
# From speak_lib.h of espeak-ng 1.51
_SYNCHRONOUS, _DO_NOT_EXIT, _UTF8 = 2, 0x8000, 1
_RATE, _VOLUME, _GAP = 1, 2, 7
_Listener = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Speechless(Exception):
    """espeak-ng cannot speak here."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.answer = answer


class Library:
    """The library of espeak-ng with a voice for Mandarin. Raises Speechless without them."""

    def __init__(self, file: str = LIBRARY) -> None:
        try:
            self._library = ctypes.CDLL(file)
        except OSError as error:
            raise Speechless(NOT_INSTALLED) from error
        if self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _DO_NOT_EXIT) != RATE_HZ:
            raise Speechless(NOT_INSTALLED)
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        if mandarin_voice(self._phonemes) is None:
            raise Speechless(WITHOUT_MANDARIN)
        self._pieces: list[bytes] = []
        self._listener = _Listener(self._listen)
        self._library.espeak_SetSynthCallback(self._listener)

    def speak(self, question: bytes) -> list[bytes]:
        """The answer to an order and a text, in pieces."""
        ordered = ORDER.unpack_from(question)
        for parameter, value in zip((_RATE, _GAP, _VOLUME), ordered, strict=True):
            if self._library.espeak_SetParameter(parameter, value, 0):
                raise ValueError("espeak-ng does not take an order")
        text = question[ORDER.size :]
        size = ctypes.c_size_t(len(text) + 1)
        if self._library.espeak_Synth(text, size, 0, 1, 0, _UTF8, None, None):
            raise ValueError("espeak-ng does not say it")
        return [SPOKEN, *self._pieces]

    def _phonemes(self, voice: str) -> bytes:
        """How that voice, which is taken from now on, reads the probe; nothing when it is missing."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            return b""
        rest, clauses = ctypes.c_char_p(_PROBE.encode()), []
        while rest.value is not None:
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, 0))
        return b" ".join(clauses)

    def _listen(self, samples: Any, count: int, events: object) -> int:
        """As espeak-ng calls back; 0 lets it go on."""
        if count > 0:
            self._pieces.append(ctypes.string_at(samples, count * SAMPLE_BYTES))
        return 0


def mandarin_voice(phonemes: Callable[[str], bytes]) -> str | None:
    """The first of VOICES that reads Han characters itself; the last that was asked.

    In 1.51 `cmn` spells them out in English: espeak-ng issues 1028, 1044, 1236.
    """
    for voice in VOICES:
        read = phonemes(voice)
        if read.strip() and _FOREIGN not in read:
            return voice
    return None


def speaking() -> Callable[[bytes], list[bytes]]:
    """What makes the answer to a question: the library, or why there is none."""
    try:
        return Library().speak
    except Speechless as error:
        answer = [error.answer]
        return lambda question: answer


def serve(speak: Callable[[bytes], list[bytes]], *, cpu_s: int = CPU_S) -> None:
    """Answer until the input ends, each question by a copy of this process.

    One that takes more than `cpu_s`, to a second, ends both.
    """
    answers = pipes.answers()
    for question in pipes.questions():
        copy = os.fork()
        if copy == 0:
            allow(cpu_s)
            pipes.send(answers, *speak(question))
            os._exit(0)
        _, status = os.waitpid(copy, 0)
        _end_like(os.waitstatus_to_exitcode(status))


def _end_like(code: int) -> None:
    """Of a copy that failed: it may have given half an answer, and the gateway sees what it died of."""
    if code < 0:
        os.kill(os.getpid(), -code)
    elif code:
        sys.exit(code)


if __name__ == "__main__":
    speak = speaking()
    confine()  # only now: as it loads, the library looks for a sound card by way of a file
    serve(speak)
