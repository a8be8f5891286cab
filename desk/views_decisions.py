"""Decisions: one list of what waits for a yes or a no, and the two buttons."""

from __future__ import annotations

from aiohttp import web

from community.errors import BadInput
from desk import decisions, pages, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS

routes = web.RouteTableDef()


@routes.get("/decisions")
@allow(CASE_WORKERS)
async def show(request: web.Request) -> web.Response:
    """What waits; looking at each matter is noted in the audit."""
    desk, person = parts(request)
    matters = await decisions.waiting(desk.services)
    expected = await decisions.expected(desk.services)
    for one in [*matters, *expected]:
        await seen.note_look(desk.db, desk.clock, person, "decision.view", f"{one.kind}:{one.no}")
    return pages.render(request, "decisions.html", matters=matters, expected=expected)


@routes.post("/decisions/{kind}/{no}")
@allow(CASE_WORKERS)
async def decide(request: web.Request) -> web.Response:
    desk, person = parts(request)
    said, no = str((await request.post()).get("say", "")), request.match_info["no"]
    if said not in {"yes", "no"} or not no.isdecimal():
        raise BadInput("neither yes nor no")
    await decisions.decide(
        desk.services, person, request.match_info["kind"], int(no), yes=said == "yes"
    )
    raise web.HTTPSeeOther("/decisions")
