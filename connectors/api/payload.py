"""The open channel's JSON: every field checked on its way in, answers built in one place."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from community.errors import BadInput, Conflict, TooLarge
from community.times import local
from connectors.base import TEXT_MAX_CHARACTERS, storable
from connectors.render import Capabilities, fit
from conversation.inbox import Turn
from conversation.messages import Message

ID_MAX_CHARACTERS = 128
CODE_MAX_CHARACTERS = 64
CHOICE_MAX_CHARACTERS = 64
HIGHEST_SEQ = 2**31 - 1
CAPABILITIES = Capabilities(max_text_bytes=None, buttons=True, cards=False, can_push=False)


@cache
def _words() -> dict[str, str]:
    text = resources.files("connectors.api").joinpath("words.yml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml.safe_load(text)
    return loaded


class BadField(BadInput):
    """`words` says which field is wrong and what it takes; `problem` is a key of `words.yml`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.words = _words()[problem]


class ReusedId(Conflict):
    """The client used a message id again, for something else."""

    def __init__(self) -> None:
        super().__init__("message id")
        self.words = _words()["reused"]


@dataclass(frozen=True)
class Posted:
    """Body of `POST /messages`: either text or choice is not None."""

    user: str
    message_id: str
    text: str | None
    choice: str | None


@dataclass(frozen=True)
class BindingPosted:
    """Body of `POST /bindings`."""

    user: str
    code: str


def read_message(raw: bytes) -> Posted:
    """Raises BadField, TooLarge for a text that is too long."""
    body = _object(raw)
    user, message_id = _id(body, "user"), _id(body, "message_id")
    if ("text" in body) == ("choice" in body):
        raise BadField("one_of")
    text, choice = body.get("text"), body.get("choice")
    if "choice" in body:
        if not isinstance(choice, str) or not 0 < len(choice) <= CHOICE_MAX_CHARACTERS:
            raise BadField("choice")
        return Posted(user, message_id, None, choice)
    if not isinstance(text, str):
        raise BadField("text")
    if len(text) > TEXT_MAX_CHARACTERS:
        raise TooLarge("text")
    return Posted(user, message_id, storable(text), None)


def read_binding(raw: bytes) -> BindingPosted:
    """Raises BadField."""
    body = _object(raw)
    code = body.get("code")
    if not isinstance(code, str) or not 0 < len(code) <= CODE_MAX_CHARACTERS or _strange(code):
        raise BadField("code")
    return BindingPosted(_id(body, "user"), code.strip())


def read_after(written: str) -> int:
    """The cursor of a query. Raises BadField."""
    if not (written.isascii() and written.isdecimal() and len(written) <= 10):
        raise BadField("after")
    if int(written) > HIGHEST_SEQ:
        raise BadField("after")
    return int(written)


def answer_body(turn: Turn, replies: Sequence[Message]) -> dict[str, Any]:
    """The answer to a message; `turn.outcome` is None while it is pending."""
    return {
        "turn_id": turn.id,
        "conversation": turn.conversation_id,
        "outcome": turn.outcome or "pending",
        "intent": turn.intent,
        "confidence": turn.confidence,
        "replies": [
            {"seq": message.seq, "text": part.text, "choices": [c.shown() for c in part.choices]}
            for message in replies
            for part in fit(message, CAPABILITIES)
        ],
    }


def transcript_body(messages: Sequence[Message], cursor: int) -> dict[str, Any]:
    """A stretch of a conversation, and where to read on."""
    shown = [
        {
            "seq": message.seq,
            "from": message.sender,
            "text": part.text,
            "choices": [choice.shown() for choice in part.choices],
            "at": local(message.at).isoformat(timespec="milliseconds"),
        }
        for message in messages
        for part in fit(message, CAPABILITIES)
    ]
    return {"messages": shown, "next": cursor}


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadField("not_json") from error
    if not isinstance(body, dict):
        raise BadField("not_json")
    return body


def _id(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= ID_MAX_CHARACTERS or _strange(value):
        raise BadField(name)
    return value


def _strange(text: str) -> bool:
    """Control characters and halves of characters, which no key should hold."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)
