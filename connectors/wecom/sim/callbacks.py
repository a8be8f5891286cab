"""The callbacks of the simulated WeCom: sealed, cut off after 5 s, three times unless answered with 200.

Source: https://developer.work.weixin.qq.com/document/path/90930
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import aiohttp

from connectors.wechat import xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.xml import Written
from connectors.wecom.sim.simulator import Simulator

ATTEMPTS = 3
CUT_S = 5.0


@dataclass
class Callbacks:
    """Callbacks to one corporation's address at `url`."""

    sim: Simulator
    session: aiohttp.ClientSession
    url: str
    cipher: Cipher
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(self) -> bool:
        """Say that there is news; whether it was taken."""
        return await self.send(self.news())

    async def say(self, user: str, text: str) -> str:
        """A text of a resident, and its callback; returns its msgid."""
        msgid = self.sim.says(user, text)
        await self.call()
        return msgid

    async def verify(self, words: str) -> tuple[int, str]:
        """Verify the address: status and body."""
        query, sealed = self.sealed(words.encode())
        async with self.session.get(self.url, params=query | {"echostr": sealed}) as response:
            return response.status, await response.text()

    async def send(self, message: bytes) -> bool:
        for _ in range(ATTEMPTS):
            query, sealed = self.sealed(message)
            if await self._attempt(query, self.wrapped(sealed)):
                return True
        return False

    def news(self, **changes: Written) -> bytes:
        """The message of a callback before it is sealed."""
        fields: dict[str, Written] = {
            "ToUserName": self.sim.corpid,
            "CreateTime": int(self.sim.clock.now().timestamp()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": self.sim.history.token(),
            "OpenKfId": self.sim.open_kfid,
        }
        return xml.write(list((fields | changes).items()))

    def sealed(self, message: bytes) -> tuple[dict[str, str], str]:
        """Query and ciphertext."""
        nonce = str(next(self._numbers))
        timestamp = str(int(self.sim.clock.now().timestamp()))
        sealed = self.cipher.seal(message, timestamp=timestamp, nonce=nonce)
        query = {"msg_signature": sealed.signature, "timestamp": timestamp, "nonce": nonce}
        return query, sealed.encrypt

    def wrapped(self, sealed: str) -> bytes:
        """The body of a callback."""
        head = [("ToUserName", self.sim.corpid), ("AgentID", ""), ("Encrypt", sealed)]
        return xml.write(head)

    async def _attempt(self, query: dict[str, str], body: bytes) -> bool:
        timeout = aiohttp.ClientTimeout(total=CUT_S)
        try:
            async with self.session.post(
                self.url, params=query, data=body, timeout=timeout
            ) as response:
                return response.status == 200
        except (TimeoutError, aiohttp.ClientError):
            return False
