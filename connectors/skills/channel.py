"""What the channels of the three makers share: a verified request in, JSON out, whatever happens.

A request that is not the maker's own is refused, always with the same words; to the maker's own
there is always an answer that can be spoken, for anything else would end the resident's session.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from aiohttp import web

from bot.answer import cry
from community.errors import CommunityError
from connectors.base import Channel, Gateway, Step
from connectors.middlewares import to_json
from connectors.refusals import Refusals, Refused, body_of
from connectors.render import Capabilities
from connectors.skills.errors import Unreadable
from connectors.skills.exchange import Asked, Spoken
from connectors.skills.patience import Patience, RealPatience
from connectors.skills.turns import Turns
from connectors.skills.words import words

TIDY_S = 60.0
REFUSED_STATUS = 403
NOTHING = Spoken("", mic=False)

logger = logging.getLogger(__name__)


class SkillChannel(Channel):
    """One skill of one maker; without its keys it has no address."""

    capabilities = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=False)
    patience: ClassVar[Patience] = RealPatience()

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._turns = Turns(gateway, self.name, self.patience)
        self._refusals = Refusals(self.name, gateway.clock)

    @abstractmethod
    def addresses(self) -> Iterable[web.AbstractRouteDef]:
        """The addresses of a skill that is configured."""

    @abstractmethod
    async def verified(self, request: web.Request, body: bytes) -> bytes:
        """What the maker sent. Raises Refused for all that is not its own."""

    @abstractmethod
    def read(self, sent: bytes) -> Any:
        """The request in the maker's shape. Raises Unreadable, and Refused for another's skill."""

    @abstractmethod
    def asked(self, read: Any) -> Asked | None:
        """What is asked; None when nothing needs to be said."""

    @abstractmethod
    def answered(self, read: Any, spoken: Spoken) -> dict[str, Any]:
        """The answer in the maker's shape; `read` is None when the request could not be read."""

    @abstractmethod
    def refusal(self) -> dict[str, Any]:
        """What a caller gets who is not the maker."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [] if self.why_off is not None else self.addresses()

    async def steps(self) -> list[Step]:
        if self.why_off is not None:
            return []
        return [(f"{self.name}-tidy", TIDY_S, self._turns.tidy)]

    async def close(self) -> None:
        await self._turns.close()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request of the maker."""
        began_s = self._turns.now_s()
        try:
            read = await self._read(request, await body_of(request))
        except Refused as error:
            self._refusals.note(error)
            return _json(self.refusal(), status=REFUSED_STATUS)
        spoken = await self._spoken(read, began_s)
        return _json(self.answered(read, spoken))

    async def _read(self, request: web.Request, body: bytes) -> Any:
        """The request; None for one that cannot be read. Raises Refused."""
        sent = await self.verified(request, body)
        try:
            return self.read(sent)
        except Unreadable as error:
            logger.error("%s: a request not understood, %s", self.name, error)
            return None

    async def _spoken(self, read: Any, began_s: float) -> Spoken:
        """What is said; an apology when that could not be found out."""
        asked = None
        try:
            if read is not None:
                asked = self.asked(read)
                if asked is None:
                    return NOTHING
                return await self._turns.answer(asked, began_s=began_s)
        except CommunityError as error:
            logger.error("%s: a request failed, code=%s", self.name, error.code)
        except Exception:  # the speaker would end the session at anything but an answer
            logger.exception("%s: a request failed", self.name)
        calls_for_help = asked is not None and cry(asked.words, heard=True) is not None
        return Spoken(words("failed_cry" if calls_for_help else "failed"), mic=True)


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=to_json)
