"""The API of the simulated WeChat over HTTP: every answer by WeChat's rules, faults as ordered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from connectors.wechat.sim import authorize
from connectors.wechat.sim.calls import APIS, Api, Fields
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.refusals import Refused, refusal
from connectors.wechat.sim.simulator import Simulator

BODY_MAX_BYTES = 12 * 1024 * 1024


def application(sim: Simulator, routes: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
    """The server, with more `routes` beside the API; it may be started for any number of clients."""
    app = web.Application(client_max_size=BODY_MAX_BYTES)
    for name, api in APIS.items():
        path = f"/{name}" if name.startswith("sns/") else f"/cgi-bin/{name}"
        app.router.add_route("*", path, partial(_serve, sim, name, api))
    app.add_routes([*authorize.routes(sim), *routes])
    return app


@asynccontextmanager
async def serving(
    sim: Simulator, *, port: int = 0, routes: Iterable[web.AbstractRouteDef] = ()
) -> AsyncIterator[str]:
    """Serve on 127.0.0.1; yields the base URL. Addresses hold tokens, so there is no access log."""
    runner = web.AppRunner(
        application(sim, routes), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
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
    response = await _answer(sim, name, api, request)
    if fault == Reset(done=True):
        return _cut(request)
    if isinstance(fault, Delay):
        await asyncio.sleep(fault.seconds)
    return response


async def _answer(sim: Simulator, name: str, api: Api, request: web.Request) -> web.Response:
    try:
        if not name.startswith("sns/"):
            sim.check_address(request.remote or "")
        if request.method != api.method:
            raise Refused(43002 if api.method == "POST" else 43001)
        if api.needs_token:
            sim.tokens.check(request.query.get("access_token", ""))
        sim.count(name)
        answer = await api.handler(sim, request)
    except Refused as refused:
        answer = refusal(refused.errcode, refused.words)
    return answer if isinstance(answer, web.Response) else _json(answer)


def _json(fields: Fields) -> web.Response:
    """WeChat calls its JSON text/plain in many places."""
    return web.json_response(fields, content_type="text/plain")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
