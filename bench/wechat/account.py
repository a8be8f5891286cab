"""The account that is measured: what it is called, and what a reader of it sends and gets back."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from bench.errors import BenchError
from community.config import Secret, Settings
from community.times import Clock
from connectors.wechat import xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.xml import Written

TOKEN = "token-of-the-measured-account"  # noqa: S105 - of no account
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_measured"
APPID = "wx0123456789abcdef"
ATTEMPTS = 3
CUT_S = 5.0
"After which WeChat gives an attempt up; source: Receiving_standard_messages.html"
DONE = frozenset({b"", b"success"})

Fields = list[tuple[str, Written]]


def settings_of(folder: Path, sim: Simulator, api_url: str, **changes: Any) -> Settings:
    """The settings of a gateway with this account."""
    plain = Settings(
        data_dir=folder,
        wechat_appid=sim.appid,
        wechat_account=ACCOUNT,
        wechat_token=Secret(TOKEN),
        wechat_aes_keys=Secret(KEY),
        wechat_secret=Secret(sim.secret),
        wechat_api_url=api_url,
    )
    return replace(plain, **changes)


def cipher(*, token: str = TOKEN, appid: str = APPID) -> Cipher:
    return Cipher(Secret(token), [Secret(KEY)], appid)


def message(openid: str, fields: Fields, at_s: int, *, account: str = ACCOUNT) -> bytes:
    """What is inside a push of this reader."""
    head: Fields = [("ToUserName", account), ("FromUserName", openid), ("CreateTime", at_s)]
    return xml.write([*head, *fields])


def text(words: str, number: int) -> Fields:
    return [("MsgType", "text"), ("Content", words), ("MsgId", number)]


def tap(key: str) -> Fields:
    return [("MsgType", "event"), ("Event", "CLICK"), ("EventKey", key)]


def view(url: str) -> Fields:
    """An event that nothing is answered to."""
    return [("MsgType", "event"), ("Event", "VIEW"), ("EventKey", url)]


@dataclass(frozen=True)
class Answer:
    """What one attempt brought."""

    words: str | None
    "Of the answer; None for `success`, and when nothing came"
    arrived: bool
    "A whole response with status 200 came in time"
    took_s: float


@dataclass
class Line:
    """The road from the simulated WeChat to a gateway at `url`: one attempt at a time."""

    session: aiohttp.ClientSession
    url: str
    clock: Clock
    cipher: Cipher = field(default_factory=cipher)
    _nonces: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def sealed(self, inside: bytes, *, account: str = ACCOUNT) -> tuple[dict[str, str], bytes]:
        """Query and body of one attempt."""
        timestamp, nonce = str(int(self.clock.now().timestamp())), str(next(self._nonces))
        closed = self.cipher.seal(inside, timestamp=timestamp, nonce=nonce)
        query = {
            "encrypt_type": "aes",
            "timestamp": timestamp,
            "nonce": nonce,
            "msg_signature": closed.signature,
        }
        return query, xml.write([("ToUserName", account), ("Encrypt", closed.encrypt)])

    async def attempt(self, inside: bytes) -> Answer:
        """Push once. Raises BenchError for a response that WeChat would not understand."""
        return await self.post(*self.sealed(inside))

    async def post(self, query: dict[str, str], body: bytes) -> Answer:
        """As `attempt`, with what was sealed before."""
        timeout = aiohttp.ClientTimeout(total=CUT_S)
        began = time.monotonic()
        try:
            async with self.session.post(
                self.url, params=query, data=body, timeout=timeout
            ) as response:
                answered, status = await response.read(), response.status
        except (TimeoutError, aiohttp.ClientError):
            return Answer(None, False, time.monotonic() - began)
        took_s = time.monotonic() - began
        if status != 200:
            return Answer(None, False, took_s)
        return Answer(None if answered in DONE else self._opened(answered), True, took_s)

    def _opened(self, answered: bytes) -> str:
        wrapper = xml.read(answered)
        if set(wrapper) != {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}:
            raise BenchError(f"an answer with the elements {sorted(wrapper)}")
        opened = self.cipher.open(
            str(wrapper["Encrypt"]),
            timestamp=str(wrapper["TimeStamp"]),
            nonce=str(wrapper["Nonce"]),
            msg_signature=str(wrapper["MsgSignature"]),
        )
        return str(xml.read(opened.message)["Content"])
