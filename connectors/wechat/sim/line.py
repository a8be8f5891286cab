"""The line to the account: a push is tried, cut off, repeated, and its answer judged and shown.

An attempt is cut off after 5 s; there are three, each with a nonce of its own, and after three
without a valid answer the reader sees SERVICE_FAULT.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.answers import TRANSFER, BadAnswer, Judge
from connectors.wechat.sim.messages import Message
from connectors.wechat.sim.modes import Elements, Format, Mode, Wrapping
from connectors.wechat.sim.road import MarkFail, Overtaking
from connectors.wechat.sim.schedule import RealTime, Timing
from connectors.wechat.sim.simulator import Simulator

TRIES = 3
CUT_S = 5.0
FAILURES_TO_REST = 5
HUNG = aiohttp.ClientTimeout(total=600.0)
"After so many real seconds nothing comes any more, whatever time it is here"
ACKNOWLEDGED = {b"", b"success"}
SERVICE_FAULT = "该公众号提供的服务出现故障，请稍后再试"


class NoAnswer(Exception):
    """No attempt was answered in time and with 200, or none was made."""


@dataclass(frozen=True)
class Pushed:
    """What was told about a reader, whether it arrived or not."""

    at: datetime
    openid: str
    elements: Elements


@dataclass
class Line:
    """Pushes to one account at `url`, whose original id is `account`."""

    sim: Simulator
    session: aiohttp.ClientSession
    url: str
    account: str
    cipher: Cipher
    lose_answers: int = 0
    "So many of the next answers are lost on their way, and their pushes repeated"
    apart_s: float = 5.0
    "Seconds from the beginning of an attempt to the next one"
    attempts: int = 0
    "Made so far"
    token: str = ""
    "Of the message push; without it there is no plain signature in the address"
    mode: Mode = Mode.SAFE
    format: Format = Format.XML
    tries: int = TRIES
    cut_s: float = CUT_S
    failures_to_rest: int = FAILURES_TO_REST
    time: Timing = field(default_factory=RealTime)
    failed: int = 0
    "Pushes so far without a valid answer"
    dropped: int = 0
    "Pushes so far that were not made, for too many had failed"
    pushed: list[Pushed] = field(default_factory=list)
    "All pushes so far"
    transfers: list[tuple[str, str]] = field(default_factory=list)
    "Readers who were handed to WeChat's own seats, each with the seat asked for, or nothing"

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._mark_fail = MarkFail(self.sim.clock, self.failures_to_rest)
        self._overtaking = Overtaking()

    def overtake_next(self) -> None:
        """The next push arrives after the first attempt at the one that follows it."""
        self._overtaking.order()

    async def verify(self) -> bool:
        """Whether the account proves that the address is its own, as is asked once at set-up."""
        echo = str(secrets.randbits(62))
        query = self._wrapping.signed(self._timestamp(), self._nonce()) | {"echostr": echo}
        try:
            async with (
                self.time.cut(self.cut_s),
                self.session.get(self.url, params=query, allow_redirects=False) as response,
            ):
                return response.status == 200 and await response.read() == echo.encode()
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def push(
        self, openid: str, elements: Elements, *, is_answered: bool = True
    ) -> str | None:
        """Any push about a reader, until an attempt is answered; returns what the reader sees.

        With `is_answered` false nothing is seen of answer or fault. Raises BadAnswer, after the
        fault was shown.
        """
        message: Elements = [
            ("ToUserName", self.account),
            ("FromUserName", openid),
            ("CreateTime", int(self.sim.clock.now().timestamp())),
            *elements,
        ]
        self.pushed.append(Pushed(self.sim.clock.now(), openid, elements))
        user = self.sim.meet(openid)
        try:
            answer = await self._deliver(openid, message)
            seen = self._judged(openid, message, answer) if is_answered else None
        except (NoAnswer, BadAnswer) as failure:
            self._mark_fail.note(failed=True)
            if is_answered:
                user.see("fault", SERVICE_FAULT)
            if isinstance(failure, BadAnswer):
                raise
            return None
        self._mark_fail.note(failed=False)
        if seen is not None:
            user.see(seen.kind, seen.content)
        return None if seen is None else seen.content

    def sealed(self, message: bytes) -> tuple[dict[str, str], bytes]:
        """Query and body of an attempt at any message, in safe mode."""
        query, encrypt = self._wrapping.seal(
            message, timestamp=self._timestamp(), nonce=self._nonce()
        )
        return query, self.format.write([("ToUserName", self.account), ("Encrypt", encrypt)])

    async def _deliver(self, openid: str, message: Elements) -> bytes:
        """The body of the first answer that counts. Raises NoAnswer."""
        if self._mark_fail.rests:
            self.dropped += 1
            raise NoAnswer
        held, overtaken = self._overtaking.enter()
        if held is not None:
            await held.wait()
        for number in range(self.tries):
            began_s = self.time.elapsed_s()
            answer = await self._attempt(openid, message)
            if overtaken is not None:
                overtaken.set()
            if answer is not None:
                return answer
            if number < self.tries - 1:
                await self.time.pause(self.apart_s - (self.time.elapsed_s() - began_s))
        self.failed += 1
        raise NoAnswer

    async def _attempt(self, openid: str, message: Elements) -> bytes | None:
        """The body of the answer; None when there was none, or none that counts."""
        self.attempts += 1
        query, body = self._wrapping.wrap(
            openid, message, timestamp=self._timestamp(), nonce=self._nonce()
        )
        headers = {"Content-Type": self.format.content_type}
        posting = self.session.post(
            self.url, params=query, data=body, headers=headers, timeout=HUNG, allow_redirects=False
        )
        try:
            async with self.time.cut(self.cut_s), posting as response:
                answer = await response.read()
        except (TimeoutError, aiohttp.ClientError):
            return None
        if response.status != 200:
            return None
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        return answer

    def _judged(self, openid: str, message: Elements, answer: bytes) -> Message | None:
        """What the reader sees of it, if anything. Raises BadAnswer."""
        if answer in ACKNOWLEDGED:
            return None
        try:
            fields = self._wrapping.unwrap(answer)
            judge = Judge(self.account, self.sim.shelf, self.sim.kf_accounts)
            is_event = ("MsgType", "event") in message
            seen = judge.read(fields, openid, to_message=not is_event)
        except BadAnswer:
            self.failed += 1
            raise
        if seen.kind == TRANSFER:
            self.transfers.append((openid, seen.content))
            return None
        return seen

    @property
    def _wrapping(self) -> Wrapping:
        return Wrapping(self.account, self.cipher, self.token, self.mode, self.format)

    def _timestamp(self) -> str:
        return str(int(self.sim.clock.now().timestamp()))

    def _nonce(self) -> str:
        return str(next(self._numbers))
