"""Choices: a tap, a number or the words of an offered answer, back to what the bot meant by it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from conversation.messages import Choice
from language.clean import fold

GATEWAY = "@"
"A payload that begins so is an act of the gateway's own; all others are the engine's"

_ORDINALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_NUMBER = re.compile(
    r"^(?:我?选|我?选?第)?\s*([0-9]{1,2}|[一二两三四五六七八九])\s*(?:个|项|条|号)?[。.!！]?$"
)
_EDGES = " 。.!！,，?？"


def by_words(text: str, offered: Sequence[Choice]) -> Choice | None:
    """The offered choice that the words name by its label or its number; None when they do not.

    A label that begins with a number of its own is named by that one; of 对，帮完了 the first words
    are enough.
    """
    if not offered:
        return None
    said = text.strip(_EDGES)
    for choice in offered:
        if said in {choice.label.strip(_EDGES), choice.label.split("，")[0]}:
            return choice
    number = _NUMBER.match(fold(text.strip()))
    if number is None:
        return None
    position = _ORDINALS.get(number[1]) or int(number[1])
    for choice in offered:
        if "第" not in text and choice.label.split(" ")[0] == str(position):
            return choice  # of “5 很满意, 4 满意 …” a 5 means the label, not the fifth
    return offered[position - 1] if 1 <= position <= len(offered) else None


def gateway_payload(act: str, **details: object) -> str:
    """A payload for an act of the gateway: `@act{"…"}`."""
    return f"{GATEWAY}{act}{json.dumps(details, ensure_ascii=False)}"


def read_gateway_payload(payload: str) -> tuple[str, dict[str, object]] | None:
    """(act, details) of a gateway payload; None for the engine's."""
    if not payload.startswith(GATEWAY):
        return None
    act, brace, rest = payload[1:].partition("{")
    return act, json.loads(brace + rest)
