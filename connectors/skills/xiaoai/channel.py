"""小爱同学: each request is signed with a key of the skill; the resident's silence is a request too."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from community.config import PREFIX
from community.errors import ConfigError
from connectors.base import Gateway
from connectors.refusals import Refused
from connectors.skills.channel import SkillChannel
from connectors.skills.exchange import Asked, Spoken
from connectors.skills.secrecy import same
from connectors.skills.xiaoai import payload, signature
from connectors.skills.xiaoai.signature import Keys, Line

PATH = "/xiaoai"


class XiaoAI(SkillChannel):
    """The skill of one app id."""

    name = payload.CHANNEL

    def __init__(self, gateway: Gateway) -> None:
        """Raises ConfigError for a secret that is not base64."""
        super().__init__(gateway)
        settings = gateway.settings
        self._app_id = settings.xiaoai_app_id
        self._keys = Keys(settings.xiaoai_key_id, settings.xiaoai_secret, settings.xiaoai_scope)
        self._public = urlsplit(settings.xiaoai_url)
        try:
            base64.b64decode(self._keys.secret.reveal(), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigError([f"{PREFIX}XIAOAI_SECRET: base64 is expected"]) from None

    @property
    def why_off(self) -> str | None:
        return None if self._app_id else "no skill of XiaoAI is configured"

    def addresses(self) -> Iterable[web.AbstractRouteDef]:
        return [web.post(PATH, self.take)]

    async def verified(self, request: web.Request, body: bytes) -> bytes:
        path, _, query = request.raw_path.partition("?")
        line = Line(
            request.method, self._public.path or path, query, self._public.netloc or request.host
        )
        signature.check(self._keys, line, request.headers, body, self.gateway.clock.now())
        return body

    def read(self, sent: bytes) -> payload.Request:
        found = payload.read(sent)
        if not same(found.app_id, self._app_id):
            raise Refused("another skill")
        return found

    def asked(self, read: payload.Request) -> Asked | None:
        return payload.asked(read)

    def answered(self, read: payload.Request | None, spoken: Spoken) -> dict[str, Any]:
        return payload.answer(spoken)

    def refusal(self) -> dict[str, Any]:
        return payload.REFUSAL
