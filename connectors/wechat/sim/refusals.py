"""What the simulator says when it refuses: an errcode with WeChat's own words for it."""

from __future__ import annotations

from typing import Any

WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40023: "invalid sub button size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid args",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    41005: "media data missing",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44001: "empty media data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit mustslower retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45080: "不在交互时间内，不可下发输入状态",
    45081: "已经在输入状态，不可重复下发",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    65401: "invalid custom service account",
}


class Refused(Exception):
    """The call is answered with this errcode."""

    def __init__(self, errcode: int) -> None:
        super().__init__(str(errcode))
        self.errcode = errcode


def refusal(errcode: int) -> dict[str, Any]:
    """The JSON of a refusal."""
    return {"errcode": errcode, "errmsg": f"{WORDS.get(errcode, 'error')} rid: 642e8b67-626acf26"}
