"""The ladder: what is said when nothing was heard; each step helps more, the fourth offers a person."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from voice.talk import Said
from voice.words import Words, listed

STEPS = 4
_LAST_QUESTION = re.compile("[^。！!？?；\n]*[？?][”’」』）)]*\\s*$")


class Why(enum.Enum):
    SILENT = "silent"
    "Nobody said anything"
    UNHEARD = "unheard"
    "Somebody did, and it was not understood"


@dataclass(frozen=True)
class Step:
    text: str
    offers_person: bool


def question_of(said: Said) -> str:
    """The question that something said ends with; all of it, when it is not marked as one."""
    found = _LAST_QUESTION.search(said.spoken or said.text)
    return found[0].strip() if found else (said.spoken or said.text)


class Ladder:
    """Climbed by one step each time; understanding brings it down again."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.step = 0
        "How often in a row nothing was understood"

    def reset(self) -> None:
        self.step = 0

    def climb(self, question: Said | None, why: Why) -> Step:
        """What to say now. `question` is the one that waits for an answer."""
        self.step = min(self.step + 1, STEPS)
        match self.step:
            case 1:
                return Step(self._words.say(f"ladder.{why.value}"), offers_person=False)
            case 2:
                return Step(self._examples(question), offers_person=False)
            case 3:
                return Step(self._narrow(question), offers_person=False)
        return Step(self._words.say("ladder.person"), offers_person=True)

    def _examples(self, question: Said | None) -> str:
        choices = question.choices if question is not None else ()
        if question is not None and len(choices) < 2:
            return self._words.say("ladder.question", question=question_of(question))
        first, second = choices[:2] or listed("generic_examples")[:2]
        return self._words.say("ladder.examples", first=f"“{first}”", second=f"“{second}”")

    def _narrow(self, question: Said | None) -> str:
        if question is None:
            return self._words.say("ladder.start")
        if len(question.choices) < 2:
            return self._words.say("ladder.skip")
        places = listed("choices.places")
        numbered = zip(places, question.choices, strict=False)
        return self._words.say(
            "ladder.numbered", choices="；".join(f"{place}，{one}" for place, one in numbered)
        )
