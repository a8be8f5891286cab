"""Grammar: the answers to a closed question as a Kaldi recogniser takes them: words it knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from voice.heard import joined
from voice.recogniser import Transcript

UNKNOWN = "[unk]"
"Stands in a grammar for all that is not in it"
SURE_FROM = 0.6
"Mean confidence from which an answer of the grammar counts"


def segmented(phrase: str, knows: Callable[[str], bool]) -> list[str] | None:
    """The phrase as the fewest words that are known; None when it cannot be made of them."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(phrase) + 1):
        ways = [
            [*before, phrase[start:end]]
            for start in range(end)
            if (before := best[start]) is not None and knows(phrase[start:end])
        ]
        best.append(min(ways, key=len, default=None))
    return best[-1]


def written(
    phrases: Iterable[str], knows: Callable[[str], bool]
) -> tuple[str | None, tuple[str, ...]]:
    """The grammar, and the phrases that cannot be in it for want of a word.

    The grammar is JSON with its characters as they are, which is how Vosk reads them; None when
    no phrase is left: an empty one ends the process.
    Sources: alphacep/vosk-api src/json.h and issues 746, 1719.
    """
    cut = {phrase: segmented("".join(phrase.split()), knows) for phrase in phrases}
    lines = [" ".join(words) for words in cut.values() if words]
    dropped = tuple(phrase for phrase, words in cut.items() if not words)
    if not lines:
        return None, dropped
    return json.dumps([*lines, UNKNOWN], ensure_ascii=False), dropped


def chosen(
    in_grammar: Transcript, free: Transcript, phrases: Sequence[str], *, unknown: bool
) -> Transcript:
    """Which of two passes over the same sound is believed.

    The grammar's when it heard one of the phrases and nothing else, is sure of it, and the free
    pass did not hear clearly more than that. `unknown` says that it heard something else too.
    """
    answers = {joined(phrase) for phrase in phrases}
    is_answer = in_grammar.text in answers and not unknown
    more = len(free.text) > len(in_grammar.text) + 1
    sure = in_grammar.confidence(untold=0.0) >= SURE_FROM
    return in_grammar if is_answer and sure and not more else free
