"""The speakers of the community: where each stands, when it was last there, and a new one's code."""

from __future__ import annotations

from aiohttp import web

from community.errors import BadInput, NotFound
from community.services import guardianship
from community.store import speakers as kept
from desk import pages, seen, speakers
from desk.access import allow
from desk.context import parts
from desk.staff import CARE

HOME_MAX = 40

routes = web.RouteTableDef()


@routes.get("/speakers")
@allow(CARE)
async def show(request: web.Request) -> web.Response:
    """Every speaker in a home; with a home in the query, the form that puts one there."""
    desk, person = parts(request)
    home = request.query.get("home", "").strip()[:HOME_MAX]
    people = None
    if home:
        try:
            people = await guardianship.people_of(desk.services, home)
        except NotFound:
            people = None
        else:
            await seen.note_look(desk.db, desk.clock, person, "household.view", people.home.room_id)
    async with desk.db.read() as conn:
        standing = await kept.bound(conn)
    await seen.note_look(desk.db, desk.clock, person, "speaker.view", "speakers")
    return pages.render(
        request, "speakers.html", standing=standing, home=home, people=people,
        wrong_code="wrong" in request.query,
    )  # fmt: skip


@routes.post("/speakers")
@allow(CARE)
async def bind(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    try:
        people = await guardianship.people_of(desk.services, str(form.get("home", ""))[:HOME_MAX])
    except NotFound as error:
        raise BadInput("no such home") from error
    bound = await speakers.bind(
        desk.services, person, code=str(form.get("code", ""))[:12], room_id=people.home.room_id,
        resident_id=str(form.get("resident", "")) or None, name=str(form.get("name", "")),
    )  # fmt: skip
    if not bound:
        raise web.HTTPSeeOther(request.rel_url.with_query(home=people.home.label, wrong="1"))
    raise web.HTTPSeeOther("/speakers")


@routes.post("/speakers/{id}/unbind")
@allow(CARE)
async def unbind(request: web.Request) -> web.Response:
    desk, person = parts(request)
    await speakers.unbind(desk.services, person, request.match_info["id"])
    raise web.HTTPSeeOther("/speakers")
