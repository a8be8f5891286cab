"""The doctor: what an operator has to mend before residents can be served, found out by trying."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import aiohttp

from community.config import Settings
from community.errors import ConfigError, Unavailable
from community.times import Clock, local
from connectors.wechat import account_file
from connectors.wechat.account import Account
from connectors.wechat.account_file import AccountFile, Notice
from connectors.wechat.client import Client
from connectors.wechat.errors import Action, WeChatError
from connectors.wechat.words import doctor_words as words

SKEW_MAX_S = 60.0
NOBODY = "o-nobody-of-this-account"
"An openid that no account has: the call is refused for it, and only for it"
NO_CONSENT = 43101
"To a subscribe notice: which nobody can have given"
CODE_LASTS_S = 60
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
    """Looks at one account from outside and from inside; changes nothing that stays."""

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
        file, finding = self._file()
        findings = [finding, await self._address(), await self._time()]
        token = await self._ask("token", self._client.getcallbackip, _count)
        findings.append(token)
        if not token.ok:
            return findings
        findings.append(await self._reach())
        findings += await self._rights(file)
        findings.append(await self._menu(file))
        return findings

    def _file(self) -> tuple[AccountFile | None, Finding]:
        """The account's file when it can be used, and what is to be said of it."""
        try:
            file = account_file.load(self._settings.wechat_file)
        except ConfigError as error:
            return None, _finding("file", False, "bad", problems="；".join(error.problems))
        return file, _finding("file", True, "good")

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

    async def _reach(self) -> Finding:
        """Does WeChat find the address that is written in its console?"""
        try:
            reach = await self._client.check_callback()
        except Unavailable as error:
            return _finding("callback", False, "refused", cause=_cause(error))
        if not reach.addresses:
            return _finding("callback", False, "unknown")
        how = "good" if reach.echoes else "silent"
        return _finding("callback", reach.echoes or None, how, addresses="、".join(reach.addresses))

    async def _rights(self, file: AccountFile | None) -> list[Finding]:
        """The rights that the settings and the file make use of."""
        if not self._settings.wechat_can_push:
            findings = [_finding("right_send", None, "unused")]
        else:
            findings = [await self._ask("right_send", self._typing, _nothing)]
            if file is not None and file.notice is not None:
                notify = partial(self._notify, file.notice)
                findings.append(await self._ask("right_notice", notify, _nothing))
        if file is not None and file.scenes:
            make = partial(self._client.create_qr, next(iter(file.scenes)), expires_s=CODE_LASTS_S)
            findings.append(await self._ask("right_code", make, _nothing))
        return findings

    async def _typing(self) -> None:
        with _refused_for_nobody():
            await self._client.typing(NOBODY)

    async def _notify(self, notice: Notice) -> None:
        at = local(self._clock.now()).strftime("%Y-%m-%d %H:%M")
        data = {
            name: at if source == "time" else words("sample")
            for name, source in notice.fields.items()
        }
        with _refused_for_nobody():
            if notice.kind == "template":
                await self._client.send_template(
                    NOBODY, notice.template, data, client_msg_id=secrets.token_hex(16)
                )
            else:
                await self._client.subscribe_send(NOBODY, notice.template, data)

    async def _menu(self, file: AccountFile | None) -> Finding:
        if file is None:
            return _finding("menu", None, "file")
        try:
            present = await self._client.menu()
        except Unavailable as error:
            return _finding("menu", False, "refused", cause=_cause(error))
        ok = plain(present) == plain(file.buttons(self._settings.public_url))
        return _finding("menu", ok, "good" if ok else "other")

    async def _ask(
        self, name: str, call: Callable[[], Awaitable[Any]], told: Callable[[Any], dict[str, str]]
    ) -> Finding:
        try:
            answer = await call()
        except Unavailable as error:
            return _finding(name, False, "refused", cause=_cause(error))
        return _finding(name, True, "good", **told(answer))


@contextmanager
def _refused_for_nobody() -> Iterator[None]:
    """A right shows by what a call to NOBODY is refused for."""
    try:
        yield
    except WeChatError as error:
        if error.action is not Action.UNREACHABLE and error.errcode != NO_CONSENT:
            raise


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
