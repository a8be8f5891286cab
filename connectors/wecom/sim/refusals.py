"""What the simulator says when it refuses: an errcode with WeCom's own words for it."""

from __future__ import annotations

from typing import Any

WORDS = {
    -1: "system error",
    40001: "invalid credential",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40058: "invalid Request Parameter",
    40096: "invalid external userid",
    41001: "access_token missing",
    41005: "missing media data",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    44001: "empty media data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    47001: "data format error",
    48002: "api forbidden",
    60020: "not allow to access from your ip",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95007: "invalid msg token",
    95013: "conversation end",
    95016: "not allowed to change service state",
    95018: "send msg session status invalid",
}
REPEATED_MSGID = 40058
"Not documented: that a known msgid is refused is, and with which errcode is not"


class Refused(Exception):
    """The call is answered with this errcode."""

    def __init__(self, errcode: int, words: str = "") -> None:
        super().__init__(str(errcode))
        self.errcode = errcode
        self.words = words


def refusal(errcode: int, words: str = "") -> dict[str, Any]:
    """The JSON of a refusal."""
    said = words or WORDS.get(errcode, "error")
    hint = "hint: [1750671663464083173076547], from ip: 203.0.113.7, more info at "
    link = f"https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    return {"errcode": errcode, "errmsg": f"{said}, {hint}{link}"}
