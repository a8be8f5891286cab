"""ScriptedEngine: the shipped fake, which answers what it was told to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.messages import Reply
from community.errors import Code, EngineError
from conversation.messages import Draft


class ScriptedEngine:
    """Answers by exact text; an exception in the script is raised, an unknown text is echoed.

    `asked` records (conversation, text, turn) of each call that ran; a turn that is asked again is
    answered from memory, as the real engine does. While `gate` is cleared, calls wait. `forgotten`
    has the conversations whose dialogue was deleted.
    """

    def __init__(self, script: Mapping[str, Reply | Exception] | None = None) -> None:
        self.script = dict(script or {})
        self.asked: list[tuple[str, str, str]] = []
        self.forgotten: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._answered: dict[str, Reply] = {}

    async def reply(
        self, conversation_id: str, text: str, *, turn_id: str, attachment_id: str | None = None
    ) -> Reply:
        if turn_id in self._answered:
            return self._answered[turn_id]
        self.asked.append((conversation_id, text, turn_id))
        await self.gate.wait()
        answer = self.script.get(text) or Reply((Draft(f"听到：{text}"),), "chitchat", 0.9)
        if isinstance(answer, Exception):
            raise answer
        self._answered[turn_id] = answer
        return answer

    async def ready(self) -> bool:
        return True

    async def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)


class DeadEngine:
    """The other shipped fake: refuses every connection."""

    async def reply(
        self, conversation_id: str, text: str, *, turn_id: str, attachment_id: str | None = None
    ) -> Reply:
        raise EngineError(code=Code.ENGINE_REFUSED)

    async def ready(self) -> bool:
        return False

    async def forget(self, conversation_id: str) -> None:
        raise EngineError(code=Code.ENGINE_REFUSED)
