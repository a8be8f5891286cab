"""One conversation: its page, and the forms on it. Each form redirects to the page it came from."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from community.errors import BadInput, NotFound
from community.ids import new_id
from community.labels import label
from conversation.ownership import current, owner_name
from desk import acts, allowance, board, household, pages, seen, summary, thread, words
from desk.access import allow
from desk.board import Filter
from desk.context import parts
from desk.forms import read_file_form
from desk.staff import CASE_WORKERS
from desk.views_queue import board_of

routes = web.RouteTableDef()
PANES = ("queue", "thread", "person")


async def _page(
    request: web.Request, case_id: str, *, revealed: tuple[str, str] | None = None
) -> web.Response:
    """The three panes. `revealed`: (resident id, part) that was just noted in the audit."""
    desk, person = parts(request)
    async with desk.db.read() as conn:
        row = await board.one_row(conn, case_id)
        if row is None:
            raise NotFound("no such case")
        earlier = 0
        if "all" not in request.query:
            earlier = await thread.hidden_before(conn, row.case.conversation_id)
        said = await thread.items(conn, row.case.conversation_id, case_id, after=earlier)
        people = await household.of_case(conn, row.case)
        floor = await current(conn, row.case.conversation_id)
        floor_name = await owner_name(conn, row.case.conversation_id)
        allowed = await allowance.left(
            conn, desk.clock, desk.settings, row.case.conversation_id, row.channel
        )
    messages = [item.message for item in said if item.message is not None]
    shown = await board_of(desk, person, Filter())
    pane = request.query.get("pane", "thread")
    return pages.render(
        request,
        "case.html",
        row=row,
        case=row.case,
        board=shown,
        wanted=Filter(),
        items=said,
        earlier=earlier,
        summary=summary.read(row.case, messages),
        household=people,
        floor_name=floor_name,
        allowed=allowed,
        can_show=allowance.can_show(desk.settings, row.channel),
        mine=row.case.owner_id == person.id and row.case.resolution is None,
        speaks=floor.owner_id == person.id,
        may_reveal=household.may_reveal(person, row.case),
        revealed=revealed,
        resolutions={code: label("resolution", code) for code in acts.resolutions_of(row.case)},
        canned=words.canned(),
        done={item.text for item in said if item.kind == "event"},
        pane=pane if pane in PANES else "thread",
    )


@routes.get("/cases/{id}")
@allow(CASE_WORKERS)
async def show_case(request: web.Request) -> web.Response:
    desk, person = parts(request)
    case_id = request.match_info["id"]
    answer = await _page(request, case_id)
    await seen.note_look(desk.db, desk.clock, person, "case.view", case_id)
    return answer


@routes.post("/cases/{id}/claim")
@allow(CASE_WORKERS)
async def claim(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.write() as conn:
        await acts.claim(
            conn, desk.clock, request.match_info["id"], person,
            lease_s=desk.settings.claim_lease_s,
        )  # fmt: skip
    raise _back(request)


@routes.post("/cases/{id}/acknowledge")
@allow(CASE_WORKERS)
async def acknowledge(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.write() as conn:
        await acts.acknowledge(conn, desk.clock, request.match_info["id"], person)
    raise _back(request)


@routes.post("/cases/{id}/reply")
@allow(CASE_WORKERS)
async def reply(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    async with desk.db.write() as conn:
        await acts.reply(
            conn, desk.clock, request.match_info["id"], person,
            text=str(form.get("text", "")), key=str(form.get("key", "")),
        )  # fmt: skip
    raise _back(request)


@routes.post("/cases/{id}/photos")
@allow(CASE_WORKERS)
async def show_photo(request: web.Request) -> web.Response:
    """A photo for the resident. Its file is written first, and deleted when it is not shown."""
    desk, person = parts(request)
    case_id = request.match_info["id"]
    form = await read_file_form(request, file="photo", max_bytes=desk.settings.photo_max_bytes)
    key = acts.check_key(form.fields.get("key", ""))
    async with desk.db.read() as conn:
        row = await board.one_row(conn, case_id)
    if row is None:
        raise NotFound("no such case")
    if not allowance.can_show(desk.settings, row.channel):
        raise BadInput("no photo can be shown there")
    photo_id = new_id("pho")
    file = await desk.photos.write(photo_id, form.file)
    shown = False
    try:
        async with desk.db.write() as conn:
            shown = await acts.show_photo(
                conn, desk.clock, case_id, person, photo_id=photo_id, file=file, key=key
            )
    finally:
        if not shown:
            await desk.photos.delete(photo_id)
    raise _back(request)


@routes.post("/cases/{id}/notes")
@allow(CASE_WORKERS)
async def write_note(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    async with desk.db.write() as conn:
        await acts.write_note(
            conn, desk.clock, request.match_info["id"], person,
            text=str(form.get("text", "")), key=str(form.get("key", "")),
        )  # fmt: skip
    raise _back(request)


@routes.post("/cases/{id}/step")
@allow(CASE_WORKERS)
async def mark_step(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    async with desk.db.write() as conn:
        await acts.mark_step(
            conn, desk.clock, request.match_info["id"], person, step=str(form.get("step", ""))
        )
    raise _back(request)


@routes.post("/cases/{id}/put-back")
@allow(CASE_WORKERS)
async def put_back(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.write() as conn:
        await acts.put_back(conn, desk.clock, request.match_info["id"], person)
    raise _back(request)


@routes.post("/cases/{id}/park")
@allow(CASE_WORKERS)
async def park(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    until = _time(str(form.get("until", "")))
    async with desk.db.write() as conn:
        await acts.park(conn, desk.clock, request.match_info["id"], person, until=until)
    raise _back(request)


@routes.post("/cases/{id}/resume")
@allow(CASE_WORKERS)
async def resume(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.write() as conn:
        await acts.resume(conn, desk.clock, request.match_info["id"], person)
    raise _back(request)


@routes.post("/cases/{id}/resolve")
@allow(CASE_WORKERS)
async def resolve(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    promised, until = str(form.get("promise", "")).strip(), str(form.get("promise_until", ""))
    if bool(promised) != bool(until):
        raise BadInput("a promise has words and a time")
    promise = acts.Promise(acts.clean(promised), _time(until)) if promised else None
    async with desk.db.write() as conn:
        await acts.resolve(
            conn, desk.clock, request.match_info["id"], person,
            resolution=str(form.get("resolution", "")), note=str(form.get("note", "")),
            promise=promise,
        )  # fmt: skip
    raise _back(request)


@routes.post("/cases/{id}/reveal")
@allow(CASE_WORKERS)
async def reveal(request: web.Request) -> web.Response:
    """Show one fact of one person, once, in the answer itself; asking again is noted again."""
    desk, person = parts(request)
    form = await request.post()
    resident_id, part = str(form.get("resident", "")), str(form.get("part", ""))
    async with desk.db.write() as conn:
        found = await board.one_row(conn, request.match_info["id"])
        if found is None:
            raise NotFound("no such case")
        await household.reveal(
            conn, desk.clock, found.case, person, resident_id=resident_id, part=part
        )
    return await _page(request, request.match_info["id"], revealed=(resident_id, part))


def _time(text: str) -> datetime:
    moment = pages.from_form(text)
    if moment is None:
        raise BadInput("not a time")
    return moment


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/cases/{request.match_info['id']}")
