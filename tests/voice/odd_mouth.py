"""A worker of espeak-ng whose copies do what the text says: `python -S -m tests.voice.odd_mouth`."""

import os
import signal
import time

from voice import pipes
from voice.espeak_worker import MOST_BYTES, NOT_INSTALLED, ORDER, SPOKEN, WITHOUT_MANDARIN, serve

SAMPLE = b"\x10\x27"
ANSWERS = 3
"The file that `pipes.answers` opens"


def half_an_answer():
    os.write(ANSWERS, pipes.LENGTH.pack(1_000) + SPOKEN + SAMPLE)
    os.kill(os.getpid(), signal.SIGSEGV)


def spin():
    while True:
        pass


def boast():
    os.write(ANSWERS, pipes.LENGTH.pack(MOST_BYTES + 1))


DEEDS = {
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abort": os.abort,
    "half an answer": half_an_answer,
    "end": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leave": lambda: os._exit(3),
    "raise": lambda: {}["no such key"],
    "spin": spin,
    "boast": boast,
    "sleep": lambda: time.sleep(3600),
    "print": lambda: os.write(1, b"libraries talk"),
}
ANSWERED = {
    "no answer": [],
    "no library": [NOT_INSTALLED],
    "no mandarin": [WITHOUT_MANDARIN],
    "nonsense": [b"\x09\0\0"],
    "half a sample": [SPOKEN, b"\0"],
}


def speak(question):
    text = question[ORDER.size :].decode()
    DEEDS.get(text, lambda: None)()
    return ANSWERED.get(text, [SPOKEN, SAMPLE])


if __name__ == "__main__":
    serve(speak, cpu_s=0)
