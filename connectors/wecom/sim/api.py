"""The API of the simulated WeCom over HTTP: every answer by WeCom's rules, faults as ordered."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.refusals import Refused as ShelfRefused
from connectors.wecom.client import ServiceState
from connectors.wecom.sim.refusals import Refused, refusal
from connectors.wecom.sim.simulator import Simulator

TEXT_MAX_BYTES = 2048
UPLOAD_MAX_BYTES = 16 * 1024 * 1024
_MSGID = re.compile(r"[0-9a-zA-Z_-]{0,32}")

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
    app = web.Application(client_max_size=UPLOAD_MAX_BYTES)
    for name, api in APIS.items():
        app.router.add_route("*", f"/cgi-bin/{name}", partial(_serve, sim, name, api))
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
        return web.json_response(refusal(fault.errcode))
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
        answer = refusal(refused.errcode, refused.words)
    except ShelfRefused as refused:
        answer = refusal(refused.errcode)
    return answer if isinstance(answer, web.Response) else web.json_response(answer)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _done(**fields: Any) -> Fields:
    return {"errcode": 0, "errmsg": "ok", **fields}


async def _asked(request: web.Request) -> Fields:
    """The object in the body. Raises Refused 47001."""
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refused(47001) from None
    if not isinstance(found, dict):
        raise Refused(47001)
    return found


async def _gettoken(sim: Simulator, request: web.Request) -> Fields:
    if request.query.get("corpid") != sim.corpid:
        raise Refused(40013)
    if request.query.get("corpsecret") != sim.secret:
        raise Refused(40001)
    value, seconds = sim.tokens.give()
    return _done(access_token=value, expires_in=seconds)


async def _sync_msg(sim: Simulator, request: web.Request) -> Fields:
    asked = await _asked(request)
    _account(sim, asked)
    cursor, token = str(asked.get("cursor", "")), str(asked.get("token", ""))
    if len(cursor) > 64 or len(token) > 128 or asked.get("voice_format", 0) not in {0, 1}:
        raise Refused(40058)
    return sim.history.pull(cursor, token, asked.get("limit", 1000))


async def _send_msg(sim: Simulator, request: web.Request) -> Fields:
    asked = await _asked(request)
    _account(sim, asked)
    msgid, kind = str(asked.get("msgid", "")), asked.get("msgtype")
    if not _MSGID.fullmatch(msgid):
        raise Refused(40058, "msgid exceed max length")
    if kind not in {"text", "image", "msgmenu"}:
        raise Refused(40008)
    inside = asked.get(kind)
    if not isinstance(inside, dict):
        raise Refused(40058)
    content = _content(sim, kind, inside)
    return _done(msgid=sim.sent(str(asked.get("touser")), msgid, kind, content))


def _content(sim: Simulator, kind: str, inside: Fields) -> str:
    if kind == "text":
        return _words(inside.get("content"))
    if kind == "msgmenu":
        return _menu(inside)
    return sim.shelf.find(str(inside.get("media_id")), kind).media_id


def _words(written: object) -> str:
    if not isinstance(written, str) or not written:
        raise Refused(44004)
    if len(written.encode()) > TEXT_MAX_BYTES:
        raise Refused(45002)
    return written


def _menu(inside: Fields) -> str:
    """Head, one line for each entry, tail."""
    lines = [inside.get("head_content", "")]
    for entry in inside.get("list", []):
        click = entry.get("click") if entry.get("type") == "click" else None
        if not isinstance(click, dict) or click.keys() != {"id", "content"}:
            raise Refused(40058)
        lines.append(f"[{click['id']}] {click['content']}")
    lines.append(inside.get("tail_content", ""))
    return _words("\n".join(line for line in lines if line))


async def _send_on_event(sim: Simulator, request: web.Request) -> Fields:
    asked = await _asked(request)
    if asked.get("msgtype") != "text" or not isinstance(asked.get("text"), dict):
        raise Refused(40008)
    sim.welcomed(str(asked.get("code")), _words(asked["text"].get("content")))
    return _done(msgid="of-the-event")


async def _state(sim: Simulator, request: web.Request) -> Fields:
    asked = await _asked(request)
    _account(sim, asked)
    state = sim.known(str(asked.get("external_userid"))).state
    return _done(service_state=int(state), servicer_userid="zhangsan" if state == 3 else "")


async def _trans(sim: Simulator, request: web.Request) -> Fields:
    asked = await _asked(request)
    _account(sim, asked)
    state = asked.get("service_state")
    if state not in list(ServiceState) or (state == 3 and not asked.get("servicer_userid")):
        raise Refused(40058)
    sim.known(str(asked.get("external_userid"))).become(ServiceState(state))
    return _done() | ({"msg_code": "code-of-the-change"} if state == ServiceState.POOL else {})


async def _media(sim: Simulator, request: web.Request) -> Fields | web.Response:
    kept = sim.shelf.find(request.query.get("media_id", ""))
    return web.Response(body=kept.data, content_type="application/octet-stream")


async def _upload(sim: Simulator, request: web.Request) -> Fields:
    part = (await request.post()).get("media")
    if not isinstance(part, web.FileField):
        raise Refused(41005)
    kept = sim.shelf.upload(request.query.get("type", ""), part.file.read())
    at = str(int(kept.at.timestamp()))
    return _done(type=kept.kind, media_id=kept.media_id, created_at=at)


def _account(sim: Simulator, asked: Fields) -> None:
    if asked.get("open_kfid") != sim.open_kfid:
        raise Refused(95000)


APIS = {
    "gettoken": Api("GET", _gettoken, needs_token=False),
    "kf/sync_msg": Api("POST", _sync_msg),
    "kf/send_msg": Api("POST", _send_msg),
    "kf/send_msg_on_event": Api("POST", _send_on_event),
    "kf/service_state/get": Api("POST", _state),
    "kf/service_state/trans": Api("POST", _trans),
    "media/get": Api("GET", _media),
    "media/upload": Api("POST", _upload),
}
