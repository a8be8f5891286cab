"""The doctor: what an operator has to mend before residents can be served, found out by trying."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from community.config import Settings
from community.errors import ConfigError, Unavailable
from community.times import Clock
from connectors.wechat import account_file
from connectors.wechat.account import Account
from connectors.wechat.client import Client
from connectors.wechat.errors import Action, WeChatError
from connectors.wechat.words import doctor_words as words

SKEW_MAX_S = 60.0
NOBODY = "o-nobody-of-this-account"
"An openid that no account has: the call is refused for it, and only for it"
PUSH_PATH = "/wechat"
TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool | None
    "None when it could not be looked at"
    detail: str


class Doctor:
    """Looks at one account from outside and from inside; changes nothing."""

    def __init__(
        self,
        settings: Settings,
        account: Account,
        client: Client,
        session: aiohttp.ClientSession,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._account = account
        self._client = client
        self._session = session
        self._clock = clock

    async def examine(self) -> list[Finding]:
        """All findings, in the order in which they are to be mended."""
        findings = [self._file()]
        findings += [await look() for look in (self._address, self._time)]
        token = await self._ask("token", self._client.getcallbackip, _count)
        findings.append(token)
        if not token.ok:
            return findings
        findings.append(await self._ask("right_send", self._typing, _nothing))
        findings.append(await self._menu())
        return findings

    def _file(self) -> Finding:
        try:
            account_file.load(self._settings.wechat_file)
        except ConfigError as error:
            return _finding("file", False, "bad", problems="；".join(error.problems))
        return _finding("file", True, "good")

    async def _address(self) -> Finding:
        """Does the address that WeChat is told answer as ours does?"""
        if not self._settings.public_url:
            return _finding("url", None, "none")
        timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(4), secrets.token_hex(8)
        query = {
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
            "signature": self._account.cipher.url_signature(timestamp, nonce),
        }
        url = f"{self._settings.public_url}{PUSH_PATH}"
        try:
            async with self._session.get(
                url, params=query, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                allow_redirects=False,
            ) as answer:  # fmt: skip
                body = await answer.text()
                ok = answer.status == 200 and body == echo
                return _finding("url", ok, "good" if ok else "bad", status=str(answer.status))
        except (TimeoutError, aiohttp.ClientError) as error:
            return _finding("url", False, "unreached", cause=type(error).__name__)

    async def _time(self) -> Finding:
        """Our clock against WeChat's, by the date of its answer."""
        try:
            async with self._session.head(
                self._account.api_url, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)
            ) as answer:
                theirs = parsedate_to_datetime(answer.headers["Date"])
        except (TimeoutError, aiohttp.ClientError, KeyError, ValueError) as error:
            return _finding("clock", None, "unreached", cause=type(error).__name__)
        apart_s = abs((self._clock.now() - theirs).total_seconds())
        ok = apart_s <= SKEW_MAX_S
        return _finding("clock", ok, "good" if ok else "bad", seconds=f"{apart_s:.0f}")

    async def _typing(self) -> None:
        """A right shows by what the call is refused for."""
        try:
            await self._client.typing(NOBODY)
        except WeChatError as error:
            if error.action is not Action.UNREACHABLE:
                raise

    async def _menu(self) -> Finding:
        try:
            file = account_file.load(self._settings.wechat_file)
            wanted = file.buttons(self._settings.public_url)
            present = await self._client.menu()
        except ConfigError:
            return _finding("menu", None, "file")
        except Unavailable as error:
            return _finding("menu", False, "refused", cause=_cause(error))
        ok = plain(present) == plain(wanted)
        return _finding("menu", ok, "good" if ok else "other")

    async def _ask(
        self, name: str, call: Callable[[], Awaitable[Any]], told: Callable[[Any], dict[str, str]]
    ) -> Finding:
        try:
            answer = await call()
        except Unavailable as error:
            return _finding(name, False, "refused", cause=_cause(error))
        return _finding(name, True, "good", **told(answer))


def plain(buttons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Buttons without the empty parts that WeChat adds."""
    return [
        {
            name: plain(value) if name == "sub_button" else value
            for name, value in button.items()
            if value
        }
        for button in buttons
    ]


def _finding(name: str, ok: bool | None, how: str, **values: str) -> Finding:
    return Finding(words(f"{name}.name"), ok, words(f"{name}.{how}", **values))


def _cause(error: Unavailable) -> str:
    """What an operator can do about an errcode, or the error itself."""
    if isinstance(error, WeChatError):
        known = words(f"errcodes.{error.errcode}", missing="")
        return f"{known}（{error.errcode}）" if known else str(error)
    return type(error).__name__


def _count(addresses: Sequence[str]) -> dict[str, str]:
    return {"count": str(len(addresses))}


def _nothing(_answer: object) -> dict[str, str]:
    return {}
