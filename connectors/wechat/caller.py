"""A call until it is settled: with the token of now, patient while WeChat is busy, at rest after a limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import aiohttp

from connectors.wechat.errors import Action, WeChatError
from connectors.wechat.token import Token, TokenBroker
from connectors.wechat.wire import JSON_ANSWER_MAX_BYTES, Answer, Breaker, exchange

logger = logging.getLogger(__name__)

BACKOFF_S = (1.0, 2.0, 4.0)
"Pauses before a call that WeChat was too busy for is made again"


@dataclass(frozen=True)
class Request:
    """All of a call but its access token; without a body it is a GET."""

    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_bytes: int = JSON_ANSWER_MAX_BYTES

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


def is_ok(answer: Answer) -> bool:
    return answer.errcode == 0


class Caller:
    """Calls the API at `base_url` with the broker's token; each request has `timeout_s`.

    What an errcode means and who stands in the log is the broker's.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        broker: TokenBroker,
        *,
        base_url: str,
        timeout_s: float = 5.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._broker = broker
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._pause = pause
        self._breakers: dict[str, Breaker] = {}

    async def call(
        self,
        api: str,
        request: Request,
        *,
        timeout_s: float | None = None,
        backoff_s: Sequence[float] = BACKOFF_S,
        is_done: Callable[[Answer], bool] = is_ok,
    ) -> Answer:
        """The answer of `api` (the address after /cgi-bin/) once `is_done` holds for it.

        Made once more for a token, and as often as `backoff_s` has pauses while WeChat is busy.
        Raises the broker's kind of WeChatError, at once while the API rests; NotReached,
        OutcomeUnknown, TooLarge.
        """
        breaker = self._breakers.setdefault(api, Breaker(self._broker.clock))
        breaker.check()
        token, renewed, pauses = await self._broker.token(), False, iter(backoff_s)
        while True:
            answer = await self._exchange(api, request, token, timeout_s or self._timeout_s)
            if is_done(answer):
                return answer
            error = self._broker.error(answer.errcode)
            if error.action is Action.TOKEN and not renewed:
                token, renewed = await self._broker.renew(token), True
            elif error.action is Action.RETRY and (pause_s := next(pauses, None)) is not None:
                await self._pause(pause_s)
            else:
                break
        if error.action is Action.TOKEN:
            self._broker.refused(token, error.errcode)
        self._rest(api, breaker, error)
        raise error

    async def _exchange(self, api: str, request: Request, token: Token, timeout_s: float) -> Answer:
        return await exchange(
            self._session,
            request.method,
            f"{self._base_url}/cgi-bin/{api}",
            timeout_s=timeout_s,
            params={"access_token": token.value.reveal(), **request.params},
            body=request.body,
            content_type=request.content_type,
            max_bytes=request.max_bytes,
        )

    def _rest(self, api: str, breaker: Breaker, error: WeChatError) -> None:
        """Let the API rest when the error asks for that."""
        rest_s = error.rest_s(self._broker.clock.now())
        if rest_s is None:
            return
        breaker.open(partial(type(error), error.errcode), rest_s)
        level = logging.ERROR if error.action is Action.PAGE_OPERATOR else logging.WARNING
        name = self._broker.name
        logger.log(level, "%s %s rests for %.0f s: errcode %d", name, api, rest_s, error.errcode)
