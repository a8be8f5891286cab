"""天猫精灵: requests come to an address that nobody can guess; a file proves that the host is ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from community.errors import NotFound
from connectors.base import Gateway
from connectors.refusals import Refused
from connectors.skills.aligenie import caller, payload
from connectors.skills.aligenie.caller import HEADER, Expected
from connectors.skills.channel import SkillChannel
from connectors.skills.exchange import Asked, Spoken
from connectors.skills.secrecy import same

FOLDER = "/aligenie"


class AliGenie(SkillChannel):
    """The skills of an allow-list."""

    name = payload.CHANNEL

    def __init__(self, gateway: Gateway) -> None:
        """Raises ConfigError for a key file that cannot be used."""
        super().__init__(gateway)
        settings = gateway.settings
        self._skill_ids = [one.strip() for one in settings.aligenie_skill_ids.split(",")]
        self._expected = Expected(
            settings.aligenie_path,
            settings.aligenie_token,
            caller.load_key(settings.aligenie_key_file),
        )
        self._file_name, _, self._proof = settings.aligenie_proof.partition(":")
        self._parameter = settings.aligenie_parameter

    @property
    def why_off(self) -> str | None:
        return None if self._expected.path.reveal() else "no skill of AliGenie is configured"

    def addresses(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.post(f"{FOLDER}/{{path}}", self.take),
            web.get(f"{FOLDER}/{{file}}.txt", self.show_proof),
        ]

    async def show_proof(self, request: web.Request) -> web.StreamResponse:
        """The file by which the console sees that the host is ours. Raises NotFound."""
        if not self._proof or f"{request.match_info['file']}.txt" != self._file_name:
            raise NotFound("no such file")
        return web.Response(text=self._proof)

    async def verified(self, request: web.Request, body: bytes) -> bytes:
        given = request.headers.get(HEADER, "")
        caller.check(self._expected, request.match_info["path"], given)
        return body if self._expected.key is None else caller.opened(self._expected.key, body)

    def read(self, sent: bytes) -> payload.Request:
        found = payload.read(sent)
        matching = [same(found.skill_id, one) for one in self._skill_ids]
        if not any(matching):
            raise Refused("another skill")
        return found

    def asked(self, read: payload.Request) -> Asked:
        return payload.asked(read)

    def answered(self, read: payload.Request | None, spoken: Spoken) -> dict[str, Any]:
        return payload.answer(read, spoken, parameter=self._parameter)

    def refusal(self) -> dict[str, Any]:
        return payload.REFUSAL
