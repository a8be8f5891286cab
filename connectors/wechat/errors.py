"""How calls to WeChat fail: one table of errcodes, typed errors that quote nothing, the rest that follows.

    Unavailable
    ├── WeChatError        WeChat answered with an errcode: nothing was done
    ├── NotReached         the request never arrived: nothing was done
    └── OutcomeUnknown     cut off before the answer: it may have been done, or not

Source: https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from community.errors import Unavailable
from community.times import local


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


class WeChatError(Unavailable):
    """WeChat refused, so nothing was done. Its own `errmsg` is dropped: it may quote anything."""

    actions: ClassVar[Mapping[int, Action]] = ACTIONS
    "Of a platform whose errcodes mean something else, a subclass has its own"
    daily_limit: ClassVar[int | None] = DAILY_LIMIT
    "The errcode that says that all calls of the day are used"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        self.action = self.actions.get(errcode, Action.RECORD)
        self.retryable = self.action is Action.RETRY
        super().__init__(f"errcode {errcode}: {self.action}")

    def rest_s(self, now: datetime) -> float | None:
        """How long calls of its API rest after it, in seconds; None when they go on.

        Daily limits end at midnight in China.
        """
        if self.errcode == self.daily_limit:
            today = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
            return (today + timedelta(days=1) - now).total_seconds()
        if self.action in {Action.RATE_LIMITED, Action.PAGE_OPERATOR}:
            return HOLD_S
        return None


class NotReached(Unavailable):
    """Nothing was done; the same call may be made again."""


class OutcomeUnknown(Unavailable):
    """It may have been done. Only a call that carries an id of its own may be made again."""

    retryable = False
