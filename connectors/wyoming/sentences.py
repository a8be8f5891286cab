"""Sentences: where a text that is still being written can be spoken already."""

from __future__ import annotations

import re

LONGEST = 200
"Characters; a sentence that is longer is spoken in parts"
_END = re.compile(r"[。！？!?；;…\n]+[”’」』）)]*|\.(?=\s)")
_PAUSE = re.compile(r"[，,、：:\s]")


def finished(text: str) -> tuple[list[str], str]:
    """The sentences that have ended, none empty, and the rest, shorter than LONGEST."""
    found, at = [], 0
    for end in _END.finditer(text):
        found += _parts(text[at : end.end()])
        at = end.end()
    *more, rest = _cut(text[at:])
    return found + [part for part in map(str.strip, more) if part], rest


def sentences(text: str) -> list[str]:
    """A whole text, sentence by sentence."""
    found, rest = finished(text)
    return found + ([rest.strip()] if rest.strip() else [])


def _parts(sentence: str) -> list[str]:
    return [part for part in map(str.strip, _cut(sentence)) if part]


def _cut(text: str) -> list[str]:
    """Pieces shorter than LONGEST, cut at a pause where there is one; at least one piece."""
    pieces = []
    while len(text) >= LONGEST:
        pauses = [pause.end() for pause in _PAUSE.finditer(text, 0, LONGEST - 1)]
        at = pauses[-1] if pauses else LONGEST - 1
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]
