"""Speech: espeak-ng says a sentence, and tells when each sound of it begins."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATE_HZ = 22_050
"Of everything that espeak-ng says"
LANGUAGE = "cmn-latn-pinyin"
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8 = 2, 1, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_PHONEME = 7
_TONES = {"55": 1, "35": 2, "214": 3, "21": 3, "51": 4, "11": 5, "22": 5, "44": 5}
_PAUSES = ("_", "_:", "_|", "_!", "_::")


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("text", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int),
        ("message", ctypes.c_uint),
        ("place", ctypes.c_int),
        ("length", ctypes.c_int),
        ("at_ms", ctypes.c_int),
        ("at_sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _Id),
    ]


_Listener = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Manner:
    """Who speaks, and how."""

    variant: str = ""
    "One of espeak-ng's voice variants, such as f3; empty for the plain voice"
    words_a_minute: int = 175
    "As espeak-ng counts; 80 to 450"
    pitch: int = 50
    "0 to 99"
    pitch_range: int = 50
    "0 to 99: how far the pitch moves"


@dataclass(frozen=True)
class Sound:
    """One sound of a spoken sentence."""

    name: str | None
    "espeak-ng's name of the phoneme; None for a pause"
    place: int
    "Index of the character of the text that it belongs to; of a pause: the one before, or -1"
    begin: int
    end: int
    "In samples"


@dataclass(frozen=True)
class Spoken:
    samples: np.ndarray
    "int16 at RATE_HZ"
    sounds: tuple[Sound, ...]
    "Without gaps, from the first sample to the last"


class Espeak:
    """The library of espeak-ng; only one of it in a process.

    Its events are described in the header speak_lib.h of espeak-ng 1.51. Raises OSError when the
    library is missing, ValueError for a voice or a manner that it does not have.
    """

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        if rate_hz != RATE_HZ:
            raise OSError(f"espeak-ng speaks at {rate_hz} Hz")
        data = ctypes.c_char_p()
        self._library.espeak_Info(ctypes.byref(data))
        self._variants = Path((data.value or b"").decode()) / "voices" / "!v"
        self._blocks: list[np.ndarray] = []
        self._events: list[tuple[int, int, str]] = []
        self._listener = _Listener(self._listen)
        self._library.espeak_SetSynthCallback(self._listener)
        self._manner: Manner | None = None

    def say(self, text: str, manner: Manner = Manner()) -> Spoken:
        """Han characters, or syllables of pinyin with the number of their tone."""
        self._take_on(manner)
        self._blocks, self._events = [], []
        said = text.encode()
        if self._library.espeak_Synth(said, len(said) + 1, 0, 1, 0, _UTF8, None, None):
            raise ValueError("espeak-ng does not say it")
        samples = np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)
        return Spoken(samples, tuple(self._sounds(len(samples))))

    def tones(self, text: str) -> list[int]:
        """The tone of each character as it is when spoken alone, before its neighbours change it:
        1 to 4, and 5 for the neutral one.
        """
        rest = ctypes.c_char_p(text.encode())
        clauses = []
        while rest.value is not None:
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, 0))
        return [_TONES[number] for number in re.findall(r"\d+", b" ".join(clauses).decode())]

    def _take_on(self, manner: Manner) -> None:
        if manner == self._manner:
            return
        if manner.variant and not (self._variants / manner.variant).is_file():
            raise ValueError(f"espeak-ng has no voice {manner.variant}")  # and would take another
        voice = f"{LANGUAGE}+{manner.variant}" if manner.variant else LANGUAGE
        failed = self._library.espeak_SetVoiceByName(voice.encode())
        for parameter, value in (
            (_RATE, manner.words_a_minute), (_PITCH, manner.pitch), (_RANGE, manner.pitch_range),
        ):  # fmt: skip
            failed = failed or self._library.espeak_SetParameter(parameter, value, 0)
        if failed:
            raise ValueError(f"espeak-ng does not speak like {manner}")
        self._manner = manner

    def _listen(self, samples: Any, count: int, events: Any) -> int:
        if count:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].kind:
            event = events[index]
            if event.kind == _PHONEME:
                self._events.append((event.at_sample, event.place, event.id.text.decode()))
            index += 1
        return 0

    def _sounds(self, samples: int) -> Iterator[Sound]:
        """The phonemes, each until the next; what is not inside a word is a pause."""
        heard = self._events
        ends = [at for at, _, _ in heard[1:]] + [samples]
        last, begin = -1, 0
        for (_at, place, name), end in zip(heard, ends, strict=True):
            if name in _PAUSES:
                yield Sound(None, last, begin, end)
            else:
                last = place - 1
                yield Sound(name, last, begin, end)
            begin = end
