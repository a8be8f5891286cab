"""The way of a login: to WeChat, back with a code, then the household's code, and the home is bound.

A visit is named by its `state`: random, in a cookie of these pages, and sent along to WeChat. Only
a browser that holds it may go on, so nobody can be led into another's visit. An openid proves
a WeChat account and no resident: the household's code is the second proof.
Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qs, urlencode
from weakref import WeakValueDictionary

from aiohttp import web

from community.errors import NotFound, TooLarge, TooMany, Unavailable
from community.services import binding
from community.store import identities
from connectors import store as gateway_store
from connectors.base import Gateway
from connectors.wechat.account import Account
from connectors.wechat.client import Client
from connectors.wechat.errors import Action, WeChatError
from connectors.wechat.login import pages, store
from connectors.wechat.login.store import Stage, Visit
from connectors.wechat.store import CHANNEL
from conversation import inbox
from conversation.messages import Sender
from language.numbers import digits
from language.redact import redact

BEGIN = "/wechat/bind"
BACK = f"{BEGIN}/back"
HOME = f"{BEGIN}/home"
STYLE = f"{BEGIN}/login.css"
COOKIE = "linsheng_bind"
CODE_LENGTH = 8
AGAIN = "again"
"Begins the state of a login that was begun anew by us; no other state begins so, they are hex"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)


class LoginPages:
    """The pages under /wechat/bind. Without a `public_url` each of them says so, with 503.

    `client` is asked for at each login, so it may be made after the pages.
    """

    def __init__(self, gateway: Gateway, account: Account, client: Callable[[], Client]) -> None:
        self._gateway = gateway
        self._appid = account.credentials.appid
        self._client = client
        self._visits: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.get(BEGIN, self._kindly(self.begin)),
            web.get(BACK, self._kindly(self.back)),
            web.get(HOME, self._kindly(self.home)),
            web.post(HOME, self._kindly(self.bind)),
            web.get(STYLE, self.style),
        ]

    async def tidy(self) -> None:
        """Delete the visits that have expired."""
        async with self._gateway.db.write() as conn:
            await store.forget_expired(conn, self._gateway.clock)

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """A new visit; WeChat is asked who it is, which its user does not see."""
        return await self._to_wechat(again=False)

    async def back(self, request: web.Request) -> web.StreamResponse:
        """WeChat sends the browser back with a code, which serves once.

        Of several requests with one code the first exchanges it, the others go on as logged in.
        """
        state, code = request.query.get("state", ""), request.query.get("code", "")
        key = _key(request)
        if not code or not hmac.compare_digest(key, store.key_of(state)):
            return pages.notice("expired", status=403)
        async with self._alone(key):
            visit = await self._visit(key)
            if visit is None:
                return pages.notice("expired", status=403)
            if visit.stage is Stage.BEGUN:
                stopped = await self._identify(key, code, last=state.startswith(AGAIN))
                if stopped is not None:
                    return stopped
        return _go_on()

    async def home(self, request: web.Request) -> web.StreamResponse:
        """The form, or how the visit ended."""
        visit = await self._visit(_key(request))
        if visit is None or visit.stage is Stage.BEGUN:
            return pages.notice("expired", status=403)
        if visit.stage is Stage.DONE:
            return pages.notice("done", status=200)
        return await self._form(visit.openid)

    async def bind(self, request: web.Request) -> web.StreamResponse:
        """The household's code; a right one ends the visit."""
        key, code = _key(request), _code(await request.read())
        async with self._alone(key):
            visit = await self._visit(key)
            if visit is not None and visit.stage is Stage.KNOWN:
                refused = await self._bind(visit.openid, code)
                if refused is not None:
                    return refused
                async with self._gateway.db.write() as conn:
                    await store.use_up(conn, key)
        return _go_on()

    async def style(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(Path(__file__).parent / "login.css")

    def _kindly(self, handler: _Handler) -> _Handler:
        """The handler, with a page for what may fail in any: no address, or a part that is away."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if not self._gateway.settings.public_url:
                return pages.notice("not_set_up", status=503)
            try:
                return await handler(request)
            except (Unavailable, TooLarge) as error:
                logger.warning("wechat login put off: %s (%s)", type(error).__name__, error)
                return pages.notice("unreachable", status=503)

        return answer

    def _alone(self, key: str) -> asyncio.Lock:
        """One request of a visit at a time."""
        return self._visits.setdefault(key, asyncio.Lock())

    async def _visit(self, key: str) -> Visit | None:
        async with self._gateway.db.read() as conn:
            return await store.find(conn, self._gateway.clock, key)

    async def _to_wechat(self, *, again: bool) -> web.Response:
        settings = self._gateway.settings
        state = (AGAIN if again else "") + secrets.token_hex(32)
        async with self._gateway.db.write() as conn:
            await store.begin(conn, self._gateway.clock, store.key_of(state))
        query = urlencode(
            {
                "appid": self._appid,
                "redirect_uri": settings.public_url + BACK,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        address = f"{settings.wechat_open_url}/connect/oauth2/authorize?{query}#wechat_redirect"
        response = web.Response(status=302, headers={"Location": address})
        response.set_cookie(
            COOKIE,
            state,
            max_age=store.LIFE_S,
            path=BEGIN,
            httponly=True,
            samesite="Lax",
            secure=settings.secure_cookies or settings.public_url.startswith("https:"),
        )
        return response

    async def _identify(self, key: str, code: str, *, last: bool) -> web.Response | None:
        """Note whose code it is; what to answer instead when the visit cannot go on.

        A code that WeChat refuses begins the login anew, once: `last` is the second time.
        """
        try:
            login = await self._client().oauth_token(code)
        except WeChatError as error:
            if error.action is not Action.LOGIN_AGAIN:
                raise
            visit = await self._visit(key)
            if visit is not None and visit.stage is not Stage.BEGUN:
                return None  # another gateway was first with this code
            if last:
                return pages.notice("refused", status=403)
            return await self._to_wechat(again=True)
        if login.is_snapshot:
            return pages.notice("snapshot", status=403)
        async with self._gateway.db.write() as conn:
            await store.identify(conn, key, login.openid)
        return None

    async def _bind(self, openid: str, code: str | None) -> web.Response | None:
        """Link them to the home; the form again when that is refused."""
        if code is None:
            return await self._form(openid, told="length", status=422)
        async with self._gateway.db.write() as conn:
            conversation_id = await inbox.conversation_of(
                conn, self._gateway.clock, Sender(CHANNEL, openid)
            )
        try:
            await binding.bind(self._gateway.context, conversation_id, code=code)
        except NotFound:
            return await self._form(openid, told="wrong", status=422)
        except TooMany as error:
            response = await self._form(openid, told="too_many", status=error.http_status)
            response.headers["Retry-After"] = str(error.retry_after_s)
            return response
        return None

    async def _form(
        self, openid: str, *, told: str | None = None, status: int = 200
    ) -> web.Response:
        """The form, with the home that is bound already, masked: others may look on."""
        async with self._gateway.db.read() as conn:
            known = await gateway_store.find_conversation(conn, Sender(CHANNEL, openid))
            party = await identities.party(conn, known) if known else None
        home = redact(party.home.label) if party and party.home else None
        return pages.form(home=home, told=told, status=status)


def _key(request: web.Request) -> str:
    """The key of the browser's own visit; without a cookie, that of none."""
    return store.key_of(request.cookies.get(COOKIE, ""))


def _code(body: bytes) -> str | None:
    """The household's code in a posted form, however its digits were typed; None for no such code."""
    typed = parse_qs(body.decode("utf-8", "replace")).get("code", [""])[0]
    code = digits(typed.strip())
    return code if code is not None and len(code) == CODE_LENGTH else None


def _go_on() -> web.Response:
    """To the clean address: no code and no state stay in the browser's history line."""
    return web.Response(status=303, headers={"Location": HOME})
