"""G14: the login that binds a home: a used code, another's state and a virtual user bind nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import aiohttp
from sqlalchemy import insert

from bench.goal import Extent, Result
from bench.wechat.bot import Bot
from bench.wechat.gateway import Place, client, inside, rows
from community.secrets import load_secrets
from community.store import rooms
from community.store.schema import room

CODE = "12345678"
READER, STRANGER = "oReader-0000000000000000001", "oReader-0000000000000000002"
BIND = "/wechat/bind"


def g14(extent: Extent) -> Result:
    """Each way to trick the login many times, and then the honest way once."""
    return asyncio.run(_measure(extent.of(200, 5)))


async def _measure(count: int) -> Result:
    async with inside(Bot(), public_url="https://community.example") as place, client() as session:
        await _home(place)
        login = Login(place, session)
        tries: dict[str, Callable[[], Awaitable[None]]] = {
            "replayed_codes": login.replay,
            "foreign_states": login.foreign_state,
            "virtual_users": login.virtual,
        }
        bound = {}
        for name, trick in tries.items():
            for _ in range(count):
                await trick()
            bound[name] = _bound(place)
        await login.honest()
        honest = _bound(place)
    measured: dict[str, float | int | str | None] = {
        f"{name}_bound": n for name, n in bound.items()
    }
    measured |= {"tries_of_each": count, "honest_bound": honest}
    ok = not any(bound.values()) and honest == 1
    return Result("G14", "replayed code, foreign state, virtual user: 0 bound", measured, ok)


class Login:
    """Browsers on the way of the login."""

    def __init__(self, place: Place, session: aiohttp.ClientSession) -> None:
        self._place = place
        self._session = session
        self._base = place.line.url.rsplit("/", 1)[0]

    async def replay(self) -> None:
        """The code of a login that has ended comes again, in a browser of its own."""
        code = self._code(STRANGER)
        cookie, state = await self._begin()
        await self._back(cookie, state, code)
        await self._enter(*(await self._begin()), code=code)

    async def foreign_state(self) -> None:
        """A reader is led into a visit that another browser has begun."""
        cookie, _ = await self._begin()
        _, state = await self._begin()
        await self._enter(cookie, state, code=self._code(READER))

    async def virtual(self) -> None:
        await self._enter(*(await self._begin()), code=self._code(READER, is_snapshot=True))

    async def honest(self) -> None:
        await self._enter(*(await self._begin()), code=self._code(READER))

    def _code(self, openid: str, *, is_snapshot: bool = False) -> str:
        return self._place.sim.login_code(openid, is_snapshot=is_snapshot)

    async def _begin(self) -> tuple[str, str]:
        """The cookie and the state of a new visit."""
        async with self._session.get(f"{self._base}{BIND}", allow_redirects=False) as answer:
            state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
            return answer.headers["Set-Cookie"].partition(";")[0], state

    async def _back(self, cookie: str, state: str, code: str) -> None:
        async with self._session.get(
            f"{self._base}{BIND}/back", params={"code": code, "state": state},
            headers={"Cookie": cookie}, allow_redirects=False,
        ) as answer:  # fmt: skip
            await answer.read()

    async def _enter(self, cookie: str, state: str, *, code: str) -> None:
        """Come back with a code, and give the household's."""
        await self._back(cookie, state, code)
        async with self._session.post(
            f"{self._base}{BIND}/home", data={"code": CODE},
            headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}, allow_redirects=False,
        ) as answer:  # fmt: skip
            await answer.read()


async def _home(place: Place) -> None:
    pepper = load_secrets(place.settings.data_dir).pepper
    async with place.db.write() as conn:
        await conn.execute(
            insert(room).values(
                id="r1", building=3, unit=2, number="501", label="3号楼2单元501",
                code_hash=rooms.hash_code(CODE, pepper),
            )
        )  # fmt: skip


def _bound(place: Place) -> int:
    return int(
        rows(place.settings, "SELECT count(*) FROM identity WHERE room_id IS NOT NULL")[0][0]
    )
