"""A menu as WeChat takes it: three buttons, five below each, every one of a known type and size.

Source: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.wechat.sim.refusals import Refused

BUTTONS, SUB_BUTTONS = 3, 5
KEY_MAX_BYTES, URL_MAX_BYTES = 128, 1024
KEYED = {
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
    "pic_weixin", "location_select",
}  # fmt: skip
MATERIAL = {"media_id", "view_limited", "article_id", "article_view_limited"}
"Types that show permanent material, of which there is none here"

Button = dict[str, Any]


@dataclass(frozen=True)
class Level:
    """A level of the menu: the longest name in bytes, and the errcodes of what is wrong on it."""

    name_bytes: int
    bad_type: int
    bad_name: int
    bad_key: int
    bad_url: int
    bad_domain: int


TOP = Level(16, 40017, 40018, 40019, 40020, 40055)
BELOW = Level(60, 40024, 40025, 40026, 40027, 40054)


def check_menu(buttons: object) -> list[Button]:
    """The buttons. Raises Refused 40007, 40016 to 40020, 40022 to 40027, 40054, 40055, 40165, 40166."""
    if not isinstance(buttons, list) or not 0 < len(buttons) <= BUTTONS:
        raise Refused(40016)
    for button in buttons:
        if not isinstance(button, dict):
            raise Refused(40016)
        below = button.get("sub_button", [])
        if not isinstance(below, list) or len(below) > SUB_BUTTONS:
            raise Refused(40023)
        if not below:
            _check(button, TOP)
            continue
        _check_name(button, TOP)
        for one in below:
            if not isinstance(one, dict):
                raise Refused(40023)
            if one.get("sub_button"):
                raise Refused(40022)
            _check(one, BELOW)
    return buttons


def shown(buttons: list[Button]) -> list[Button]:
    """The buttons as `get_current_selfmenu_info` has them: what is below is a list in an object."""
    return [
        button | {"sub_button": {"list": button["sub_button"]}}
        if button.get("sub_button")
        else button
        for button in buttons
    ]


def _check(button: Button, level: Level) -> None:
    _check_name(button, level)
    kind = button.get("type")
    if kind in MATERIAL:
        raise Refused(40007)
    if kind in KEYED:
        _check_size(button.get("key"), KEY_MAX_BYTES, level.bad_key)
    elif kind in {"view", "miniprogram"}:
        url = _check_size(button.get("url"), URL_MAX_BYTES, level.bad_url)
        if not url.startswith(("http://", "https://")):
            raise Refused(level.bad_domain)
        if kind == "miniprogram":
            _check_size(button.get("appid"), KEY_MAX_BYTES, 40166)
            _check_size(button.get("pagepath"), URL_MAX_BYTES, 40165)
    else:
        raise Refused(level.bad_type)


def _check_name(button: Button, level: Level) -> None:
    _check_size(button.get("name"), level.name_bytes, level.bad_name)


def _check_size(written: object, most_bytes: int, errcode: int) -> str:
    if not isinstance(written, str) or not 0 < len(written.encode()) <= most_bytes:
        raise Refused(errcode)
    return written
