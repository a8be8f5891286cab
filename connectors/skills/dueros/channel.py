"""小度: each request is signed with a certificate of DuerOS; a HEAD asks whether we are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aiohttp
from aiohttp import web

from connectors.base import Gateway, Step
from connectors.refusals import Refused
from connectors.skills.channel import SkillChannel
from connectors.skills.dueros import payload, signature
from connectors.skills.dueros.certificates import Certificates
from connectors.skills.exchange import Asked, Spoken
from connectors.skills.secrecy import same

PATH = "/dueros"


class DuerOS(SkillChannel):
    """The skill of one application id."""

    name = payload.CHANNEL

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._application_id = gateway.settings.dueros_app_id
        self._session: aiohttp.ClientSession | None = None
        self._certificates: Certificates | None = None

    @property
    def why_off(self) -> str | None:
        return None if self._application_id else "no skill of DuerOS is configured"

    def addresses(self) -> Iterable[web.AbstractRouteDef]:
        return [web.post(PATH, self.take), web.head(PATH, self.say_well)]

    async def steps(self) -> list[Step]:
        if self.why_off is None:
            self._session = aiohttp.ClientSession()
            self._certificates = Certificates(
                self._session, self.gateway.clock, self.gateway.settings.dueros_cert_url
            )
        return await super().steps()

    async def close(self) -> None:
        await super().close()
        if self._certificates is not None:
            await self._certificates.close()
        if self._session is not None:
            await self._session.close()

    async def say_well(self, request: web.Request) -> web.StreamResponse:
        """The platform's look whether the address is there."""
        return web.Response(status=204)

    async def verified(self, request: web.Request, body: bytes) -> bytes:
        if self._certificates is None:
            raise Refused("not started")
        key = await self._certificates.key(request.headers.get("signaturecerturl", ""))
        signature.check(key, request.headers.get("signature", ""), body)
        return body

    def read(self, sent: bytes) -> payload.Request:
        found = payload.read(sent)
        signature.check_time(found.timestamp_s, self.gateway.clock.now())
        if not same(found.application_id, self._application_id):
            raise Refused("another skill")
        return found

    def asked(self, read: payload.Request) -> Asked | None:
        return payload.asked(read)

    def answered(self, read: payload.Request | None, spoken: Spoken) -> dict[str, Any]:
        return payload.answer(spoken)

    def refusal(self) -> dict[str, Any]:
        return payload.REFUSAL
