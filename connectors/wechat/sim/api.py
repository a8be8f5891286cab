"""The API of the simulated WeChat over HTTP: every answer by WeChat's rules, faults as ordered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.messages import read_message
from connectors.wechat.sim.refusals import Refused, refusal
from connectors.wechat.sim.requests import has_escapes, read_json
from connectors.wechat.sim.simulator import CALLBACK_ADDRESSES, Simulator
from connectors.wechat.sim.users import User

BODY_MAX_BYTES = 12 * 1024 * 1024
MENU_BUTTONS, MENU_SUB_BUTTONS = 3, 5

Fields = dict[str, Any]
Handler = Callable[[Simulator, web.Request], Awaitable[Fields | web.Response]]


@dataclass(frozen=True)
class Api:
    """How one API is called."""

    method: str
    handler: Handler
    needs_token: bool = True


def application(sim: Simulator) -> web.Application:
    """The server; it may be started for any number of clients."""
    app = web.Application(client_max_size=BODY_MAX_BYTES)
    for name, api in APIS.items():
        path = f"/{name}" if name.startswith("sns/") else f"/cgi-bin/{name}"
        app.router.add_route("*", path, partial(_serve, sim, name, api))
    return app


@asynccontextmanager
async def serving(sim: Simulator, *, port: int = 0) -> AsyncIterator[str]:
    """Serve on 127.0.0.1; yields the base URL. Addresses hold tokens, so there is no access log."""
    runner = web.AppRunner(
        application(sim), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, bound = runner.addresses[0][:2]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()


async def _serve(sim: Simulator, name: str, api: Api, request: web.Request) -> web.StreamResponse:
    sim.calls[name] += 1
    fault = sim.faults.take(name)
    if isinstance(fault, Refuse):
        return _json(refusal(fault.errcode))
    if fault == Reset(done=False):
        return _cut(request)
    response = await _answer(sim, api, request)
    if fault == Reset(done=True):
        return _cut(request)
    if isinstance(fault, Delay):
        await asyncio.sleep(fault.seconds)
    return response


async def _answer(sim: Simulator, api: Api, request: web.Request) -> web.Response:
    try:
        if request.method != api.method:
            raise Refused(43002 if api.method == "POST" else 43001)
        if api.needs_token:
            sim.tokens.check(request.query.get("access_token", ""))
        answer = await api.handler(sim, request)
    except Refused as refused:
        answer = refusal(refused.errcode)
    return answer if isinstance(answer, web.Response) else _json(answer)


def _json(fields: Fields) -> web.Response:
    """WeChat calls its JSON text/plain in many places."""
    return web.json_response(fields, content_type="text/plain")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


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
    buttons = read_json(raw).get("button")
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MENU_BUTTONS:
        raise Refused(40016)
    for button in buttons:
        below = button.get("sub_button", []) if isinstance(button, dict) else None
        if not isinstance(below, list) or len(below) > MENU_SUB_BUTTONS:
            raise Refused(40023)
    sim.menu = buttons
    return _done()


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
    "getcallbackip": Api("GET", _callback_addresses),
}
