"""How a simulated speaker starts: it asks for its configuration, and waits to be somebody's.

Source: https://github.com/78/xiaozhi-esp32, main/ota.cc
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from connectors.xiaozhi.sim.errors import Crashed, Refused

DEADLINE_S = 10.0
VERSION = "2.0.3"
_NUMBERS = re.compile(r"\s*[+-]?\d+")


@dataclass(frozen=True)
class Config:
    """What a speaker keeps of the answer."""

    url: str
    token: str
    code: str | None
    "Six digits to say; None when it belongs to somebody"
    challenge: str | None
    message: str
    new_firmware: bool


@dataclass(frozen=True)
class Boot:
    """The part that starts; `ota_url` is what somebody typed into it."""

    session: aiohttp.ClientSession
    ota_url: str
    device_id: str
    client_id: str

    async def check_version(self) -> Config:
        """Raises Refused for any status but 200, Crashed for an answer that would end it."""
        report = {
            "version": 2, "mac_address": self.device_id, "uuid": self.client_id,
            "application": {"name": "xiaozhi", "version": VERSION}, "board": {"type": "sim"},
        }  # fmt: skip
        async with self._post(self.ota_url, report) as response:
            if response.status != 200:
                raise Refused("check version", response.status)
            return _config(await response.json())

    async def activate(self, challenge: str | None = None) -> bool:
        """Whether the speaker is somebody's now; `challenge` as one with a serial number gives it.

        Raises Refused for anything but yes and not yet.
        """
        url = f"{self.ota_url.rstrip('/')}/activate"
        payload = {} if challenge is None else {
            "algorithm": "hmac-sha256", "serial_number": "SN0001", "challenge": challenge,
            "hmac": "00" * 32,
        }  # fmt: skip
        async with self._post(url, payload) as response:
            if response.status not in {200, 202}:
                raise Refused("activate", response.status)
            return bool(response.status == 200)

    def _post(self, url: str, body: dict[str, Any]) -> Any:
        headers = {
            "Activation-Version": "1", "Device-Id": self.device_id, "Client-Id": self.client_id,
            "User-Agent": f"sim/{VERSION}", "Accept-Language": "zh-CN",
        }  # fmt: skip
        deadline = aiohttp.ClientTimeout(total=DEADLINE_S)
        return self.session.post(url, json=body, headers=headers, timeout=deadline)


def _config(answer: dict[str, Any]) -> Config:
    activation = answer.get("activation") or {}
    firmware = answer.get("firmware") or {}
    websocket = answer.get("websocket") or {}
    return Config(
        websocket.get("url", ""),
        websocket.get("token", ""),
        activation.get("code"),
        activation.get("challenge"),
        activation.get("message", ""),
        isinstance(firmware.get("url"), str) and _is_newer(firmware["version"]),
    )


def _is_newer(offered: str) -> bool:
    ours, theirs = _parts(VERSION), _parts(offered)
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other:
            return other > mine
    return len(theirs) > len(ours)


def _parts(version: str) -> list[int]:
    """As `std::stoi` of each part, which throws for what begins with no number."""
    found = [_NUMBERS.match(part) for part in version.split(".")] if version else []
    if not all(found):
        raise Crashed("std::invalid_argument in ParseVersion")
    return [int(match.group()) for match in found if match]
