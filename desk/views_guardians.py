"""Who may act for whom: the list, and the two steps of taking down what an elder agrees to."""

from __future__ import annotations

from aiohttp import web

from community.errors import NotFound
from community.services import guardianship
from community.services.guardianship import People
from community.store import rooms
from community.store.guardians import RIGHTS
from desk import guardians, pages, seen
from desk.access import allow
from desk.context import Desk, parts
from desk.staff import CARE, Staff

routes = web.RouteTableDef()


@routes.get("/guardians")
@allow(CARE)
async def show(request: web.Request) -> web.Response:
    """Every guardianship; with two homes in the query, the form for people of them."""
    desk, person = parts(request)
    standing = await guardianship.standing(desk.services)
    async with desk.db.read() as conn:
        ids = [room_id for one in standing for room_id in (one.elder_room_id, one.guardian_room_id)]
        homes = await rooms.labels(conn, ids)
    await seen.note_look(desk.db, desk.clock, person, "guardianship.view", "guardianships")
    said = {side: request.query.get(side, "").strip()[:40] for side in ("elder", "guardian")}
    people = {side: await _people(desk, person, home) for side, home in said.items()}
    return pages.render(
        request, "guardians.html", standing=standing, homes=homes, said=said, people=people,
        rights=RIGHTS, kinships=guardianship.kinships(),
    )  # fmt: skip


async def _people(desk: Desk, person: Staff, home: str) -> People | None:
    """Who lives in a home; None when there is no such home. Looking is noted."""
    if not home:
        return None
    try:
        found = await guardianship.people_of(desk.services, home)
    except NotFound:
        return None
    await seen.note_look(desk.db, desk.clock, person, "household.view", found.home.room_id)
    return found


@routes.post("/guardians")
@allow(CARE)
async def grant(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    await guardians.grant(
        desk.services, person, elder_id=str(form.get("elder", "")),
        guardian_id=str(form.get("guardian", "")), kin=str(form.get("kin", "")),
        rights=frozenset(map(str, form.getall("right", []))),
        whole_home=form.get("whole_home") == "1",
    )  # fmt: skip
    raise web.HTTPSeeOther("/guardians")


@routes.post("/guardians/{id}/end")
@allow(CARE)
async def end(request: web.Request) -> web.Response:
    desk, person = parts(request)
    await guardians.end(desk.services, person, request.match_info["id"])
    raise web.HTTPSeeOther("/guardians")
