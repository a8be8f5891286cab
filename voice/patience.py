"""Patience: how long silence may last before somebody is thought to have finished.

Everybody pauses in their own way, so what counts as an end is learnt from the person. What is
known of elders: they pause longer inside a sentence, and being cut off is what they complain of
most; so their profile never ends at a pause of two seconds, unless the words are complete.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voice.talk import Habits

KEPT = 20
"Utterances whose pauses are kept"
_ENOUGH = 5
"Utterances before what was learnt counts"
_SHARE, _ROOM = 0.9, 1.3
_RAISE_S = 0.3
WAIT_S = 20.0
"Patience when somebody says 等一下"


@dataclass(frozen=True)
class Profile:
    """Timers of one kind of listener, in seconds."""

    end_s: float
    "Silence that ends an utterance of a person of whom nothing is known"
    least_end_s: float
    most_end_s: float
    "Bounds of what is learnt"
    early_s: float
    "Instead, when the words are a complete answer or command"
    open_more_s: float
    "In addition, when the words end open"
    no_speech_s: float
    "Silence after which a question is asked again; an open microphone closes"
    longest_s: float
    "An utterance is taken as it is after so long"


USUAL = Profile(
    end_s=1.2,
    least_end_s=0.8,
    most_end_s=2.5,
    early_s=0.6,
    open_more_s=1.0,
    no_speech_s=8.0,
    longest_s=30.0,
)
SENIOR = Profile(
    end_s=2.1,
    least_end_s=2.1,
    most_end_s=2.5,
    early_s=0.8,
    open_more_s=1.5,
    no_speech_s=10.0,
    longest_s=45.0,
)


@dataclass(frozen=True)
class Completeness:
    """How words tell whether they are all; both callables are pure."""

    is_complete: Callable[[str], bool]
    "A whole short command, a yes or no, an answer to a question"
    is_open: Callable[[str], bool]
    "More must follow: 我要, 那个, 在"


class Patience:
    """The patience with one person, in one session."""

    def __init__(self, habits: Habits, words: Completeness) -> None:
        self.answers: frozenset[str] = frozenset()
        "What the open question may be answered with: complete, too"
        self._words = words
        self._raised_s = 0.0
        self.know(habits)

    def know(self, habits: Habits) -> None:
        """What is known of the person has arrived."""
        self.profile = SENIOR if habits.senior else USUAL
        self._pauses_s = deque(habits.pauses_s, maxlen=KEPT)

    @property
    def pauses_s(self) -> tuple[float, ...]:
        """The longest pause inside each of the last utterances, oldest first."""
        return tuple(self._pauses_s)

    @property
    def end_s(self) -> float:
        """Silence that ends an utterance whose words tell nothing."""
        learnt = self.profile.end_s
        if len(self._pauses_s) >= _ENOUGH:
            learnt = percentile(self._pauses_s, _SHARE) * _ROOM
        bounded = min(max(learnt, self.profile.least_end_s), self.profile.most_end_s)
        return min(bounded + self._raised_s, self.profile.most_end_s)

    def silence_s(self, text: str) -> float:
        """Silence that ends an utterance whose words so far are `text`."""
        is_open = self._words.is_open(text)
        if text and not is_open and (text in self.answers or self._words.is_complete(text)):
            return self.profile.early_s
        return self.end_s + (self.profile.open_more_s if is_open else 0.0)

    def paused(self, longest_s: float) -> None:
        """Learn from an utterance: the longest silence inside it."""
        self._pauses_s.append(round(longest_s, 2))

    def cut_off(self) -> None:
        """We began to answer before the person had finished."""
        self._raised_s += _RAISE_S


def percentile(values: deque[float], share: float) -> float:
    """The least of `values` that this share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
