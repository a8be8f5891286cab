"""What WeCom's errcodes ask of us, and what a message that never arrived tells.

Where an errcode of the official account's API has another meaning here, this table stands.
Source: https://developer.work.weixin.qq.com/document/path/90313
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from connectors.wechat.errors import Action, WeChatError

BAD_PULL_TOKEN = 95007
"The token of a callback is unknown, or older than 10 minutes"

ACTIONS: Mapping[int, Action] = {
    -1: Action.RETRY,
    40014: Action.TOKEN,
    42001: Action.TOKEN,
    40001: Action.PAGE_OPERATOR,  # the secret
    40013: Action.PAGE_OPERATOR,  # the corpid
    48002: Action.PAGE_OPERATOR,  # the app is not among those that may call the API
    60011: Action.PAGE_OPERATOR,  # the app may not manage this customer-service account
    60020: Action.PAGE_OPERATOR,  # the gateway's address is not among the trusted ones
    95017: Action.PAGE_OPERATOR,  # the API switch of customer service is off
    40096: Action.UNREACHABLE,
    95001: Action.QUOTA_USED,
    95002: Action.WINDOW_CLOSED,
    95013: Action.WINDOW_CLOSED,  # the session has ended
    95018: Action.WINDOW_CLOSED,  # a seat of WeCom's has the session, or it waits for one
    45009: Action.RATE_LIMITED,
    45033: Action.RATE_LIMITED,
    45002: Action.TOO_LARGE,
    40004: Action.UPLOAD_AGAIN,
    40007: Action.UPLOAD_AGAIN,
}
"Any other errcode is RECORD"


class WeComError(WeChatError):
    """WeCom refused, so nothing was done."""

    actions: ClassVar[Mapping[int, Action]] = ACTIONS
    daily_limit: ClassVar[int | None] = None


COME_WITH_NEXT_WORDS = frozenset({0, 4, 5, 6})
"""Failures of a message that was taken (`fail_type`) after which it may go when the resident writes.

0: unknown; 4: 48 h are over; 5: the session was closed; 6: five were sent. The others (an account
that was deleted, a resident who refuses, words that are forbidden) would only fail again.
Source: https://developer.work.weixin.qq.com/document/path/94670
"""
