"""What each API of the simulated WeChat does with a call that was let through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from connectors.wechat.sim.menus import check_menu, shown
from connectors.wechat.sim.messages import read_message
from connectors.wechat.sim.refusals import Refused
from connectors.wechat.sim.requests import has_escapes, read_json
from connectors.wechat.sim.simulator import CALLBACK_ADDRESSES, Simulator
from connectors.wechat.sim.users import User

OPERATORS = {"CHINANET", "UNICOM", "CAP", "DEFAULT"}
"Whose networks an address may be checked from"

Fields = dict[str, Any]
Handler = Callable[[Simulator, web.Request], Awaitable[Fields | web.Response]]


@dataclass(frozen=True)
class Api:
    """How one API is called."""

    method: str
    handler: Handler
    needs_token: bool = True


def _done(**fields: Any) -> Fields:
    return {"errcode": 0, "errmsg": "ok", **fields}


def _identify(sim: Simulator, appid: object, secret: object) -> None:
    if appid != sim.appid:
        raise Refused(40013)
    if secret != sim.secret:
        raise Refused(40125)


async def _stable_token(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    if asked.get("grant_type") != "client_credential":
        raise Refused(40002)
    _identify(sim, asked.get("appid"), asked.get("secret"))
    issued = sim.tokens.stable(force=asked.get("force_refresh") is True)
    return {"access_token": issued.value, "expires_in": issued.expires_in(sim.clock.now())}


async def _plain_token(sim: Simulator, request: web.Request) -> Fields:
    if request.query.get("grant_type") != "client_credential":
        raise Refused(40002)
    _identify(sim, request.query.get("appid"), request.query.get("secret"))
    issued = sim.tokens.plain()
    return {"access_token": issued.value, "expires_in": issued.expires_in(sim.clock.now())}


async def _login(sim: Simulator, request: web.Request) -> Fields:
    if request.query.get("grant_type") != "authorization_code":
        raise Refused(40002)
    _identify(sim, request.query.get("appid"), request.query.get("secret"))
    coming = sim.logins.use(request.query.get("code", ""))
    answer: Fields = {
        "access_token": "not-the-api-token",
        "expires_in": 7200,
        "refresh_token": "not-used",
        "openid": coming.openid,
        "scope": "snsapi_base",
    }
    return answer | ({"is_snapshotuser": 1} if coming.is_snapshot else {})


async def _custom_send(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    user = _reader(sim, asked)
    message = read_message(asked, sim.shelf, sim.kf_accounts)
    user.ledger.spend()
    user.see(message.kind, message.content, message.author)
    return _done()


async def _typing(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    user = _reader(sim, asked)
    if asked.get("command") == "Typing":
        user.start_typing()
    elif asked.get("command") == "CancelTyping":
        user.stop_typing()
    else:
        raise Refused(40035)
    return _done()


async def _template_send(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    user = _reader(sim, asked)
    words = sim.notices.words(asked.get("template_id"), asked.get("data"))
    if not user.follows:
        raise Refused(43004)
    openid, client_msg_id = str(asked["touser"]), str(asked.get("client_msg_id", ""))
    msg_id = sim.notices.repeated(openid, client_msg_id)
    if msg_id is None:
        msg_id = sim.notices.send(openid, client_msg_id, blocked=user.blocks_notices)
        if not user.blocks_notices:
            user.see("template", words)
    return _done(msgid=msg_id)


async def _subscribe_send(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    user = _reader(sim, asked)
    words = sim.notices.words(asked.get("template_id"), asked.get("data"))
    sim.notices.use_consent(str(asked["touser"]), str(asked["template_id"]))
    user.see("subscribe", words)
    return _done()


async def _upload(sim: Simulator, request: web.Request) -> Fields:
    part = (await request.post()).get("media")
    if not isinstance(part, web.FileField):
        raise Refused(41005)
    kept = sim.shelf.upload(request.query.get("type", ""), part.file.read())
    return {"type": kept.kind, "media_id": kept.media_id, "created_at": int(kept.at.timestamp())}


async def _get_media(sim: Simulator, request: web.Request) -> Fields | web.Response:
    kept = sim.shelf.find(request.query.get("media_id", ""))
    if kept.kind == "video":
        return {"video_url": "http://203.0.113.1/video"}
    return web.Response(body=kept.data, content_type=kept.content_type)


async def _create_menu(sim: Simulator, request: web.Request) -> Fields:
    raw = await request.read()
    if has_escapes(raw):
        raise Refused(40033)
    sim.menu = check_menu(read_json(raw).get("button"))
    return _done()


async def _menu(sim: Simulator, request: web.Request) -> Fields:
    if not sim.menu:
        raise Refused(46003)
    return {"menu": {"button": [{"sub_button": []} | button for button in sim.menu]}}


async def _shown_menu(sim: Simulator, request: web.Request) -> Fields:
    inside = {"selfmenu_info": {"button": shown(sim.menu)}} if sim.menu else {}
    return {"is_menu_open": int(bool(sim.menu))} | inside


async def _create_code(sim: Simulator, request: web.Request) -> Fields:
    code = sim.codes.create(read_json(await request.read()))
    answer: Fields = {"ticket": code.ticket, "url": f"http://weixin.qq.com/q/{code.ticket[:22]}"}
    return answer | ({"expire_seconds": code.expire_seconds} if code.expire_seconds else {})


async def _ticket(sim: Simulator, request: web.Request) -> Fields:
    if request.query.get("type") != "jsapi":
        raise Refused(40097)
    issued = sim.tickets.jsapi()
    return _done(ticket=issued.value, expires_in=issued.expires_in(sim.clock.now()))


async def _check_callback(sim: Simulator, request: web.Request) -> Fields:
    asked = read_json(await request.read())
    action, operator = asked.get("action"), asked.get("check_operator", "DEFAULT")
    if action not in {"dns", "ping", "all"}:
        raise Refused(40202)
    if operator not in OPERATORS:
        raise Refused(40203)
    found: Fields = {
        "dns": [{"ip": address, "real_operator": "UNICOM"} for address in sim.found_at],
        "ping": [
            {
                "ip": address,
                "from_operator": "UNICOM",
                "package_loss": sim.package_loss,
                "time": "8ms",
            }
            for address in sim.found_at
        ],
    }
    return {name: listed for name, listed in found.items() if action in {name, "all"}}


async def _callback_addresses(sim: Simulator, request: web.Request) -> Fields:
    return {"ip_list": list(CALLBACK_ADDRESSES)}


def _reader(sim: Simulator, asked: Fields) -> User:
    """Raises Refused 40003 for somebody whom this account never met."""
    openid = asked.get("touser")
    if not isinstance(openid, str) or openid not in sim.users:
        raise Refused(40003)
    return sim.users[openid]


APIS = {
    "stable_token": Api("POST", _stable_token, needs_token=False),
    "token": Api("GET", _plain_token, needs_token=False),
    "sns/oauth2/access_token": Api("GET", _login, needs_token=False),
    "message/custom/send": Api("POST", _custom_send),
    "message/custom/typing": Api("POST", _typing),
    "message/template/send": Api("POST", _template_send),
    "message/subscribe/bizsend": Api("POST", _subscribe_send),
    "media/upload": Api("POST", _upload),
    "media/get": Api("GET", _get_media),
    "menu/create": Api("POST", _create_menu),
    "menu/get": Api("GET", _menu),
    "get_current_selfmenu_info": Api("GET", _shown_menu),
    "qrcode/create": Api("POST", _create_code),
    "ticket/getticket": Api("GET", _ticket),
    "callback/check": Api("POST", _check_callback),
    "getcallbackip": Api("GET", _callback_addresses),
}
