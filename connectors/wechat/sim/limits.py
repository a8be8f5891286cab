"""Every API of the simulator, and how often WeChat lets it be called on one day.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/API_Call_Limits.html
"""

from __future__ import annotations

PER_DAY: dict[str, int | None] = {
    "stable_token": None,
    "token": None,
    "sns/oauth2/access_token": None,
    "message/custom/send": 500_000,
    "message/custom/typing": None,
    "message/template/send": 100_000,
    "message/subscribe/bizsend": None,
    "media/upload": 100_000,
    "media/get": 200_000,
    "menu/create": 1000,
    "menu/get": 10_000,
    "get_current_selfmenu_info": 10_000,
    "qrcode/create": 100_000,
    "ticket/getticket": None,
    "callback/check": None,
    "getcallbackip": None,
}
"By the address after /cgi-bin/; None for no documented one (tokens have theirs in `tokens`)"
