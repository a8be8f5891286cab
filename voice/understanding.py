"""Understanding: what the speaker itself needs to know of language, passed in as plain functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from language import voice_commands
from language.consent import consent
from language.likeness import likeness
from language.voice_commands import Command
from voice.device import Duplex
from voice.patience import Completeness
from voice.recogniser import Transcript
from voice.utterance import Heard

SURE, HEARD = 0.6, 0.35
"Mean confidence of the words: below the first one asks, below the second nothing was heard"
ECHO = 0.7
"Likeness to what is being said, from which on it is that"
ECHO_AFTER_S = 0.5
"How long after a sentence its sound is still in a device and a room"
_SHORTEST_CLEAN_ECHO = 4
"Characters: what a device that takes its own sound out lets through is no single word"
_SHORTEST_PIECE = 4
"Characters: less is found in any sentence by chance"
_CLAUSE_ENDS = re.compile(r"\W+")


def _is_complete(text: str) -> bool:
    """Who cries for help has rung already, and often says more: where, and what happened."""
    return voice_commands.is_complete(text) and voice_commands.command(text) is not Command.HELP


@dataclass(frozen=True)
class Language:
    """All are pure."""

    command: Callable[[str], Command | None] = voice_commands.command
    goes_on: Callable[[str], bool] = voice_commands.goes_on
    words: Completeness = Completeness(_is_complete, voice_commands.is_open)  # noqa: RUF009

    def is_whole(self, text: str, choices: Collection[str]) -> bool:
        """Whether it is a command, a cry, a yes or no, or an answer to what was offered."""
        if self.command(text) is not None or consent(text) is not None:
            return True
        return self.words.is_complete(text) or any(choice in text for choice in choices)


@dataclass(frozen=True)
class Uttered:
    """What a resident said, by voice or in writing."""

    key: str
    transcript: Transcript
    heard: Heard | None = None
    "How it was spoken; None for text"
    continues: str = ""
    "The key of the utterance whose end this is"

    @property
    def text(self) -> str:
        return self.transcript.text.strip()

    def saying(self, text: str) -> Uttered:
        """The same with other words."""
        return replace(self, transcript=Transcript(text))


def is_echo(text: str, said: str, duplex: Duplex) -> bool:
    """Whether `text`, heard while `said` was in the air, is nothing but that."""
    if not text or not said or duplex is Duplex.HALF:
        return False
    if duplex is Duplex.CLEAN and len(text) < _SHORTEST_CLEAN_ECHO:
        return False
    return likeness(text, said) >= ECHO


def stands_apart(text: str, said: str) -> bool:
    """Whether a word or two are no clause of `said`, though it holds them: 停 beside 今天停水."""
    if len(text) >= _SHORTEST_PIECE:
        return False
    clauses = filter(None, _CLAUSE_ENDS.split(said))
    return all(min(likeness(text, one), likeness(one, text)) < ECHO for one in clauses)
