"""What open pages ask by themselves: the stream of news, and the heartbeat that renews leases."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

from aiohttp import web

from community.labels import label
from conversation import queue
from desk import board, sessions
from desk.access import COOKIE, allow, quiet
from desk.context import Desk, parts
from desk.live import News
from desk.staff import EVERYBODY, Staff
from desk.words import words

routes = web.RouteTableDef()
BEAT_S = 20.0
"Between two beats; each makes the page send its heartbeat, which browsers do not hold back"


@routes.get("/events")
@allow(EVERYBODY)
@quiet
async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events: `hello`, `news` (ids only), `beat`, and `bye` when the session ends."""
    desk, _person = parts(request)
    answer = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
    )
    await answer.prepare(request)
    with desk.live.open_page() as news:
        await _send(answer, "hello")
        try:
            while await _pass_on(request, answer, news):
                pass
        except ConnectionResetError:
            return answer
    return answer


async def _pass_on(
    request: web.Request, answer: web.StreamResponse, news: asyncio.Queue[News | None]
) -> bool:
    """Send the next news, or a beat when there was none; False when the stream is to end."""
    try:
        async with asyncio.timeout(BEAT_S):
            one = await news.get()
    except TimeoutError:
        return await _beat(request, answer)
    if one is None:
        return False
    await _send(answer, "news", asdict(one))
    return True


async def _beat(request: web.Request, answer: web.StreamResponse) -> bool:
    desk, _person = parts(request)
    async with desk.db.read() as conn:
        alive = await sessions.find(conn, desk.clock, request.cookies.get(COOKIE, ""))
    await _send(answer, "beat" if alive else "bye")
    return alive is not None


async def _send(answer: web.StreamResponse, kind: str, data: object = None) -> None:
    await answer.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())


@routes.post("/heartbeat")
@allow(EVERYBODY)
@quiet
async def heartbeat(request: web.Request) -> web.Response:
    """The page is open: the clerk's leases run anew, and what rings is told.

    On duty, an open page keeps the session alive: a quiet night must not log the night shift out.
    Off duty, only what a person did counts (`active=1`).
    """
    desk, person = parts(request)
    form = await request.post()
    token = request.cookies.get(COOKIE, "")
    async with desk.db.write() as conn:
        await queue.renew(conn, desk.clock, person.id, lease_s=desk.settings.claim_lease_s)
    if person.on_duty or form.get("active") == "1":
        async with desk.db.read() as conn:
            found = await sessions.find(conn, desk.clock, token)
        if found is not None:
            await sessions.touch(desk.db, desk.clock, token, found)
    return web.json_response(await _state(desk, person))


@routes.get("/state")
@allow(EVERYBODY)
@quiet
async def state(request: web.Request) -> web.Response:
    """What rings now, for a page that just heard of a change."""
    desk, person = parts(request)
    return web.json_response(await _state(desk, person))


async def _state(desk: Desk, person: Staff) -> dict[str, object]:
    if not person.works_cases:
        return {"ringing": [], "waiting": 0}
    async with desk.db.read() as conn:
        seen = board.board(await board.open_rows(conn), board.Filter(), person.id)
    return {"ringing": [_alarm(row) for row in seen.ringing], "waiting": seen.waiting}


def _alarm(row: board.CaseRow) -> dict[str, str]:
    """What the banner says of one emergency."""
    told = row.case.summary
    return {
        "id": row.case.id,
        "kind": label("emergency", told.get("kind") or "help"),
        "place": row.room_label or told.get("place") or words("no_place"),
        "words": str(told.get("words") or ""),
        "opened_at": row.case.opened_at.isoformat(),
    }
