"""Known incidents: one thing with many voices; and the facilities and grids that all share."""

from __future__ import annotations

from aiohttp import web

from community.errors import BadInput, NotAllowed
from community.labels import group
from community.services import facility, grid, incident
from community.store import incidents
from desk import acts, matters, pages, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS, Role
from desk.views_matters import moment_of

routes = web.RouteTableDef()


@routes.get("/incidents")
@allow(CASE_WORKERS)
async def show_incidents(request: web.Request) -> web.Response:
    desk, _person = parts(request)
    async with desk.db.read() as conn:
        found = await incidents.every(conn)
    return pages.render(request, "incidents.html", incidents=found)


@routes.get("/incidents/{id}")
@allow(CASE_WORKERS)
async def show_incident(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.read() as conn:
        one = await incidents.get(conn, request.match_info["id"])
        answer = pages.render(
            request, "incident.html", incident=one, voices=await matters.voices(conn, one.id)
        )
    await seen.note_look(desk.db, desk.clock, person, "incident.view", one.id)
    return answer


@routes.post("/incidents/{id}/act")
@allow(CASE_WORKERS)
async def act(request: web.Request) -> web.Response:
    """expect, finish, dissolve, propose a report by its number, or sort a voice (same, other)."""
    desk, person = parts(request)
    form, incident_id = await request.post(), request.match_info["id"]
    wanted, version = str(form.get("act", "")), str(form.get("version", ""))
    if not version.isdecimal():
        raise BadInput("no version")
    ctx, seen_version = desk.services, int(version)
    also = seen.sealed(desk.clock, person, f"incident.{wanted}", incident_id)
    match wanted:
        case "expect" | "finish":
            said = acts.clean(str(form.get("words", "")))
            tell = matters.of_incident(desk.clock, person, wanted)
            if wanted == "expect":
                await incident.expect(
                    ctx, incident_id, said, moment_of(str(form.get("until", ""))),
                    staff_id=person.id, version=seen_version, tell=tell, also=also,
                )  # fmt: skip
            else:
                await incident.finish(
                    ctx, incident_id, said, staff_id=person.id, version=seen_version, tell=tell,
                    also=also,
                )  # fmt: skip
        case "dissolve":
            await incident.dissolve(ctx, incident_id, version=seen_version, also=also)
        case "propose":
            no = str(form.get("no", "")).strip()
            if not no.isdecimal():
                raise BadInput("no number")
            await incident.propose(ctx, incident_id, int(no), version=seen_version, also=also)
        case "same" | "other":
            await incident.sort_voice(
                ctx, incident_id, str(form.get("ticket", "")), same=wanted == "same",
                version=seen_version, tell=matters.of_incident(desk.clock, person, "join"),
                also=also,
            )  # fmt: skip
        case _:
            raise BadInput("no such act")
    raise web.HTTPSeeOther(f"/incidents/{incident_id}")


@routes.get("/facilities")
@allow(CASE_WORKERS)
async def show_facilities(request: web.Request) -> web.Response:
    """Everything that all share, how it stands, and who is there in each grid."""
    desk, person = parts(request)
    return pages.render(
        request,
        "facilities.html",
        facilities=await facility.every(desk.services),
        states=group("facility_condition"),
        grids=await grid.every(desk.services),
        area_words=grid.area_words,
        leads=person.role is Role.ADMIN,
    )


@routes.post("/facilities/{id}")
@allow(CASE_WORKERS)
async def put_facility(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    version = str(form.get("version", ""))
    if not version.isdecimal():
        raise BadInput("no version")
    facility_id, state = request.match_info["id"], str(form.get("state", ""))
    await facility.put_state(
        desk.services, facility_id, state, version=int(version),
        until=moment_of(str(form.get("until", ""))),
        also=seen.sealed(desk.clock, person, "facility.state", facility_id, {"state": state}),
    )  # fmt: skip
    raise web.HTTPSeeOther("/facilities")


@routes.post("/grids/away/{id}")
@allow(CASE_WORKERS)
async def put_away(request: web.Request) -> web.Response:
    """Until when a grid worker is away: one's own word, or the administrator's."""
    desk, person = parts(request)
    staff_id = request.match_info["id"]
    if person.role is not Role.ADMIN and staff_id != person.id:
        raise NotAllowed("another's absence")
    until = moment_of(str((await request.post()).get("until", "")))
    also = seen.sealed(desk.clock, person, "grid.away", staff_id)
    await grid.put_away(desk.services, staff_id, until, also=also)
    raise web.HTTPSeeOther("/facilities")
