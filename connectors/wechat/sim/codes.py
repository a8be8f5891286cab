"""QR codes of the account, each with a scene in words: temporary ones, and permanent ones.

Source: https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.times import Clock
from connectors.wechat.sim.refusals import Refused

SCENE_MAX_CHARACTERS = 64
LIFE_S, LIFE_MAX_S = 60, 2_592_000
"How long a temporary code lives when nothing is said, and at most"
PERMANENT_MAX = 100_000
TEMPORARY, PERMANENT = "QR_STR_SCENE", "QR_LIMIT_STR_SCENE"


@dataclass(frozen=True)
class Code:
    """One code; `until` is None for a permanent one."""

    ticket: str
    scene: str
    until: datetime | None
    expire_seconds: int | None


class Codes:
    """The codes given out, by ticket."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}

    def create(self, asked: dict[str, Any]) -> Code:
        """Codes with scenes in numbers are not simulated. Raises Refused 40052, 40053, 45009."""
        name, scene = asked.get("action_name"), _scene(asked)
        if name == TEMPORARY:
            life_s = asked.get("expire_seconds", LIFE_S)
            if not isinstance(life_s, int) or not 0 < life_s <= LIFE_MAX_S:
                raise Refused(40053)
            until = self._clock.now() + timedelta(seconds=life_s)
            return self._keep(Code(secrets.token_urlsafe(66), scene, until, life_s))
        if name != PERMANENT:
            raise Refused(40052)
        permanent = {code.scene: code for code in self._codes.values() if code.until is None}
        if scene in permanent:
            return permanent[scene]
        if len(permanent) >= PERMANENT_MAX:
            raise Refused(45009)
        return self._keep(Code(secrets.token_urlsafe(66), scene, None, None))

    def find(self, ticket: str) -> Code:
        """Raises Refused 40053 for an unknown or old one."""
        code = self._codes.get(ticket)
        if code is None or (code.until is not None and self._clock.now() >= code.until):
            raise Refused(40053)
        return code

    def valid(self) -> list[Code]:
        """All that can be scanned now, the oldest first."""
        now = self._clock.now()
        return [code for code in self._codes.values() if code.until is None or now < code.until]

    def _keep(self, code: Code) -> Code:
        self._codes[code.ticket] = code
        return code


def _scene(asked: dict[str, Any]) -> str:
    info = asked.get("action_info")
    inside = info.get("scene") if isinstance(info, dict) else None
    scene = inside.get("scene_str") if isinstance(inside, dict) else None
    if not isinstance(scene, str) or not 0 < len(scene) <= SCENE_MAX_CHARACTERS:
        raise Refused(40053)
    return scene
