"""Tools: what a device can do beside speaking, asked for over JSON-RPC inside the socket.

The firmware's errors have a message and no code; it lists its tools in pages of 8 000 bytes.
Sources: https://github.com/78/xiaozhi-esp32, docs/mcp-protocol.md and main/mcp_server.cc;
https://modelcontextprotocol.io/specification/2024-11-05
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from community.errors import Unavailable

PROTOCOL = "2024-11-05"
DEADLINE_S = 5.0
"For one answer; the device answers from its main loop"
CALL_S = 2.5
"For a tool to be known and to have done its work, while the resident waits"
PAGES_AT_MOST = 20
TOOLS_AT_MOST = 256
SET_VOLUME = "self.audio_speaker.set_volume"
METHOD_NOT_FOUND = -32601

logger = logging.getLogger(__name__)

Payload = Mapping[str, Any]


class ToolError(Unavailable):
    """The device has no such tool, failed at it, or was late."""


class Tools:
    """The tools of one device. `send` takes a payload to it; `take` is given what comes back."""

    def __init__(
        self, send: Callable[[Payload], Awaitable[None]], *,
        deadline_s: float = DEADLINE_S, call_s: float = CALL_S,
    ) -> None:  # fmt: skip
        self._send = send
        self._deadline_s = deadline_s
        self._call_s = call_s
        self._asked: dict[int, asyncio.Future[Payload]] = {}
        self._last_id = 0
        self._listed = asyncio.Event()
        self.names: frozenset[str] = frozenset()

    async def discover(self) -> None:
        """Ask what there is; a device that does not answer has nothing."""
        names: set[str] = set()
        try:
            await self._ask(
                "initialize",
                {
                    "protocolVersion": PROTOCOL, "capabilities": {},
                    "clientInfo": {"name": "linsheng", "version": "1"},
                },
            )  # fmt: skip
            await self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
            await self._list(names)
        except ToolError as error:
            logger.info("xiaozhi: tools not listed: %s", error)
        except ConnectionError:
            return
        finally:
            self.names = frozenset(names)
            self._listed.set()

    async def set_volume(self, level: int) -> bool:
        """Set the loudness, 0 to 100; False when the device cannot be told."""
        with suppress(ToolError):
            await self.call(SET_VOLUME, {"volume": max(0, min(100, level))})
            return True
        return False

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """The text of a tool's result. Raises ToolError."""
        try:
            async with asyncio.timeout(self._call_s):
                await self._listed.wait()
                if name not in self.names:
                    raise ToolError("no such tool")
                result = await self._ask("tools/call", {"name": name, "arguments": dict(arguments)})
        except TimeoutError as error:
            raise ToolError(f"{name} is late") from error
        content = result.get("content")
        if result.get("isError") is True:
            raise ToolError("the tool failed")
        if isinstance(content, list) and content and isinstance(content[0], dict):
            return str(content[0].get("text", ""))
        return ""

    async def take(self, payload: Payload) -> None:
        """What the device says: an answer, or a question, to which there is none."""
        asked = payload.get("id")
        if isinstance(payload.get("method"), str):
            if isinstance(asked, int | str) and len(str(asked)) <= 64:
                error = {"code": METHOD_NOT_FOUND, "message": "Method not found"}
                await self._send({"jsonrpc": "2.0", "id": asked, "error": error})
            return
        waiting = self._asked.get(asked) if isinstance(asked, int) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(payload)

    async def _list(self, names: set[str]) -> None:
        cursor = ""
        for _ in range(PAGES_AT_MOST):
            page = await self._ask("tools/list", {"cursor": cursor, "withUserTools": False})
            tools = page.get("tools")
            for tool in tools if isinstance(tools, list) else []:
                if isinstance(tool, dict) and isinstance(tool.get("name"), str):
                    names.add(tool["name"])
            following = page.get("nextCursor")
            full = len(names) >= TOOLS_AT_MOST
            if full or not isinstance(following, str) or following in {"", cursor}:
                return
            cursor = following

    async def _ask(self, method: str, params: Mapping[str, Any]) -> Payload:
        self._last_id += 1
        asked = self._last_id
        answer = self._asked[asked] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._send(
                    {"jsonrpc": "2.0", "id": asked, "method": method, "params": params}
                )
                payload = await answer
        except TimeoutError as error:
            raise ToolError(f"no answer to {method}") from error
        finally:
            del self._asked[asked]
        result = payload.get("result")
        if not isinstance(result, dict):
            raise ToolError(f"{method} failed")
        return result
