"""The engine: the only client of Rasa's REST JSON.

Rasa answers `[]` both when nothing is to be said and when something broke; a turn of ours always
ends in words, so `[]` is a failure here.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from bot.messages import Alarm, Handoff, Reply, read_act
from community.errors import Code, EngineError
from conversation.messages import Draft


class Engine(Protocol):
    """Understands a message and answers it. Implementations: RasaEngine, ScriptedEngine."""

    async def reply(
        self, conversation_id: str, text: str, *, turn_id: str, attachment_id: str | None = None
    ) -> Reply:
        """The answer to one turn; the same `turn_id` again gives the same answer.

        Raises EngineError with a code that tells refused, timed out, empty and failed apart.
        """
        ...

    async def ready(self) -> bool:
        """Whether a turn would be answered now."""
        ...

    async def forget(self, conversation_id: str) -> None:
        """Delete the dialogue, as if it had never been. Raises EngineError."""
        ...


class RasaEngine:
    """Rasa's server at `url`, asked with a deadline of `timeout_s` seconds."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, timeout_s: float) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=2.0)

    async def reply(
        self, conversation_id: str, text: str, *, turn_id: str, attachment_id: str | None = None
    ) -> Reply:
        body = {
            "sender": conversation_id,
            "message": text,
            "metadata": {"turn_id": turn_id, "attachment_id": attachment_id},
        }
        try:
            async with self._session.post(
                f"{self._url}/webhooks/rest/webhook", json=body, timeout=self._timeout
            ) as response:
                if response.status != 200:
                    raise EngineError(f"status {response.status}", code=Code.ENGINE_FAILED)
                answered = await response.json()
        except TimeoutError as error:
            raise EngineError(code=Code.ENGINE_TIMEOUT) from error
        except aiohttp.ClientConnectorError as error:
            raise EngineError(code=Code.ENGINE_REFUSED) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise EngineError(type(error).__name__, code=Code.ENGINE_FAILED) from error
        return read_reply(answered)

    async def ready(self) -> bool:
        try:
            async with self._session.get(
                f"{self._url}/", timeout=aiohttp.ClientTimeout(total=2.0)
            ) as response:
                return response.status == 200
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def forget(self, conversation_id: str) -> None:
        try:
            async with self._session.delete(
                f"{self._url}/webhooks/rest/conversations/{quote(conversation_id, safe='')}",
                timeout=self._timeout,
            ) as response:
                if response.status != 200:
                    raise EngineError(f"status {response.status}", code=Code.ENGINE_FAILED)
        except TimeoutError as error:
            raise EngineError(code=Code.ENGINE_TIMEOUT) from error
        except aiohttp.ClientError as error:
            raise EngineError(type(error).__name__, code=Code.ENGINE_FAILED) from error


def read_reply(answered: Any) -> Reply:
    """Rasa's list of messages as a Reply.

    Raises EngineError when it holds nothing to say (code `engine_empty`) or is not such a list.
    """
    if not isinstance(answered, list) or not all(isinstance(item, dict) for item in answered):
        raise EngineError("not a list of messages", code=Code.ENGINE_FAILED)
    try:
        return _read(answered)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EngineError("not messages of Rasa's", code=Code.ENGINE_FAILED) from error


def _read(answered: list[dict[str, Any]]) -> Reply:
    drafts: list[Draft] = []
    intent: str | None = None
    confidence: float | None = None
    asked = False
    handoff: Handoff | None = None
    alarm: Alarm | None = None
    for item in answered:
        custom = item.get("custom") or {}
        turn = custom.get("turn") or {}
        if "intent" in turn:
            intent = str(turn["intent"]) if turn["intent"] else None
        if turn.get("confidence") is not None:
            confidence = float(turn["confidence"])
        asked = bool(custom.get("asked", asked))
        act = read_act(custom)
        if isinstance(act, Handoff):
            handoff = act
        elif isinstance(act, Alarm):
            alarm = act
        if item.get("text"):
            drafts.append(_draft(item))
        if custom.get("card") and drafts:
            drafts[-1] = dataclasses.replace(drafts[-1], card=custom["card"])
    if not drafts and handoff is None and alarm is None:
        raise EngineError(code=Code.ENGINE_EMPTY)
    asked = asked or any(draft.choices for draft in drafts)
    return Reply(tuple(drafts), intent, confidence, asked, handoff, alarm)


def _draft(item: dict[str, Any]) -> Draft:
    choices = tuple(
        (str(button["title"]), str(button["payload"])) for button in item.get("buttons") or []
    )
    return Draft(str(item["text"]), choices)
