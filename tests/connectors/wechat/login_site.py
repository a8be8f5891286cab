"""A site with the login pages, WeChat's own login page, and browsers to walk between them."""

import re
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, insert, select

from bot.scripted import ScriptedEngine
from community.config import Secret, Settings
from community.secrets import Secrets
from community.store.rooms import hash_code
from community.store.schema import identity, room, wechat_login
from connectors import middlewares
from connectors.app import GATEWAY, build_app
from connectors.wechat.account import account_of
from connectors.wechat.login.routes import LoginPages
from tests.connectors.wechat.account import settings_of

READER = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
HOMES = {"35010001": "3号楼2单元501", "12030002": "12号楼1单元1203"}
CODE, OTHER_CODE = HOMES
WRONG_CODE = "99999999"


@dataclass
class WeChatsPage:
    """WeChat's login page: sends the browser back at once, with a code of whoever looks at it."""

    sim: object
    openid: str = READER
    is_snapshot: bool = False
    asked: list = field(default_factory=list)
    "The queries of all visits, as they were written"
    codes: list = field(default_factory=list)
    "What to give instead of fresh codes, in this order"

    async def authorize(self, request):
        self.asked.append(request.rel_url.raw_query_string)
        query = request.query
        fresh = self.sim.login_code(self.openid, is_snapshot=self.is_snapshot)
        code = self.codes.pop(0) if self.codes else fresh
        raise web.HTTPFound(f"{query['redirect_uri']}?code={code}&state={query['state']}")


@dataclass
class Answer:
    status: int
    path: str
    text: str
    headers: object

    @property
    def title(self):
        found = re.search("<h1>(.*)</h1>", self.text)
        return found[1] if found else None

    @property
    def told(self):
        found = re.search('role="alert">(.*)</p>', self.text)
        return found[1] if found else None


class Browser:
    """Keeps cookies and follows redirects, and remembers every answer."""

    def __init__(self, url):
        self.url = url
        self.seen = []
        self.jar = aiohttp.CookieJar(unsafe=True)
        self.session = aiohttp.ClientSession(cookie_jar=self.jar)

    async def go(self, path, *, method="GET", follow=True, **options):
        address = path if path.startswith("http") else self.url + path
        async with self.session.request(
            method, address, allow_redirects=follow, **options
        ) as response:
            answer = Answer(
                response.status, response.url.raw_path_qs, await response.text(), response.headers
            )
            self.seen.append(answer)
            return answer

    async def way_back(self):
        """Where WeChat's page sends this browser: the path with code and state, not yet taken."""
        begun = await self.go("/wechat/bind", follow=False)
        return (await self.go(begun.headers["Location"], follow=False)).headers["Location"]

    async def log_in(self):
        return await self.go("/wechat/bind")

    async def give(self, code, **options):
        return await self.go("/wechat/bind/home", method="POST", data={"code": code}, **options)

    def state(self):
        """The state of the browser's visit, as its cookie says."""
        return next(iter(self.jar)).value


@dataclass
class Site:
    url: str
    db: object
    pages: LoginPages
    wechat: WeChatsPage
    browsers: list = field(default_factory=list)

    def browser(self):
        browser = Browser(self.url)
        self.browsers.append(browser)
        return browser

    async def homes(self):
        """The homes that accounts are linked to, by openid."""
        async with self.db.read() as conn:
            rows = await conn.execute(
                select(identity.c.user_key, room.c.label).join(
                    room, room.c.id == identity.c.room_id
                )
            )
        return {row.user_key: row.label for row in rows}

    async def visits(self):
        async with self.db.read() as conn:
            found = await conn.execute(select(func.count()).select_from(wechat_login))
        return found.scalar_one()

    async def kept(self):
        """What is kept of all visits: (whole key, openid)."""
        async with self.db.read() as conn:
            rows = await conn.execute(select(wechat_login.c.state_hash, wechat_login.c.user_key))
        return [tuple(row) for row in rows]


async def settle_homes(db, pepper):
    async with db.write() as conn:
        for code, label in HOMES.items():
            building, unit, number = map(int, re.findall(r"\d+", label))
            await conn.execute(
                insert(room).values(
                    id=f"room_{number}", building=building, unit=unit, number=str(number),
                    label=label, code_hash=hash_code(code, pepper),
                )
            )  # fmt: skip


def gateway_of(settings, db, clock):
    """The parts of a gateway that is not started, without a channel."""
    secrets = Secrets(Secret("cookie-key-for-tests"), Secret("pepper-for-tests"), {})
    return build_app(settings, secrets, db, clock, ScriptedEngine(), channels=())[GATEWAY]


async def blank(request):
    return web.Response(status=204)


def application_of(pages):
    """The pages behind all that every request of a gateway passes."""
    app = web.Application(
        middlewares=[middlewares.tag, middlewares.answer_errors, middlewares.same_origin]
    )
    app.add_routes(pages.routes())
    app.add_routes([web.get("/favicon.ico", blank)])  # the web chat has it
    app.on_response_prepare.append(middlewares.add_headers)
    return app


@asynccontextmanager
async def served(app, **options):
    """The address of an application; no line is logged for each request, as in the gateway."""
    server = TestServer(app, **options)
    await server.start_server(access_log=None)
    try:
        yield str(server.make_url("/")).rstrip("/")
    finally:
        await server.close()


@asynccontextmanager
async def login_site(sim, client, db, clock, data_dir, **changes):
    """A Site over two homes; `changes` are settings."""
    wechat = WeChatsPage(sim)
    opened = web.Application()
    opened.add_routes([web.get("/connect/oauth2/authorize", wechat.authorize)])
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    async with served(opened) as open_url:
        settings = Settings(
            data_dir=data_dir, **settings_of(sim, "http://unused"), public_url=url,
            wechat_open_url=open_url,
        )  # fmt: skip
        gateway = gateway_of(replace(settings, **changes), db, clock)
        await settle_homes(db, gateway.secrets.pepper)
        pages = LoginPages(gateway, account_of(settings), lambda: client)
        async with served(application_of(pages), socket_factory=lambda *_: door):
            site = Site(url, db, pages, wechat)
            yield site
            for browser in site.browsers:
                await browser.session.close()


def fields_of(address):
    """The parameters of an address, in their order."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
