"""A piece: one thing to be said aloud, with how urgent it is and how much of it is said already."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from voice.talk import Kind, Said
from voice.twice import numbers_twice
from voice.words import Words, listed

_CHOICES_AT_MOST = 3


class Rank(enum.IntEnum):
    """What is said first when several things wait."""

    ALARM = 0
    OWN = 1
    "The speaker's own words: it heard, it did not hear, it is on it"
    ANSWER = 2
    STAFF = 3
    REMINDER = 4
    NOTICE = 5


@dataclass(frozen=True)
class Piece:
    text: str
    rank: Rank
    said: Said | None = None
    "Where it comes from; None for the speaker's own words"
    pace: int | None = None
    "1 to 5; the listener's own when None"
    chimes: bool = False
    "Whether a chime goes before it"
    start: int = 0
    "Its first sentence that is still to be said"
    end: int | None = None
    "The sentence before which it is asked whether to go on; None for all of it"
    passing: bool = False
    "Worth nothing later: when it is cut off, nobody misses the rest"
    again: bool = False
    "Whether it was said before; its fate is known"
    announces: Said | None = None
    "The private thing that it is only the opener of"
    since_s: float = 0.0
    "When it began to wait, by the session's timers"


def asks(said: Said) -> bool:
    """Whether it waits for an answer."""
    return bool(said.choices) or said.text.rstrip("”’」』）) \n").endswith(("？", "?"))


def piece_of(said: Said, words: Words, *, before: str = "") -> Piece:
    """What came from the conversation, made ready; `before` is said in front of it."""
    return Piece(
        before + _for_the_ear(said, words),
        Rank[said.kind.name],
        said,
        chimes=said.kind is Kind.REMINDER,
    )


def _for_the_ear(said: Said, words: Words) -> str:
    """A listener sees no buttons: choices that the words do not name are told, three at most."""
    text = said.spoken or said.text
    if said.kind is Kind.ANSWER:
        text = numbers_twice(text, words)
    if not said.choices or all(choice in text for choice in said.choices):
        return text
    named = listed("choices.or")[0].join(said.choices[:_CHOICES_AT_MOST])
    return text + words.say("choices.listed", choices=named)
