"""Written text made fit to be read aloud in Mandarin, for any synthesiser; `inverse` is the way back.

A home 3-2-501 is said 三号楼二单元五零一, as `language.addresses.Room.label` writes it out.
"""

from language.reading.amounts import read_amounts
from language.reading.calendar import read_calendar
from language.reading.codes import read_codes, read_hotlines, read_letters, read_long, read_masked
from language.reading.page import plain
from language.reading.pauses import sentences_of, with_breath, with_marks
from language.reading.places import read_places
from language.reading.sounds import spelt_out

__all__ = ["phonetic", "sentences", "speakable"]


def speakable(text: str) -> str:
    """The text as it is said: Han characters, letters one by one, and marks where a voice pauses.

    Numbers, dates, money, addresses and codes are words; what is only for the eye is gone. A clause
    has a comma about every 12 Han characters where that is natural. Empty when nothing is there to
    say. What is speakable already stays as it is.
    """
    text = plain(read_masked(text))
    for step in (
        read_codes, read_calendar, read_places, read_hotlines, read_long, read_amounts,
        read_letters, with_marks, with_breath,
    ):  # fmt: skip
        text = step(text)
    return text


def sentences(text: str) -> list[str]:
    """`speakable` text in sentences of at most 40 Han characters, each ended by a mark."""
    return sentences_of(speakable(text))


def phonetic(text: str) -> str:
    """`speakable` text with pinyin for words that espeak-ng would misread: 去chong2 qing4。"""
    return spelt_out(speakable(text))
