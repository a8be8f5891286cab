"""What a channel is: a folder with one class that knows its routes and says what it can show."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from bot.engine import Engine
from bot.turn import TurnRunner
from community.config import Settings
from community.context import Context
from community.secrets import Secrets
from community.store.database import Database
from community.times import Clock
from connectors.forgetting import Forgetting
from connectors.hub import Hub
from connectors.intake import Intake
from connectors.render import Capabilities
from conversation.photos import Photos
from voice.recogniser import StreamingRecogniser
from voice.synthesiser import Synthesiser

Step = tuple[str, float, Callable[[], Awaitable[object]]]
"What is done again and again: its name, the seconds between, and how"
JSON_MAX_BYTES = 64 * 1024
"Largest body but for a photo, and largest WebSocket message"
TEXT_MAX_CHARACTERS = 10_000
"Longest message that is taken"


@dataclass(frozen=True)
class Gateway:
    """What each channel is given: the parts of the one gateway it belongs to."""

    settings: Settings
    secrets: Secrets
    db: Database
    clock: Clock
    engine: Engine
    runner: TurnRunner
    hub: Hub
    photos: Photos
    intake: Intake
    forgetting: Forgetting
    ears: StreamingRecogniser | None
    voice: Synthesiser | None

    @property
    def context(self) -> Context:
        """What a service function of `community` receives."""
        return Context(self.db, self.clock, self.secrets.pepper, self.settings.pay_url)


def storable(text: str) -> str:
    """Text that every database keeps: without NUL, with a sign for half a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class Channel(ABC):
    """One way in. A new one is a folder and a line in `connectors/registry.py`."""

    name: ClassVar[str]
    "Kept in every sender and conversation; never changed once it is in use"
    capabilities: ClassVar[Capabilities]

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    @abstractmethod
    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The channel's addresses."""

    @property
    def why_off(self) -> str | None:
        """What keeps the channel from having any address, for the log; None when it is open."""
        return None

    async def steps(self) -> Sequence[Step]:
        """What is to be done again and again while the gateway runs; asked once, at its start."""
        return ()

    async def close(self) -> None:
        """Let go of what is open; the process ends."""
        return
