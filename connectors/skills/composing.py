"""Composing: stored messages become what the speaker says now, what comes after, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from community.times import date_words
from connectors.render import card_lines
from connectors.skills.exchange import Spoken
from connectors.skills.speech import offered, pages, spoken
from connectors.skills.store import Talk, Waiting
from connectors.skills.words import words
from conversation.messages import Message

LONG_AGO = timedelta(hours=1)
"A message that waited longer is told with its date"
_QUESTION = ("？", "?")


@dataclass(frozen=True)
class Speech:
    """All that is to be said; pages of it may come later."""

    pages: tuple[str, ...]
    ending: Spoken
    "What follows after the last page; its text is empty"
    runs_on: bool = True
    "Whether it is asked after a page if there is to be more"


def compose(
    waiting: Sequence[Waiting], now: datetime, *, turn_id: str | None, asked: bool, last: str = ""
) -> Speech:
    """What waits, then the answer to the turn, then the words `last`; a safety sentence before all.

    `asked` says that the turn ended with a question. `waiting` is in the order of the conversation.
    """
    safety = "".join(spoken(one.message.text) for one in waiting if one.is_safety)
    others = [one for one in waiting if not one.is_safety]
    mine = [one for one in others if turn_id is not None and one.message.turn_id == turn_id]
    ordered = [*(one for one in others if one not in mine), *mine]
    labels = _labels(ordered[-1].message) if ordered and not last else ()
    parts = [*_told(ordered, now, turn_id), last, offered(labels) if labels else ""]
    text = "".join(parts)
    question = asked or bool(labels) or (bool(ordered) and _asks(ordered[-1].message))
    ending = closing(mic=question or bool(safety), choices=labels)
    told = tuple(pages(text)) if text else ()
    if safety:
        return Speech((safety, *told), ending, runs_on=False)
    return Speech(told, ending)


def closing(*, mic: bool, choices: tuple[str, ...] = ()) -> Spoken:
    """The end of a speech: whether the microphone opens, and what is said into silence then."""
    reprompt = (offered(choices) if choices else words("reprompt")) if mic else ""
    return Spoken("", mic, choices, reprompt)


def begin(speech: Speech, talk: Talk) -> tuple[Spoken, Talk]:
    """The first page, and where the talk stands when it is said."""
    return _page(replace(talk, rest=speech.pages, ending=speech.ending), runs_on=speech.runs_on)


def go_on(talk: Talk) -> tuple[Spoken, Talk]:
    """The next page of what was begun."""
    return _page(talk, runs_on=True)


def _page(talk: Talk, *, runs_on: bool) -> tuple[Spoken, Talk]:
    page, rest = talk.rest[0], talk.rest[1:]
    ending = talk.ending or closing(mic=False)
    said = replace(ending, text=page)
    if rest and runs_on:
        said = Spoken(page + words("more"), mic=True, reprompt=words("more"))
    return said, replace(talk, said=said, rest=rest, ending=ending if rest else None)


def _told(ordered: Sequence[Waiting], now: datetime, turn_id: str | None) -> list[str]:
    """Each message in speech form, after words that say whose it is when that changes."""
    parts, before = [], ""
    for one in ordered:
        said = spoken(_whole(one.message))
        opener = _opener(one, now, turn_id)
        parts += [opener if opener != before and said else "", said]
        before = opener
    return parts


def _opener(one: Waiting, now: datetime, turn_id: str | None) -> str:
    message = one.message
    if message.sender == "staff":
        return (
            words("from_staff", name=one.staff_name)
            if one.staff_name
            else words("from_nameless_staff")
        )
    if message.turn_id is not None:
        return "" if message.turn_id == turn_id else words("late_answer")
    if now - message.at > LONG_AGO:
        return words("unasked_before", when=date_words(message.at))
    return words("unasked")


def _whole(message: Message) -> str:
    return "\n".join(part for part in (message.text, card_lines(message.card or {})) if part)


def _labels(message: Message) -> tuple[str, ...]:
    """The choices under a message as they are said."""
    said = (spoken(choice.label).rstrip("。") for choice in message.choices)
    return tuple(label for label in said if label)


def _asks(message: Message) -> bool:
    return message.text.rstrip().endswith(_QUESTION)
