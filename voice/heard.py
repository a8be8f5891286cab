"""Heard: a recogniser's words made text, without the words it hears where nobody speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice.recogniser import Transcript, Word

GHOSTS = frozenset("嗯啊呃额哦噢喔唔呵哈唉哎诶欸呀嘛的了")
"""What recognisers write for breath and noise. Sources: alphacep/vosk-api issues 361, 797, 837."""
GHOST_SURE_FROM = 0.8
"A word of GHOSTS that stands alone counts from this confidence on"
SPEECH_RMS = 200.0
"A stretch none of whose frames is louder holds no speech: 44 dB below full scale"

_HAN = r"[\u3400-\u9fff\uf900-\ufaff〇]"
_BETWEEN = re.compile(rf"(?<={_HAN})\s+|\s+(?={_HAN})")
_NO_WORD = re.compile(r"\[.*\]|<.*>|!.*")
"What a model writes for noise, silence and all that it has no word for"


def is_word(text: str) -> bool:
    """Whether a model means something that was said by it."""
    return bool(text) and not _NO_WORD.fullmatch(text)


def joined(text: str) -> str:
    """Words with spaces between them as they are written: none beside a Han character."""
    return _BETWEEN.sub("", " ".join(word for word in text.split() if is_word(word)))


def transcript(words: Sequence[Word]) -> Transcript:
    """The text of the words that were said, and those words."""
    said = tuple(word for word in words if is_word(word.text))
    return Transcript(joined(" ".join(word.text for word in said)), said)


def without_ghosts(heard: Transcript, loudest_rms: float, expected: Sequence[str]) -> Transcript:
    """Nothing, when all that was heard is a ghost; what was `expected` never is one.

    `loudest_rms` is that of the loudest frame, as `voice.sound.loudest`.
    """
    if heard.text in expected or not set(heard.text) <= GHOSTS:
        return heard
    quiet = loudest_rms < SPEECH_RMS
    unsure = heard.confidence(untold=0.0) < GHOST_SURE_FROM
    return Transcript("") if quiet or unsure or len(heard.text) > 2 else heard


def is_ghost(text: str) -> bool:
    """Whether the words are one breath and no more."""
    return text in GHOSTS
