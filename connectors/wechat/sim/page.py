"""The page on which a person is any resident: what they do goes through the push client.

It is for the machine that it runs on, and for accounts that are worth nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from connectors.wechat.sim.answers import BadAnswer
from connectors.wechat.sim.deeds import Mistaken, break_as_told, deed_of, text
from connectors.wechat.sim.limits import PER_DAY
from connectors.wechat.sim.line import Pushed
from connectors.wechat.sim.pushes import Pushes
from connectors.wechat.sim.refusals import Refused

PAGE = Path(__file__).parent / "page.html"
RESIDENTS = {
    "oSim-wang-0000000000000000000": "王阿姨",
    "oSim-li-000000000000000000000": "李叔",
    "oSim-zhang-000000000000000000": "小张",
}
WATCH_EVERY_S = 1.0


@dataclass(frozen=True)
class Line:
    """A line of a chat; `content` is words, or the media id of a file."""

    at: datetime
    kind: str
    content: str
    side: str
    "me, account or note"

    def fields(self) -> dict[str, str]:
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "content": self.content,
            "side": self.side,
        }


@dataclass
class Page:
    """The page over one push client."""

    pushes: Pushes
    notes: dict[str, list[Line]] = field(default_factory=dict)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    is_verified: bool | None = None
    "Whether the gateway proved its address when it was last asked"

    def __post_init__(self) -> None:
        for openid in RESIDENTS:
            self.pushes.sim.user_left(openid)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._page),
            web.get("/sim/state", self._state),
            web.get("/sim/media/{id}", self._media),
            web.post("/sim/do", self._do),
            web.post("/sim/break", self._break),
            web.post("/sim/verify", self._verify),
        ]

    async def watch(self) -> None:
        """Until cancelled: verify the address once it can be, and report what became of notices."""
        while True:
            if not self.is_verified:
                self.is_verified = await self.pushes.verify()
            await self.pushes.report_notices()
            await asyncio.sleep(WATCH_EVERY_S)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    async def _state(self, request: web.Request) -> web.StreamResponse:
        sim, openid = self.pushes.sim, request.query.get("openid") or next(iter(RESIDENTS))
        user = sim.users.get(openid)
        if user is None:
            raise web.HTTPNotFound
        users = [
            {"openid": openid, "name": RESIDENTS.get(openid, openid), "follows": user.follows}
            for openid, user in sim.users.items()
        ]
        return web.json_response(
            {
                "openid": openid,
                "users": users,
                "follows": user.follows,
                "typing": user.sees_typing,
                "lines": [line.fields() for line in self._lines(openid)],
                "menu": sim.menu,
                "scenes": [code.scene for code in sim.codes.valid()],
                "apis": list(PER_DAY),
                "verified": self.is_verified,
                "counts": self._counts(),
            }
        )

    def _counts(self) -> dict[str, int]:
        pushes, sim = self.pushes, self.pushes.sim
        return {
            "推送": pushes.attempts,
            "推送失败": pushes.failed,
            "暂停时丢掉": pushes.dropped,
            "服务故障": sim.seen()["fault"],
            "转人工坐席": len(pushes.transfers),
            "接口调用": sim.calls.total(),
            "还要丢的应答": pushes.lose_answers,
            "正在推送": len(self.running),
        }

    def _lines(self, openid: str) -> list[Line]:
        """Both sides of a chat by their times; what the resident did before what came of it."""
        did = [_done(one) for one in self.pushes.pushed if one.openid == openid]
        seen = [
            Line(one.at, one.kind, one.content, "account")
            for one in self.pushes.sim.transcript(openid)
        ]
        return sorted([*did, *seen, *self.notes.get(openid, [])], key=lambda line: line.at)

    async def _media(self, request: web.Request) -> web.StreamResponse:
        try:
            kept = self.pushes.sim.shelf.find(request.match_info["id"])
        except Refused:
            raise web.HTTPNotFound from None
        return web.Response(
            body=kept.data,
            content_type=kept.content_type,
            headers={"X-Content-Type-Options": "nosniff"},
        )

    async def _do(self, request: web.Request) -> web.StreamResponse:
        """Begin what a resident does; what comes of it is seen in the state."""
        _check_origin(request)
        form = await request.post()
        try:
            openid = text(form, "openid")
            doing = deed_of(self.pushes, openid, form)
        except Mistaken as mistake:
            return web.Response(status=400, text=str(mistake))
        task = asyncio.create_task(self._finish(openid, doing))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return web.Response(status=202)

    async def _finish(self, openid: str, doing: Awaitable[object]) -> None:
        try:
            await doing
        except BadAnswer as error:
            note = Line(self.pushes.sim.clock.now(), "note", f"微信不收这样的回答：{error}", "note")
            self.notes.setdefault(openid, []).append(note)

    async def _break(self, request: web.Request) -> web.StreamResponse:
        _check_origin(request)
        try:
            break_as_told(self.pushes, await request.post())
        except Mistaken as mistake:
            return web.Response(status=400, text=str(mistake))
        return web.Response(status=204)

    async def _verify(self, request: web.Request) -> web.StreamResponse:
        _check_origin(request)
        self.is_verified = await self.pushes.verify()
        return web.Response(status=204)


def _check_origin(request: web.Request) -> None:
    """No other page in the same browser does anything here."""
    origin: Any = request.headers.get("Origin")
    if origin is not None and origin.partition("//")[2] != request.host:
        raise web.HTTPForbidden


def _done(pushed: Pushed) -> Line:
    """A push as a line of the chat."""
    written = dict(pushed.elements)
    kind = str(written["MsgType"])
    match kind:
        case "text":
            content = str(written["Content"])
        case "location":
            place = f"{written['Location_X']}，{written['Location_Y']}"
            content = f"{written['Label'] or '位置'}（{place}）"
        case "event":
            kind, content = str(written["Event"]), str(written.get("EventKey", ""))
        case _:
            content = str(written.get("MediaId", ""))
    return Line(pushed.at, kind, content, "me")
