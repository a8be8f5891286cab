"""A speaker in somebody's home: it opens the skill, says what it hears, and speaks what comes back."""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import aiohttp

from community.times import Clock
from connectors.skills.sim.judging import BadAnswer

CUT_S = 3.0
"The maker waits no longer; what the public pages leave open is taken on the short side"


class Silence(enum.Enum):
    """What a maker does when nothing is said to an open microphone."""

    ASKED = "asked"
    "It tells the skill"
    REPLAYED = "replayed"
    "It says the reprompt by itself, and closes the skill after the next silence"
    IGNORED = "ignored"
    "It closes the microphone"


@dataclass(frozen=True)
class Request:
    """One request as it goes over the line."""

    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Heard:
    """What the resident hears of an answer, and what the speaker does then."""

    text: str
    mic: bool
    ended: bool
    expected: tuple[str, ...] = ()
    "What the recogniser is told to listen for"
    reprompt: str = ""
    asks_consent: bool = False
    "Whether the maker itself will read the answer as a yes or a no"


@dataclass
class Session:
    """One stay in the skill."""

    id: str
    is_new: bool = True
    attributes: dict[str, Any] = field(default_factory=dict)
    last: Heard | None = None
    was_reprompted: bool = False


class Maker(Protocol):
    """One maker's protocol, seen from its own side."""

    name: str
    at_silence: Silence

    def request(self, speaker: Speaker, kind: str, words: str) -> Request:
        """A signed request; `kind` is enter, said, silent, left or tired (of waiting)."""
        ...

    def again(self, speaker: Speaker, request: Request) -> Request:
        """The same request as it is repeated."""
        ...

    def judge(self, status: int, content_type: str, body: bytes) -> Heard:
        """What is heard of the answer. Raises BadAnswer."""
        ...


class NoAnswer(BadAnswer):
    """Nothing came in time."""


class Speaker:
    """One speaker of one account at the skill at `url`; `heard` has all that was spoken."""

    def __init__(
        self,
        maker: Maker,
        session: aiohttp.ClientSession,
        url: str,
        clock: Clock,
        *,
        user: str = "u-1",
        device: str = "d-1",
        cut_s: float = CUT_S,
    ) -> None:
        self.maker = maker
        self.clock = clock
        self.url = url
        self.user = user
        self.device = device
        self.heard: list[Heard] = []
        self.stay = Session(_new_id("s"))
        self._line = session
        self._cut = aiohttp.ClientTimeout(total=cut_s)
        self._request: Request | None = None

    async def enter(self, words: str = "打开邻声") -> Heard:
        """Open the skill by its name."""
        self.stay = Session(_new_id("s"))
        return await self._ask("enter", words)

    async def say(self, words: str) -> Heard:
        return await self._ask("said", words)

    async def silence(self) -> Heard | None:
        """Say nothing while the microphone is open; None when nothing is heard then."""
        last = self.stay.last
        if self.maker.at_silence is Silence.ASKED:
            return await self._ask("silent", "")
        if self.maker.at_silence is Silence.IGNORED or last is None or not last.mic:
            return None
        if last.reprompt and not self.stay.was_reprompted:
            self.stay.was_reprompted = True
            self.heard.append(replace(last, text=last.reprompt))
            return self.heard[-1]
        return await self._ask("tired", "")

    async def leave(self) -> Heard:
        """Close the skill."""
        heard = await self._ask("left", "退出")
        self.stay = Session(_new_id("s"))
        return heard

    async def again(self) -> Heard:
        """The last request once more, as after an answer that was lost."""
        if self._request is None:
            raise ValueError("nothing was asked")
        return self._note(await self.send(self.maker.again(self, self._request)))

    async def send(self, request: Request) -> Heard:
        """Any request. Raises BadAnswer, NoAnswer."""
        try:
            async with self._line.post(
                self.url,
                data=request.body,
                headers=request.headers,
                timeout=self._cut,
                allow_redirects=False,
            ) as response:
                body = await response.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoAnswer(type(error).__name__) from error
        return self.maker.judge(response.status, response.headers.get("Content-Type", ""), body)

    async def _ask(self, kind: str, words: str) -> Heard:
        self._request = self.maker.request(self, kind, words)
        return self._note(await self.send(self._request))

    def _note(self, heard: Heard) -> Heard:
        self.heard.append(heard)
        self.stay.is_new = self.stay.was_reprompted = False
        self.stay.last = heard
        if heard.ended:
            self.stay = Session(_new_id("s"))
        return heard


def new_request_id() -> str:
    return _new_id("r")


def _new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"
