"""Fits a message to what a channel can show; pure, and nothing of the message is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.splitting import split
from conversation.messages import Choice, Message


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show, and how it is reached."""

    max_text_bytes: int | None
    "Longest text of one message in UTF-8 bytes; None when there is no limit"
    buttons: bool
    "Choices can be tapped; without, they become numbered lines"
    cards: bool
    "Work orders and bills have a form of their own; without, they become lines"
    can_push: bool
    "A message may be sent that does not answer anything"


@dataclass(frozen=True)
class Fitted:
    """One message as the channel sends it."""

    text: str
    choices: tuple[Choice, ...] = ()
    card: dict[str, Any] | None = None


def fit(message: Message, able: Capabilities) -> list[Fitted]:
    """The message in one part, or in several when it is too long for the channel.

    Choices and card go with the last part, which is what the reader has before their eyes.
    """
    text = message.text
    card = message.card
    if card is not None and not able.cards:
        text = "\n".join(part for part in (text, card_lines(card)) if part)
        card = None
    choices = message.choices
    if choices and not able.buttons:
        text = "\n".join(part for part in (text, numbered(choices)) if part)
        choices = ()
    texts = split(text, able.max_text_bytes) if able.max_text_bytes else [text]
    return [*map(Fitted, texts[:-1]), Fitted(texts[-1], choices, card)]


def numbered(choices: Sequence[Choice]) -> str:
    """One line for each choice; its number is as good an answer as its words."""
    return "\n".join(f"{i}. {choice.label}" for i, choice in enumerate(choices, start=1))


def card_lines(card: dict[str, Any]) -> str:
    """A card as plain lines: title and state, then one fact a line."""
    head = "：".join(str(card[key]) for key in ("title", "state") if card.get(key))
    facts = [f"{name}：{value}" for name, value in card.get("facts") or []]
    return "\n".join(line for line in (head, *facts) if line)
