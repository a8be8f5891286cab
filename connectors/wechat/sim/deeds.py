"""What a person can do on the page, each a form that becomes a push."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from math import isfinite
from pathlib import PurePath

from aiohttp import web

from connectors.wechat.sim.codes import SCENE_MAX_CHARACTERS, TEMPORARY
from connectors.wechat.sim.faults import Delay, Fault, Refuse, Reset
from connectors.wechat.sim.pushes import Pushes

Form = Mapping[str, "str | bytes | bytearray | web.FileField"]
Deed = Callable[[Pushes, str, Form], Awaitable[object]]

CLIP_FORMATS = {".amr": "amr", ".mp3": "mp3", ".silk": "amr"}
TIMES_MAX = 1000
FIRST_DEEDS = {"follow", "scan"}
"What somebody can do who does not follow"


class Mistaken(Exception):
    """The form cannot be done; its words are for the person at the page."""


def deed_of(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    """What the form asks for, not yet begun. Raises Mistaken."""
    deed = text(form, "deed")
    do = DEEDS.get(deed)
    if do is None:
        raise Mistaken("没有这件事可做")
    if deed not in FIRST_DEEDS and not pushes.sim.meet(openid).follows:
        raise Mistaken("先关注，或扫码")
    return do(pushes, openid, form)


def break_as_told(pushes: Pushes, form: Form) -> None:
    """Lose answers, let calls meet a fault, or end all that. Raises Mistaken."""
    sim, times = pushes.sim, int(number(form, "times"))
    if not 0 <= times <= TIMES_MAX:
        raise Mistaken(f"次数在 0 到 {TIMES_MAX} 之间")
    match text(form, "what"):
        case "lose":
            pushes.lose_answers = times
        case "overtake":
            pushes.overtake_next()
        case "revoke":
            sim.revoke_tokens()
        case "clear":
            pushes.lose_answers = 0
            sim.faults.clear()
        case "inject":
            try:
                sim.inject(text(form, "api"), _fault(form), times)
            except ValueError:
                raise Mistaken("没有这个接口") from None
        case _:
            raise Mistaken("没有这种故障")


def text(form: Form, name: str) -> str:
    """Raises Mistaken for an empty one."""
    value = form.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Mistaken(f"缺少 {name}")
    return value


def number(form: Form, name: str) -> float:
    """Raises Mistaken."""
    try:
        value = float(text(form, name))
    except ValueError:
        raise Mistaken(f"{name} 不是数") from None
    if not isfinite(value):
        raise Mistaken(f"{name} 不是数")
    return value


def _file(form: Form) -> web.FileField:
    value = form.get("file")
    if not isinstance(value, web.FileField):
        raise Mistaken("没有选文件")
    return value


def _fault(form: Form) -> Fault:
    match text(form, "fault"):
        case "reset":
            return Reset()
        case "reset_after":
            return Reset(done=True)
        case "delay":
            return Delay(number(form, "detail"))
        case "refuse":
            return Refuse(int(number(form, "detail")))
        case _:
            raise Mistaken("没有这种故障")


def _say(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    return pushes.say(openid, text(form, "text"))


def _choose(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    return pushes.tap_choice(openid, text(form, "id"), text(form, "label"))


def _send_image(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    return pushes.send_image(openid, _file(form).file.read())


def _send_voice(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    clip = _file(form)
    format = CLIP_FORMATS.get(PurePath(clip.filename).suffix.lower())
    if format is None:
        raise Mistaken(f"语音只能是 {'、'.join(CLIP_FORMATS)} 文件")
    return pushes.send_voice(openid, clip.file.read(), format=format)


def _send_location(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    latitude, longitude = number(form, "latitude"), number(form, "longitude")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Mistaken("没有这样的经纬度")
    return pushes.send_location(openid, latitude, longitude, label=str(form.get("label", "")))


def _follow(pushes: Pushes, openid: str, _: Form) -> Awaitable[object]:
    return pushes.follow(openid)


def _unfollow(pushes: Pushes, openid: str, _: Form) -> Awaitable[object]:
    return pushes.unfollow(openid)


def _scan(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    """A code with this scene; it is made when the account has made none."""
    scene = text(form, "scene")
    for code in pushes.sim.codes.valid():
        if code.scene == scene:
            return pushes.scan(openid, code.ticket)
    if len(scene) > SCENE_MAX_CHARACTERS:
        raise Mistaken(f"场景值至多 {SCENE_MAX_CHARACTERS} 个字")
    asked = {"action_name": TEMPORARY, "action_info": {"scene": {"scene_str": scene}}}
    return pushes.scan(openid, pushes.sim.codes.create(asked).ticket)


def _tap_menu(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    return pushes.tap_menu(openid, text(form, "key"))


def _view(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    return pushes.view(openid, text(form, "url"))


def _scan_from_menu(pushes: Pushes, openid: str, form: Form) -> Awaitable[object]:
    waits = text(form, "type") == "scancode_waitmsg"
    return pushes.scan_from_menu(openid, text(form, "key"), text(form, "result"), waits=waits)


DEEDS: dict[str, Deed] = {
    "say": _say,
    "choose": _choose,
    "image": _send_image,
    "voice": _send_voice,
    "location": _send_location,
    "follow": _follow,
    "unfollow": _unfollow,
    "scan": _scan,
    "click": _tap_menu,
    "view": _view,
    "scancode": _scan_from_menu,
}
