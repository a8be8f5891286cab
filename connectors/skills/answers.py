"""What words answer: a choice that was offered aloud, never one that was not heard yet."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import choices
from connectors.skills import store
from connectors.skills.exchange import Asked
from connectors.skills.speech import spoken
from connectors.skills.words import several
from conversation import inbox
from conversation.messages import HEARD, Choice, Inbound
from language import short_answers

NOT_OFFERED = "-"
"Id of no choice: the words answer no question but the dialogue's own"


async def meant(conn: AsyncConnection, asked: Asked, conversation_id: str) -> Inbound:
    """The message as a turn takes it; for one that was taken before the very same.

    A reminder that waits to be said must not be answered by a 好的 that was meant for something else.
    """
    key = f"{HEARD}{asked.key}"
    known = await inbox.known(conn, asked.sender.channel, key)
    if known is not None:
        return Inbound(asked.sender, key, known.text, known.choice)
    heard = await store.last_heard(conn, conversation_id)
    choice = _consented(asked, heard.choices) or _named(asked.words, heard.choices)
    if choice is not None:
        return Inbound(asked.sender, key, choice.label, choice.id)
    return Inbound(asked.sender, key, asked.words, None if heard.is_newest else NOT_OFFERED)


def yes_first(labels: tuple[str, ...]) -> bool | None:
    """Of two answers, whether the first is the yes; None when they are no yes and no."""
    if len(labels) != 2:
        return None
    agrees = [_agrees(label) for label in labels]
    return None if agrees[0] == agrees[1] else agrees[0]


def _agrees(label: str) -> bool:
    first = label.split("，")[0]
    return short_answers.is_yes(first) or first in several("agreeing")


def _consented(asked: Asked, offered: tuple[Choice, ...]) -> Choice | None:
    """The choice that the maker understood as a yes or a no."""
    first = yes_first(tuple(choice.label for choice in offered))
    if asked.consents is None or first is None:
        return None
    return offered[0 if first == asked.consents else 1]


def _named(text: str, offered: tuple[Choice, ...]) -> Choice | None:
    """The choice that is named as it was said aloud, or by its number."""
    found = choices.by_words(text, offered)
    if found is not None:
        return found
    said = spoken(text).rstrip("。！？!?")
    return next((one for one in offered if said and said == spoken(one.label).rstrip("。")), None)
