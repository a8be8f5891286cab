"""Portions: of a long answer an ear keeps two sentences; then it is asked whether there is to be more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from voice.piece import Piece, asks
from voice.talk import Kind

SENTENCES, CHARACTERS = 2, 40
"Said in one go at most, but for a single sentence that is longer or the last"
_SAFETY = re.compile("1[12]0|119|[一幺][一二幺]零|[一幺][一幺]九")
"The number of somebody who helps: nobody is asked whether to hear it"


def portion(piece: Piece, split: Callable[[str], list[str]]) -> Piece:
    """The piece, to its `end` when the rest is only said to whoever wants it.

    Only answers have an end: what asks is said whole, for its words belong to the question. What
    is said again keeps the end that it had.
    """
    said = piece.said
    if piece.again and piece.start == 0:
        return piece
    if said is None or said.kind is not Kind.ANSWER or asks(said) or _SAFETY.search(piece.text):
        return piece
    sentences = split(piece.text)[piece.start :]
    lengths = [sum(map(len, sentences[: count + 1])) for count in range(SENTENCES)]
    taken = max(1, sum(length <= CHARACTERS for length in lengths))
    return replace(piece, end=piece.start + taken) if len(sentences) > taken + 1 else piece
