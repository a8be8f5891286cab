"""A message for the ear: the card as a sentence, and no line that only eyes need."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from community.times import local
from connectors.spoken.words import words
from conversation.aloud import ANSWER, STAFF, Aloud
from conversation.messages import Message
from voice.talk import Kind, Said

MOST_CHOICES = 3
MOST_FACTS = 4
"Of a card: more is not kept in mind by listening"
LATE = timedelta(minutes=5)
"What was written longer ago is said with its time"
_LINK = re.compile(r"https?://\S+")
_MARK = re.compile(r"[，。！？；：、,.!?;:]$")


def said(one: Aloud, now: datetime) -> Said:
    """What the session is to say."""
    message = one.message
    spoken = for_the_ear(one)
    if one.kind != ANSWER and now - message.at > LATE:
        spoken = words("late", when=_when(message.at, now)) + spoken
    labels = tuple(choice.label for choice in message.choices)
    return Said(message.seq, message.text, Kind(one.kind), labels, one.private, spoken)


def for_the_ear(one: Aloud) -> str:
    """Sentences that say what the message shows, but for links, and first whose words they are.

    Its choices the session says.
    """
    return (_introduction(one) if one.kind == STAFF else "") + _shown(one.message)


def for_the_ear_with_choices(one: Aloud) -> str:
    """The same for a device without a session: the choices are named too."""
    labels = [choice.label for choice in one.message.choices[:MOST_CHOICES]]
    spoken = for_the_ear(one)
    if not labels or all(label in spoken for label in labels):
        return spoken
    return spoken + words("choices", choices=words("or").join(labels))


def _introduction(one: Aloud) -> str:
    """A listener does not see that a person wrote it."""
    return words("from_staff", name=one.staff_name) if one.staff_name else words("from_somebody")


def _shown(message: Message) -> str:
    parts = [_sentence(line) for line in _LINK.sub("", message.text).splitlines() if line.strip()]
    if message.card is not None:
        parts.append(_card(message.card))
    return "".join(part for part in parts if part)


def _sentence(line: str) -> str:
    line = line.strip()
    return line if _MARK.search(line) else line + "。"


def _card(card: dict[str, object]) -> str:
    head = "，".join(str(card[key]) for key in ("title", "state") if card.get(key))
    facts = card.get("facts")
    told = [
        words("card_fact", name=str(name), value=str(value))
        for name, value in (facts if isinstance(facts, list) else [])[:MOST_FACTS]
    ]
    return "，".join(part for part in (head, *told) if part) + "。"


def _when(at: datetime, now: datetime) -> str:
    there = local(at)
    minute = "整" if there.minute == 0 else f"{there.minute}分"
    day = "" if there.date() == local(now).date() else f"{there.month}月{there.day}日"
    return f"{day}{there.hour}点{minute}"
