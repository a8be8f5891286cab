"""The access token of an account: one for the process, fetched once however many ask."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import aiohttp

from community.config import Secret
from community.errors import TooLarge, Unavailable
from community.times import Clock
from connectors.wechat.errors import Action, NotReached, OutcomeUnknown, WeChatError
from connectors.wechat.wire import API_URL, Answer, Breaker, exchange, json_body

logger = logging.getLogger(__name__)

Ask: TypeAlias = "Callable[[], Awaitable[Answer]]"
"How a token is asked for; raises NotReached, OutcomeUnknown, TooLarge"
REFRESH_BEFORE_S = 290.0
"WeChat gives a new token from 300 s before the old one expires, and not earlier"
JITTER_S = 5.0
BREAKER_HOLD_S = 10.0
TOKEN_MAX_CHARACTERS = 512


@dataclass(frozen=True)
class Credentials:
    """Who we are to WeChat."""

    appid: str
    secret: Secret


@dataclass(frozen=True, eq=False)
class Token:
    """One fetch of a token. Two fetches are two, even where WeChat gave the same value again."""

    value: Secret
    refresh_at: datetime
    expires_at: datetime


def random_jitter_s() -> float:
    """Between -JITTER_S and JITTER_S, so that processes do not refresh in step."""
    return secrets.randbelow(1001) / 1000 * 2 * JITTER_S - JITTER_S


def stable_token(
    session: aiohttp.ClientSession,
    credentials: Credentials,
    base_url: str = API_URL,
    *,
    timeout_s: float = 5.0,
) -> Ask:
    """Asks for the official account's `stable_token` in normal mode.

    `force_refresh` is never sent: it would kill the token of every other process.
    Source: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html
    """

    async def ask() -> Answer:
        body = {
            "grant_type": "client_credential",
            "appid": credentials.appid,
            "secret": credentials.secret.reveal(),
        }
        url = f"{base_url}/cgi-bin/stable_token"
        return await exchange(session, "POST", url, timeout_s=timeout_s, body=json_body(body))

    return ask


@dataclass
class TokenBroker:
    """Keeps the token that `ask` brings, and has a new one fetched before its end.

    `error` is the platform's own refusal, which says what its errcodes mean; `name` stands in the
    log.
    """

    clock: Clock
    ask: Ask = field(repr=False)
    error: type[WeChatError] = WeChatError
    name: str = "wechat"
    refresh_before_s: float = REFRESH_BEFORE_S
    jitter_s: Callable[[], float] = random_jitter_s
    _token: Token | None = field(default=None, init=False)
    _flight: asyncio.Task[Token] | None = field(default=None, init=False, repr=False)
    _breaker: Breaker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._breaker = Breaker(self.clock)

    async def token(self) -> Token:
        """The token of now; when a refresh fails, the old one serves until it expires.

        Raises WeChatError, NotReached; both at once, without a fetch, while the breaker is open.
        """
        held, now = self._token, self.clock.now()
        if held is not None and now < held.refresh_at:
            return held
        try:
            return await self._fetched()
        except Unavailable:
            if held is not None and self._token is held and now < held.expires_at:
                return held
            raise

    async def renew(self, failed: Token) -> Token:
        """The token to try after WeChat refused `failed`: fetched only if no other was yet.

        Raises as `token`.
        """
        if self._token is failed:
            self._token = None
        return await self.token()

    def refused(self, token: Token, errcode: int) -> None:
        """A renewed token was refused as well: fetches rest for BREAKER_HOLD_S."""
        if self._token is token:
            self._token = None
            self._hold(partial(self.error, errcode), BREAKER_HOLD_S)

    async def close(self) -> None:
        """Give up a fetch that is still under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    async def _fetched(self) -> Token:
        """The result of the one fetch under way; a caller that gives up does not end it."""
        if self._flight is None:
            self._breaker.check()
            self._flight = asyncio.create_task(self._fetch(), name=f"{self.name} token")
            self._flight.add_done_callback(self._landed)
        return await asyncio.shield(self._flight)

    def _landed(self, flight: asyncio.Task[Token]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # seen, even when every caller has gone

    async def _fetch(self) -> Token:
        asked_at = self.clock.now()
        failure: Callable[[], Unavailable]
        try:
            self._token = self._read(await self.ask(), asked_at)
        except WeChatError as error:
            failure = partial(self.error, error.errcode)
            rest_s = error.rest_s(self.clock.now()) or BREAKER_HOLD_S
        except (NotReached, OutcomeUnknown, TooLarge) as error:
            failure, rest_s = partial(NotReached, str(error)), BREAKER_HOLD_S
        else:
            return self._token
        self._hold(failure, rest_s)
        raise failure()

    def _read(self, answer: Answer, asked_at: datetime) -> Token:
        if answer.errcode:
            raise self.error(answer.errcode)
        fields = answer.fields()
        value, expires_in = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(value, str) or not 0 < len(value) <= TOKEN_MAX_CHARACTERS:
            raise OutcomeUnknown("no token in the answer")
        if not isinstance(expires_in, int) or expires_in <= 0:
            raise OutcomeUnknown("no life of the token in the answer")
        refresh_in = max(1.0, expires_in - self.refresh_before_s + self.jitter_s())
        return Token(
            Secret(value),
            asked_at + timedelta(seconds=min(refresh_in, expires_in)),
            asked_at + timedelta(seconds=expires_in),
        )

    def _hold(self, failure: Callable[[], Unavailable], seconds: float) -> None:
        self._breaker.open(failure, seconds)
        shown = failure()
        pages = isinstance(shown, WeChatError) and shown.action is Action.PAGE_OPERATOR
        logger.log(
            logging.ERROR if pages else logging.WARNING,
            "no %s token for %.0f s: %s (%s)",
            self.name,
            seconds,
            type(shown).__name__,
            shown,
        )
