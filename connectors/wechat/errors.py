"""How calls to WeChat fail: one table of errcodes, typed errors that quote nothing, the holds that follow.

    Unavailable
    ├── WeChatError        WeChat answered with an errcode: nothing was done
    ├── NotReached         the request never arrived: nothing was done
    └── OutcomeUnknown     cut off before the answer: it may have been done, or not

aiohttp's own errors are met in `exchange` and nowhere else. Some of them quote the address, which
holds the access token, so ours are raised apart from them, without a chain.
Source: https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html
"""

from __future__ import annotations

import enum
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from community.errors import TooLarge, Unavailable
from community.times import Clock, local

API_URL = "https://api.weixin.qq.com"
CONNECT_SHARE = 0.4
"Of a request's deadline, what finding a connection may take; late in that nothing was sent"
JSON_ANSWER_MAX_BYTES = 1024 * 1024


class Action(enum.StrEnum):
    """What an errcode asks of us."""

    RETRY = "retry"
    "Busy: the same call again after 1, 2 and 4 seconds, later from the queue"
    TOKEN = "token"  # noqa: S105 - an action, not a token
    "The access token is refused: a new one, and the call once more"
    PAGE_OPERATOR = "page_operator"
    "Address list, secret or approval: an operator must mend it"
    UNREACHABLE = "unreachable"
    "This reader cannot be written to"
    WINDOW_CLOSED = "window_closed"
    "Hold the words until the reader writes again"
    QUOTA_USED = "quota_used"
    "As WINDOW_CLOSED, but the window is open and all its messages are used"
    RATE_LIMITED = "rate_limited"
    "This API rests: for a minute (45011) or for the day (45009)"
    TOO_LARGE = "too_large"
    "Send it in parts"
    UPLOAD_AGAIN = "upload_again"
    "The media id is unknown, expired or of another type: upload once more"
    NO_RIGHT = "no_right"
    "The account may not: switch the feature off and write text"
    IGNORE = "ignore"
    LOGIN_AGAIN = "login_again"
    "Start the login anew, once"
    RECORD = "record"
    "Write it down; the same call will fail again"


ACTIONS: Mapping[int, Action] = {
    -1: Action.RETRY,
    40001: Action.TOKEN,
    40014: Action.TOKEN,
    42001: Action.TOKEN,
    40013: Action.PAGE_OPERATOR,
    40125: Action.PAGE_OPERATOR,
    40164: Action.PAGE_OPERATOR,
    40243: Action.PAGE_OPERATOR,
    89503: Action.PAGE_OPERATOR,
    40003: Action.UNREACHABLE,
    43004: Action.UNREACHABLE,
    43019: Action.UNREACHABLE,
    48002: Action.UNREACHABLE,
    50005: Action.UNREACHABLE,
    45015: Action.WINDOW_CLOSED,
    45047: Action.QUOTA_USED,
    45009: Action.RATE_LIMITED,
    45011: Action.RATE_LIMITED,
    45001: Action.TOO_LARGE,
    45002: Action.TOO_LARGE,
    40004: Action.UPLOAD_AGAIN,
    40007: Action.UPLOAD_AGAIN,
    40200: Action.NO_RIGHT,
    48001: Action.NO_RIGHT,
    48008: Action.NO_RIGHT,
    45080: Action.IGNORE,
    45081: Action.IGNORE,
    40029: Action.LOGIN_AGAIN,
    40163: Action.LOGIN_AGAIN,
    42003: Action.LOGIN_AGAIN,
    40037: Action.RECORD,
    43101: Action.RECORD,
    47003: Action.RECORD,
}
"Any other errcode is RECORD"

DAILY_LIMIT = 45009
HOLD_S = 60.0
"How long calls rest after PAGE_OPERATOR and 45011"


def action_of(errcode: int) -> Action:
    """What to do about an errcode other than 0."""
    return ACTIONS.get(errcode, Action.RECORD)


class WeChatError(Unavailable):
    """WeChat refused, so nothing was done. Its own `errmsg` is dropped: it may quote anything."""

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        self.action = action_of(errcode)
        self.retryable = self.action is Action.RETRY
        super().__init__(f"errcode {errcode}: {self.action}")


class NotReached(Unavailable):
    """Nothing was done; the same call may be made again."""


class OutcomeUnknown(Unavailable):
    """It may have been done. Only a call that carries an id of its own may be made again."""

    retryable = False


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


def hold_s(errcode: int, now: datetime) -> float | None:
    """How long calls of an API rest after this errcode; None when they go on.

    Daily limits end at midnight in China.
    """
    if errcode == DAILY_LIMIT:
        today = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=1) - now).total_seconds()
    if action_of(errcode) in {Action.RATE_LIMITED, Action.PAGE_OPERATOR}:
        return HOLD_S
    return None


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
    failure: Unavailable
    try:
        async with session.request(
            method,
            url,
            params=params,
            data=io.BytesIO(body) if body is not None else None,
            headers={"Content-Type": content_type} if body is not None else None,
            timeout=aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s * CONNECT_SHARE),
            allow_redirects=False,
        ) as response:
            if response.status == 200:
                return Answer(response.content_type, await _read(response.content, max_bytes))
            failure = OutcomeUnknown(f"status {response.status}")
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        failure = NotReached(type(error).__name__)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        failure = OutcomeUnknown(type(error).__name__)
    raise failure


async def _read(stream: aiohttp.StreamReader, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge("answer")
    return bytes(body)
