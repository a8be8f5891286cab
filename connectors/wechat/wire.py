"""What goes over the wire to WeChat: one request, its answer, and the rest that follows a failure.

aiohttp's own errors are met in `exchange` and nowhere else. Some of them quote the address, which
holds the access token, so ours are raised apart from them, without a chain.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from community.errors import TooLarge, Unavailable
from community.times import Clock
from connectors.wechat.errors import NotReached, OutcomeUnknown

API_URL = "https://api.weixin.qq.com"
CONNECT_TRIES = 2
CONNECT_SHARE = 0.4
"Of a request's deadline, what one try for a connection may take; late in that nothing was sent"
JSON_ANSWER_MAX_BYTES = 1024 * 1024


class Breaker:
    """Keeps calls back after a failure that the next one would only meet again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: datetime | None = None
        self._failure: Callable[[], Unavailable] = Unavailable

    def check(self) -> None:
        """Raise the failure that opened the breaker, until its hold is over."""
        if self._until is not None and self._clock.now() < self._until:
            raise self._failure()

    def open(self, failure: Callable[[], Unavailable], hold_s: float) -> None:
        """Hold calls back for `hold_s` seconds from now."""
        self._failure = failure
        self._until = self._clock.now() + timedelta(seconds=hold_s)


@dataclass(frozen=True)
class Answer:
    """A response with status 200; `body` is hidden, it may hold a token or an openid."""

    content_type: str
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.content_type}, {len(self.body)} bytes)"

    @property
    def is_media(self) -> bool:
        """Whether this is a file. WeChat sends JSON errors as text/plain too."""
        return self.content_type != "application/json" and self.body.lstrip()[:1] != b"{"

    def fields(self) -> dict[str, Any]:
        """The JSON object in the body. Raises OutcomeUnknown when there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise OutcomeUnknown("no JSON object")
        return found

    @property
    def errcode(self) -> int:
        """0 for media, and for JSON without an errcode. Raises OutcomeUnknown as `fields`."""
        if self.is_media:
            return 0
        errcode = self.fields().get("errcode", 0)
        if not isinstance(errcode, int):
            raise OutcomeUnknown("errcode is no number")
        return errcode


def json_body(body: Mapping[str, Any]) -> bytes:
    """Raw UTF-8: WeChat would show \\uXXXX to the reader as it stands."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    timeout_s: float,
    params: Mapping[str, str] | None = None,
    body: bytes | None = None,
    content_type: str = "application/json",
    max_bytes: int = JSON_ANSWER_MAX_BYTES,
) -> Answer:
    """One request and the whole answer within `timeout_s`.

    Raises NotReached, OutcomeUnknown, TooLarge when the answer has more than `max_bytes`.
    """
    failure: Unavailable = NotReached()
    now = asyncio.get_running_loop().time
    ends = now() + timeout_s
    for _ in range(CONNECT_TRIES):
        try:
            async with session.request(
                method,
                url,
                params=params,
                data=io.BytesIO(body) if body is not None else None,
                headers={"Content-Type": content_type} if body is not None else None,
                timeout=aiohttp.ClientTimeout(
                    total=ends - now(), connect=timeout_s * CONNECT_SHARE
                ),
                allow_redirects=False,
            ) as response:
                if response.status == 200:
                    return Answer(response.content_type, await _read(response.content, max_bytes))
                failure = OutcomeUnknown(f"status {response.status}")
        except aiohttp.ConnectionTimeoutError as error:
            failure = NotReached(type(error).__name__)
            continue
        except aiohttp.ClientConnectorError as error:
            failure = NotReached(type(error).__name__)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            failure = OutcomeUnknown(type(error).__name__)
        break
    raise failure


async def _read(stream: aiohttp.StreamReader, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge("answer")
    return bytes(body)
