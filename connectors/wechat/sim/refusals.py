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
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid args",
    40037: "invalid template_id",
    40052: "invalid action name",
    40053: "invalid action info",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
    40165: "invalid weapp pagepath",
    40166: "invalid weapp appid",
    40200: "invalid account type",
    40202: "invalid check action",
    40203: "invalid check operator",
    40243: "appsecret is frozen, unfreeze it on the platform",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    42003: "oauth_code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44001: "empty media data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit mustslower retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45080: "不在交互时间内，不可下发输入状态",
    45081: "已经在输入状态，不可重复下发",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user block receive message",
    48008: "no permission for this msgtype",
    50005: "user is unsubscribed",
    65401: "invalid custom service account",
    89503: "not in whitelist, wait for the confirmation of the administrator",
}


class Refused(Exception):
    """The call is answered with this errcode, in `words` of its own or in the usual ones."""

    def __init__(self, errcode: int, words: str | None = None) -> None:
        super().__init__(str(errcode))
        self.errcode = errcode
        self.words = words


def refusal(errcode: int, words: str | None = None) -> dict[str, Any]:
    """The JSON of a refusal."""
    words = words or WORDS.get(errcode, "error")
    return {"errcode": errcode, "errmsg": f"{words} rid: 642e8b67-626acf26"}
