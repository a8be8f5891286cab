"""Photos and clips that residents sent: to staff who see their matter, and audited."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import BadInput, NotFound
from community.store import attachments
from community.store.attachments import PHOTO, VOICE
from community.store.schema import queue_case
from conversation import audit
from desk import orders, pages, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS, EVERYBODY, Staff

FILES = {PHOTO: ("photos", ".jpg", "image/jpeg"), VOICE: ("voices", ".wav", "audio/wav")}
"Folder, suffix and type, as the gateway keeps them"
WORDS_MAX = 500

routes = web.RouteTableDef()


@routes.get("/photos/{id}")
@allow(EVERYBODY)
async def show_photo(request: web.Request) -> web.StreamResponse:
    return await _show(request, PHOTO)


@routes.get("/clips/{id}")
@allow(EVERYBODY)
async def play_clip(request: web.Request) -> web.StreamResponse:
    """A clip; a player asks for it in ranges."""
    return await _show(request, VOICE)


@routes.post("/clips/{id}/words")
@allow(CASE_WORKERS)
async def correct(request: web.Request) -> web.Response:
    """What was said in a clip, as a person heard it; the machine's words stay beside it."""
    desk, person = parts(request)
    clip_id = request.match_info["id"]
    text = " ".join(str((await request.post()).get("text", "")).split())
    if not 0 < len(text) <= WORDS_MAX:
        raise BadInput("words of a clip")
    async with desk.db.write() as conn:
        await _check(conn, person, clip_id, VOICE)
        found = await attachments.find(conn, clip_id)
        heard = (found.transcript if found else None) or {"text": "", "words": []}
        await attachments.transcribe(
            conn, clip_id, heard | {"corrected": {"text": text, "by": person.id}}
        )
        await audit.record(conn, desk.clock, actor=person.id, act="voice.correct", obj=clip_id)
    raise web.HTTPSeeOther(pages.path_of(request.headers.get("Referer", "")) or "/")


async def _show(request: web.Request, kind: str) -> web.StreamResponse:
    desk, person = parts(request)
    file_id = request.match_info["id"]
    async with desk.db.read() as conn:
        await _check(conn, person, file_id, kind)
    folder, suffix, content_type = FILES[kind]
    file = desk.settings.data_dir / folder / f"{file_id}{suffix}"
    if not file.is_file():
        raise NotFound("the file is gone")
    await seen.note_look(desk.db, desk.clock, person, f"{kind}.view", file_id)
    return web.FileResponse(file, headers={"Content-Type": content_type})


async def _check(conn: AsyncConnection, person: Staff, file_id: str, kind: str) -> None:
    """Raises NotFound unless the file is stored and belongs to a matter this person sees."""
    found = await attachments.find(conn, file_id)
    if found is None or found.kind != kind:
        raise NotFound("no such file")
    if found.ticket_id is not None:
        await _check_ticket(conn, person, found.ticket_id)
        return
    if not person.works_cases:
        raise NotFound("not a repairer's")
    case = await conn.execute(
        select(queue_case.c.id)
        .where(queue_case.c.conversation_id == found.conversation_id)
        .limit(1)
    )
    if case.scalar() is None:
        raise NotFound("no case has this conversation")


async def _check_ticket(conn: AsyncConnection, person: Staff, ticket_id: str) -> None:
    if person.works_cases:
        return
    await orders.get_repair(conn, person, ticket_id)
