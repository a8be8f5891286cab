"""The tools of a simulated speaker, answered as the firmware answers: errors without a code, pages
of 8 000 bytes, unknown versions of JSON-RPC in silence.

Source: https://github.com/78/xiaozhi-esp32, main/mcp_server.cc and main/mcp_server.h
"""

from __future__ import annotations

import json
from typing import Any

PAGE_BYTES = 8_000
_ROOM = 30


class SimTools:
    """A volume, a battery, and as many tools more as `extra` says."""

    def __init__(self, *, extra: int = 0) -> None:
        self.volume = 70
        self.battery = 80
        self._tools = [
            {"name": "self.get_device_status", "description": "", "inputSchema": {}},
            {"name": "self.audio_speaker.set_volume", "description": "", "inputSchema": {}},
        ] + [
            {"name": f"self.extra_{n:03d}", "description": "x" * 400, "inputSchema": {}}
            for n in range(extra)
        ]

    def answer(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; None where the firmware is silent."""
        method, asked = payload.get("method"), payload.get("id")
        params = payload.get("params", {})
        if payload.get("jsonrpc") != "2.0" or not isinstance(method, str):
            return None
        if method.startswith("notifications") or not isinstance(asked, int):
            return None
        if not isinstance(params, dict):
            return None
        match method:
            case "initialize":
                result: dict[str, Any] = {
                    "protocolVersion": "2024-11-05", "capabilities": {"tools": {}},
                    "serverInfo": {"name": "sim", "version": "2.0.0"},
                }  # fmt: skip
            case "tools/list":
                result = self._page(params.get("cursor") or "")
            case "tools/call":
                return self._called(asked, params)
            case _:
                return _failed(asked, f"Method not implemented: {method}")
        return {"jsonrpc": "2.0", "id": asked, "result": result}

    def _page(self, cursor: str) -> dict[str, Any]:
        names = [tool["name"] for tool in self._tools]
        at = names.index(cursor) if cursor in names else 0
        page: list[dict[str, Any]] = []
        size = len('{"tools":[')
        for tool in self._tools[at:]:
            size += len(json.dumps(tool, separators=(",", ":"))) + 1
            if size + _ROOM > PAGE_BYTES:
                return {"tools": page, "nextCursor": tool["name"]}
            page.append(tool)
        return {"tools": page}

    def _called(self, asked: int, params: dict[str, Any]) -> dict[str, Any]:
        arguments = params.get("arguments", {})
        match params.get("name"):
            case "self.get_device_status":
                status = {
                    "audio_speaker": {"volume": self.volume},
                    "battery": {"level": self.battery, "charging": False},
                    "network": {"type": "wifi", "signal": "strong"},
                }
                return _done(asked, json.dumps(status))
            case "self.audio_speaker.set_volume":
                level = arguments.get("volume")
                if not isinstance(level, int) or not 0 <= level <= 100:
                    return _failed(asked, "Missing valid argument: volume")
                self.volume = level
                return _done(asked, "true")
            case name:
                return _failed(asked, f"Unknown tool: {name}")


def _done(asked: int, text: str) -> dict[str, Any]:
    result = {"content": [{"type": "text", "text": text}], "isError": False}
    return {"jsonrpc": "2.0", "id": asked, "result": result}


def _failed(asked: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": asked, "error": {"message": message}}
