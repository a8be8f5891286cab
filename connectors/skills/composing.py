"""Composing: stored messages become what the speaker says now, what comes after, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from community.times import date_words
from connectors.render import card_lines
from connectors.skills.exchange import Spoken
from connectors.skills.speech import offered, pages, spoken
from connectors.skills.store import Page, Talk, Waiting
from connectors.skills.words import words
from conversation.messages import Message

LONG_AGO = timedelta(hours=1)
"A message that waited longer is told with its date"
_QUESTION = ("？", "?")


@dataclass(frozen=True)
class Speech:
    """All that is to be said; pages of it may come later."""

    pages: tuple[Page, ...]
    is_safety: bool = False
    "Its first page is a safety sentence, after which nothing is offered"


def compose(
    waiting: Sequence[Waiting], now: datetime, *, turn_id: str | None, asked: bool, last: str = ""
) -> Speech:
    """What waits, then the answer to the turn, then the words `last`; a safety sentence before all.

    `asked` says that the turn ended with a question. `waiting` is in the order of the conversation.
    What is private comes after the rest of what waits, and is not kept for whoever comes next.
    """
    safety = "".join(spoken(one.message.text) for one in waiting if one.is_safety)
    others = [one for one in waiting if not one.is_safety]
    mine = [one for one in others if turn_id is not None and one.message.turn_id == turn_id]
    before = [one for one in others if one not in mine and not one.is_private]
    private = [one for one in others if one not in mine and one.is_private]
    newest = (mine or private or before)[-1].message if others and not last else None
    labels = _labels(newest) if newest else ()
    question = asked or bool(labels) or (newest is not None and _asks(newest))
    ending = closing(mic=question or bool(safety), choices=labels)
    unasked = _told(before, now, turn_id)
    text = f"{unasked}{_told([*private, *mine], now, turn_id)}{last}{offered(labels) if labels else ''}"
    told = _paged(text, len(unasked), ending)
    if safety:
        return Speech((Page(safety, owed=False, ending=closing(mic=True)), *told), is_safety=True)
    return Speech(told)


def say(text: str, *, mic: bool) -> Spoken:
    """Words of our own, said in one go."""
    return replace(closing(mic=mic), text=text)


def closing(*, mic: bool, choices: tuple[str, ...] = ()) -> Spoken:
    """The end of a speech: whether the microphone opens, and what is said into silence then."""
    reprompt = (offered(choices) if choices else words("reprompt")) if mic else ""
    return Spoken("", mic, choices, reprompt)


def begin(speech: Speech, talk: Talk) -> tuple[Spoken, Talk]:
    """The first page, and where the talk stands when it is said.

    Pages of an earlier speech that nobody asked for are still owed, and come after.
    """
    return _page(replace(talk, rest=speech.pages + owed(talk)), offers=not speech.is_safety)


def owed(talk: Talk) -> tuple[Page, ...]:
    """What nobody asked for and was not read to its end."""
    return tuple(page for page in talk.rest if page.owed)


def go_on(talk: Talk) -> tuple[Spoken, Talk]:
    """The next page of what was begun."""
    return _page(talk, offers=True)


def is_offered(talk: Talk) -> bool:
    """Whether the last words asked if there is to be more."""
    return bool(talk.rest) and talk.said is not None and talk.said.text.endswith(words("more"))


def _page(talk: Talk, *, offers: bool) -> tuple[Spoken, Talk]:
    """A page; whether there is to be more is asked after it, unless it ends with a question."""
    page, rest = talk.rest[0], talk.rest[1:]
    ending = page.ending or closing(mic=False)
    said = replace(ending, text=page.text)
    if rest and offers and not ending.mic:
        said = Spoken(page.text + words("more"), mic=True, reprompt=words("more"))
    return said, replace(talk, said=said, rest=rest)


def _paged(text: str, unasked: int, ending: Spoken) -> tuple[Page, ...]:
    """The text in pages, the last with the ending; the first `unasked` characters are owed."""
    found, start = [], 0
    for part in pages(text) if text else ():
        found.append(Page(part, owed=start < unasked, ending=None))
        start += len(part)
    return (*found[:-1], replace(found[-1], ending=ending)) if found else ()


def _told(ordered: Sequence[Waiting], now: datetime, turn_id: str | None) -> str:
    """Each message in speech form, after words that say whose it is when that changes."""
    parts, before = [], ""
    for one in ordered:
        said = spoken(_whole(one.message)) or words("unspeakable")
        opener = _opener(one, now, turn_id)
        parts += [opener if opener != before else "", said]
        before = opener
    return "".join(parts)


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
