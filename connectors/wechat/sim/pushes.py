"""The push side of the simulated WeChat: seals what a reader does, repeats it, and shows the answer.

In safe mode and XML. An attempt is cut off after 5 s; there are three, each with a nonce of its
own, and after three without a valid answer the reader sees SERVICE_FAULT. Answers are checked as
strictly as WeChat may: sealed by this account, addressed to this reader.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field

import aiohttp

from connectors.wechat import xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.xml import Written

ATTEMPTS = 3
CUT_S = 5.0
SERVICE_FAULT = "该公众号提供的服务出现故障，请稍后再试"
FIRST_MSG_ID = 23_000_000_000


class BadAnswer(Exception):
    """The account answered with what WeChat does not take."""


@dataclass
class Pushes:
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
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def say(self, openid: str, text: str, *, msg_id: int | None = None) -> str | None:
        """A text of the reader; returns what came back at once, which the reader sees."""
        self.sim.user_said(openid)
        number = msg_id or FIRST_MSG_ID + next(self._numbers)
        return await self.push(openid, [("MsgType", "text"), ("Content", text), ("MsgId", number)])

    async def follow(self, openid: str) -> str | None:
        self.sim.user_followed(openid)
        return await self.push(
            openid, [("MsgType", "event"), ("Event", "subscribe"), ("EventKey", "")]
        )

    async def tap_menu(self, openid: str, key: str) -> str | None:
        self.sim.user_tapped(openid)
        return await self.push(
            openid, [("MsgType", "event"), ("Event", "CLICK"), ("EventKey", key)]
        )

    async def push(self, openid: str, fields: list[tuple[str, Written]]) -> str | None:
        """Any push of a reader, until an attempt is answered. Raises BadAnswer."""
        head: list[tuple[str, Written]] = [
            ("ToUserName", self.account),
            ("FromUserName", openid),
            ("CreateTime", int(self.sim.clock.now().timestamp())),
        ]
        message = xml.write([*head, *fields])
        for number in range(ATTEMPTS):
            began = time.monotonic()
            answer = await self._attempt(message)
            if answer is None:
                if number < ATTEMPTS - 1:
                    await asyncio.sleep(self.apart_s - (time.monotonic() - began))
                continue
            words = self._read(openid, answer)
            if words is not None:
                self.sim.users[openid].see("text", words)
            return words
        self.sim.users[openid].see("fault", SERVICE_FAULT)
        return None

    async def _attempt(self, message: bytes) -> bytes | None:
        """The body of the answer; None when there was none, or none that counts."""
        self.attempts += 1
        query, body = self.sealed(message)
        timeout = aiohttp.ClientTimeout(total=CUT_S)
        try:
            async with self.session.post(
                self.url, params=query, data=body, timeout=timeout
            ) as response:
                answer = await response.read()
                status = response.status
        except (TimeoutError, aiohttp.ClientError):
            return None
        if status != 200:
            return None
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        return answer

    def sealed(self, message: bytes) -> tuple[dict[str, str], bytes]:
        """Query and body of an attempt."""
        nonce = str(next(self._numbers))
        timestamp = str(int(self.sim.clock.now().timestamp()))
        sealed = self.cipher.seal(message, timestamp=timestamp, nonce=nonce)
        query = {
            "encrypt_type": "aes",
            "timestamp": timestamp,
            "nonce": nonce,
            "msg_signature": sealed.signature,
        }
        return query, xml.write([("ToUserName", self.account), ("Encrypt", sealed.encrypt)])

    def _read(self, openid: str, answer: bytes) -> str | None:
        if answer in {b"", b"success"}:
            return None
        wrapper = xml.read(answer)
        if set(wrapper) != {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}:
            raise BadAnswer(f"elements {sorted(wrapper)}")
        opened = self.cipher.open(
            str(wrapper["Encrypt"]),
            timestamp=str(wrapper["TimeStamp"]),
            nonce=str(wrapper["Nonce"]),
            msg_signature=str(wrapper["MsgSignature"]),
        )
        reply = xml.read(opened)
        if (reply.get("ToUserName"), reply.get("FromUserName")) != (openid, self.account):
            raise BadAnswer("not addressed to the reader")
        if reply.get("MsgType") != "text" or len(str(reply.get("Content", "")).encode()) > 2048:
            raise BadAnswer("no text of 2048 bytes at most")
        return str(reply["Content"])
