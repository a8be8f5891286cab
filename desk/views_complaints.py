"""Complaints and suggestions: the list, one of them, and the answer; never who did not want to be
named.
"""

from __future__ import annotations

from aiohttp import web

from community.errors import BadInput
from community.labels import group
from community.services import complaint
from community.store import tickets
from desk import acts, orders, pages, progress, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS
from desk.views_orders import note_of

routes = web.RouteTableDef()
WAITING = ("submitted", "handling")


@routes.get("/complaints")
@allow(CASE_WORKERS)
async def show_complaints(request: web.Request) -> web.Response:
    desk, _person = parts(request)
    async with desk.db.read() as conn:
        found = await orders.complaints(conn)
    state, kind = request.query.get("state", "open"), request.query.get("kind", "")
    now = desk.clock.now()
    return pages.render(
        request,
        "complaints.html",
        complaints=[
            one
            for one in found
            if (not kind or one.kind == kind)
            and (state == "all" or one.state == state or (state == "open" and one.state in WAITING))
        ],
        states=group("complaint_state"),
        state=state,
        kind=kind,
        overdue={one.id for one in found if orders.is_overdue(one, now)},
        waiting=sum(one.state in WAITING for one in found),
    )


@routes.get("/complaints/{id}")
@allow(CASE_WORKERS)
async def show_complaint(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.read() as conn:
        one = await orders.get_complaint(conn, request.match_info["id"])
        answer = pages.render(
            request,
            "complaint.html",
            complaint=one,
            history=await orders.history(conn, one.id),
            photos=await tickets.photos_of(conn, one.id),
            moves=orders.complaint_moves_of(one),
            overdue=orders.is_overdue(one, desk.clock.now()),
        )
    await seen.note_look(desk.db, desk.clock, person, "complaint.view", one.id)
    return answer


@routes.post("/complaints/{id}/act")
@allow(CASE_WORKERS)
async def act(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    wanted, version = str(form.get("act", "")), str(form.get("version", ""))
    if wanted not in complaint.STAFF_MOVES or not version.isdecimal():
        raise BadInput("no such act")
    note = str(form.get("note", ""))
    note = acts.clean(note) if wanted == "reply" else note_of(note)
    async with desk.db.read() as conn:
        one = await orders.get_complaint(conn, request.match_info["id"])
    await complaint.staff_act(
        desk.services,
        one.id,
        wanted,
        staff_id=person.id,
        version=int(version),
        note=note,
        tell=progress.after_complaint(desk.clock, person, wanted, note),
    )
    raise web.HTTPSeeOther(f"/complaints/{one.id}")
