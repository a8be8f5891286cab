"""What the page and the gateway say to each other over the WebSocket: JSON objects with a `type`.

From the page:

    say      id, text | choice, photo?   `id`: the page's own, the same on a retry
    read     seq                         everything up to `seq` was before the reader's eyes
    earlier  before                      the messages before number `before` are wanted

To the page:

    hello    conversation, seq, first, reset, home, senior, photo_max_bytes
             `reset`: the page's cursor is not of this conversation, what it shows is void
    history  messages, first             after `hello`; lower numbers than `first` are not here
    earlier  messages, first             the answer to `earlier`
    message  seq, from, text, at, …      see `shown`; of a photo for the resident without its text
    stored   id, seq                     a `say` is safe
    refused  id, code, words, again      a `say` is not stored; `again`: it may be later
    typing   on
    owner    state, name, position, emergency
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import choices, guard
from community.errors import BadInput, Code, TooLarge
from community.store.attachments import CLIP_ID
from community.times import local
from connectors.base import TEXT_MAX_CHARACTERS, storable
from connectors.store import Stretch
from conversation.messages import Choice, Message

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHORT = 20
"Longer words never name a choice; as in `bot/turn.py`"
_HIGHEST_SEQ = 2**31


@dataclass(frozen=True)
class Say:
    """The resident's words, a choice or a photo."""

    id: str
    text: str = ""
    choice: str | None = None
    photo: str | None = None


@dataclass(frozen=True)
class Read:
    """The resident has seen everything up to `seq`."""

    seq: int


@dataclass(frozen=True)
class Earlier:
    """The page wants what was said before number `before`."""

    before: int


def read_frame(frame: str) -> Say | Read | Earlier:
    """One frame of the page. Raises BadInput, TooLarge for too long a text."""
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise BadInput("not JSON") from error
    if not isinstance(body, dict):
        raise BadInput("not an object")
    match body.get("type"):
        case "say":
            return _say(body)
        case "read":
            return Read(_number(body, "seq"))
        case "earlier":
            return Earlier(_number(body, "before"))
        case _:
            raise BadInput("unknown type")


def _say(body: dict[str, Any]) -> Say:
    if not _ID.fullmatch(_text(body, "id")):
        raise BadInput("id")
    text = storable(_text(body, "text"))
    if len(text) > TEXT_MAX_CHARACTERS:
        raise TooLarge("text")
    return Say(body["id"], text, _text(body, "choice")[:64] or None, _text(body, "photo") or None)


def frame_id(frame: str) -> str | None:
    """The id of a frame that was refused, when it has one to answer to."""
    try:
        return str(json.loads(frame)["id"])[:64]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(name)
    return value or ""


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _HIGHEST_SEQ:
        raise BadInput(name)
    return value


def refused(say_id: str | None, code: Code, words: str, *, again: bool) -> dict[str, Any]:
    return {"type": "refused", "id": say_id, "code": code, "words": words, "again": again}


def shown(stretch: Stretch) -> list[dict[str, Any]]:
    """Messages as the page shows them, in order.

    A resident's message carries the page's own `id` of it and, in `takes`, the id of the offered
    choice that it took by a tap, by its number or by its words.
    """
    offered = stretch.offered_before
    result = []
    for message in stretch.messages:
        item = _basic(message)
        if message.sender == "resident":
            known = stretch.said.get(message.turn_id or "")
            item["id"] = known.key.partition(":")[2] if known else None
            item["takes"] = known.choice if known and known.choice else _taken(message, offered)
        else:
            item["staff"] = stretch.names.get(message.staff_id or "")
            offered = message.choices
        result.append(item)
    return result


def _photo(message: Message) -> str | None:
    """What the page shows as a picture; a clip's words are the message itself."""
    found = message.attachment_id
    return None if found is None or found.startswith(CLIP_ID) else found


def _basic(message: Message) -> dict[str, Any]:
    return {
        "type": "message",
        "seq": message.seq,
        "from": message.sender,
        "text": "" if message.sender != "resident" and _photo(message) else message.text,
        "choices": [choice.shown() for choice in message.choices],
        "card": message.card,
        "photo": _photo(message),
        "at": local(message.at).isoformat(timespec="seconds"),
    }


def _taken(message: Message, offered: Sequence[Choice]) -> str | None:
    words = guard.clean(message.text)
    taken = choices.by_words(words, offered) if len(words) <= _SHORT else None
    return taken.id if taken else None
