"""The login page of WeChat in a resident's browser: here, whoever it is to be is chosen on it.

Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from connectors.wechat.sim.simulator import Simulator

PAGE = Path(__file__).parent / "authorize.html"
PATH, CHOSEN_PATH = "/connect/oauth2/authorize", "/connect/oauth2/chosen"
_STATE = re.compile(r"[a-zA-Z0-9]{0,128}", re.ASCII)


class Mistaken(Exception):
    """WeChat says so on a page instead of going on; its words are for the resident."""


def routes(sim: Simulator) -> list[web.RouteDef]:
    """The page, and where it goes on."""
    return [web.get(PATH, partial(_ask, sim)), web.get(CHOSEN_PATH, partial(_return, sim))]


async def _ask(sim: Simulator, request: web.Request) -> web.StreamResponse:
    try:
        _check(sim, request.query)
    except Mistaken as mistake:
        return web.Response(text=str(mistake))
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in request.query.items()
    )
    choices = "".join(
        f'<button name="openid" value="{escape(openid)}">{escape(openid)}</button>'
        for openid in sim.users
    )
    page = Template(PAGE.read_text()).substitute(hidden=hidden, path=CHOSEN_PATH, choices=choices)
    return web.Response(text=page, content_type="text/html")


async def _return(sim: Simulator, request: web.Request) -> web.StreamResponse:
    query, openid = request.query, request.query.get("openid", "")
    try:
        _check(sim, query)
    except Mistaken as mistake:
        return web.Response(text=str(mistake))
    if openid not in sim.users:
        return web.Response(text="没有这位用户")
    code = sim.login_code(openid, is_snapshot="snapshot" in query)
    back = query["redirect_uri"]
    more = urlencode({"code": code, "state": query.get("state", "")})
    raise web.HTTPFound(f"{back}{'&' if '?' in back else '?'}{more}")


def _check(sim: Simulator, query: Mapping[str, str]) -> None:
    """Raises Mistaken."""
    if query.get("appid") != sim.appid:
        raise Mistaken("appid 参数错误，错误码：10013")
    back = urlsplit(query.get("redirect_uri", ""))
    if back.scheme not in {"http", "https"} or not back.hostname:
        raise Mistaken("redirect_uri 参数错误")
    if back.hostname != sim.login_domain:
        raise Mistaken("redirect_uri 域名与后台配置不一致，错误码：10003")
    if query.get("response_type") != "code":
        raise Mistaken("response_type 参数错误")
    if query.get("scope") != "snsapi_base":
        raise Mistaken("scope 参数错误或没有 scope 权限，错误码：10005")
    if not _STATE.fullmatch(query.get("state", "")):
        raise Mistaken("state 参数错误：至多 128 个字母和数字")
