"""Matters of all: the list, one of them, and what staff do with it; never who did not want to be named."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from community.errors import BadInput
from community.services import hotline, matter
from community.store import tickets
from desk import matters, orders, pages, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS
from desk.views_orders import note_of

routes = web.RouteTableDef()
NUMBER_MAX_CHARACTERS = 32


@routes.get("/matters")
@allow(CASE_WORKERS)
async def show_matters(request: web.Request) -> web.Response:
    """All of them; a grid worker begins with the grids of their own."""
    desk, person = parts(request)
    kind, state = request.query.get("kind", ""), request.query.get("state", "open")
    async with desk.db.read() as conn:
        own = await matters.own_grids(conn, person)
        mine = bool(own) and request.query.get("all") != "1"
        found = await matters.rows(
            conn, desk.clock, matter.KINDS, grid_ids=own if mine and kind == "grid" else ()
        )
    listed = [one for one in found if not kind or one.ticket.kind == kind]
    return pages.render(
        request,
        "matters.html",
        matters=[one for one in listed if state == "all" or one.ticket.state in matter.OPEN],
        kind=kind,
        state=state,
        mine=mine and kind == "grid",
        has_grids=bool(own),
        waiting=sum(one.ticket.state in matter.OPEN for one in listed),
        state_words=matter.state_words,
    )


@routes.get("/matters/{id}")
@allow(CASE_WORKERS)
async def show_matter(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.read() as conn:
        one = await matters.get(conn, desk.clock, request.match_info["id"])
        answer = pages.render(
            request,
            "matter.html",
            one=one,
            matter=one.ticket,
            history=await orders.history(conn, one.ticket.id),
            photos=await tickets.photos_of(conn, one.ticket.id),
            moves=await matters.moves_of(conn, one.ticket),
            needs_words=matter.NEEDS_WORDS,
            state_words=matter.state_words,
        )
    await seen.note_look(desk.db, desk.clock, person, "matter.view", one.ticket.id)
    return answer


@routes.post("/matters/{id}/act")
@allow(CASE_WORKERS)
async def act(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    wanted, version = str(form.get("act", "")), str(form.get("version", ""))
    async with desk.db.read() as conn:
        one = (await matters.get(conn, desk.clock, request.match_info["id"])).ticket
    if wanted not in matter.STAFF_MOVES[one.kind] or not version.isdecimal():
        raise BadInput("no such act")
    note = note_of(str(form.get("note", "")))
    if wanted == "file":
        outside_no = str(form.get("outside_no", "")).strip()
        if len(outside_no) > NUMBER_MAX_CHARACTERS:
            raise BadInput("too long for a number")
        await hotline.file(
            desk.services, one.id, staff_id=person.id, version=int(version), note=note,
            outside_no=outside_no,
            tell=matters.after_move(desk.clock, person, wanted, note, outside_no=outside_no),
        )  # fmt: skip
    else:
        await matter.staff_act(
            desk.services, one.id, wanted, staff_id=person.id, version=int(version), note=note,
            tell=matters.after_move(desk.clock, person, wanted, note),
        )  # fmt: skip
    raise web.HTTPSeeOther(f"/matters/{one.id}")


def moment_of(text: str) -> datetime | None:
    """A moment in a form; nothing is none. Raises BadInput for what is no moment."""
    if not text:
        return None
    at = pages.from_form(text)
    if at is None:
        raise BadInput("no such time")
    return at
