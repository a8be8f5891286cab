"""The pyttsx3 worker: a process that speaks one sentence, and ends.

Run as `python -m voice.pyttsx3_worker` by `voice/pyttsx3_speech.py`: an order in JSON on its
standard input, a WAV file on its standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import wave
from functools import partial
from typing import Any

import pyttsx3
from pyttsx3.drivers import _espeak

from voice import pipes
from voice.espeak_worker import RATE_HZ, SAMPLE_BYTES

WITHOUT_MANDARIN, WITHOUT_SOUND = 3, 4
"How it ends when it cannot speak"


def main() -> int:
    """Speak; returns the exit code.

    As pyttsx3 starts espeak-ng, a thread of the library calls back: on a busy machine sentences
    came out in another speed than was set, and it copies all sound for each piece of it. So the
    library calls back in the call that synthesises, and what it gives is gathered here.
    """
    answers = pipes.answers()
    asked = json.load(sys.stdin)
    _espeak.AUDIO_OUTPUT_RETRIEVAL = _espeak.AUDIO_OUTPUT_SYNCHRONOUS
    engine = pyttsx3.init("espeak")
    voice = _mandarin_voice(engine)
    if voice is None:
        return WITHOUT_MANDARIN
    engine.setProperty("voice", voice)
    engine.setProperty("rate", asked["rate"])
    pieces: list[bytes] = []
    _espeak.SetSynthCallback(partial(_gather, pieces))
    engine.save_to_file(asked["text"], os.devnull)
    engine.runAndWait()
    if engine.getProperty("voice") != voice:
        return WITHOUT_MANDARIN  # a voice that cannot be set is passed over in silence
    with wave.open(answers, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(SAMPLE_BYTES)
        writing.setframerate(RATE_HZ)
        writing.writeframes(b"".join(pieces))
    return 0 if pieces else WITHOUT_SOUND


def _gather(pieces: list[bytes], wav: Any, samples: int, events: object) -> int:
    """As espeak-ng calls back; 0 lets it go on."""
    if samples > 0:
        pieces.append(ctypes.string_at(wav, samples * SAMPLE_BYTES))
    return 0


def _mandarin_voice(engine: pyttsx3.Engine) -> str | None:
    """The id of the voice that reads Han characters; of several the pinyin one, see
    `voice/espeak_worker.py`.
    """
    ids = [
        voice.id
        for voice in engine.getProperty("voices")
        if any(language.startswith(("cmn", "zh")) for language in voice.languages)
    ]
    return next((one for one in ids if "pinyin" in one), ids[0] if ids else None)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # what the engine leaves running would hold up the end
