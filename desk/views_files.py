"""Photos that residents sent: only to staff who see the matter they belong to, and audited."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.store.schema import attachment, queue_case
from desk import orders, seen
from desk.access import allow
from desk.context import parts
from desk.staff import EVERYBODY, Staff

routes = web.RouteTableDef()


@routes.get("/photos/{id}")
@allow(EVERYBODY)
async def show_photo(request: web.Request) -> web.StreamResponse:
    desk, person = parts(request)
    photo_id = request.match_info["id"]
    async with desk.db.read() as conn:
        await _check(conn, person, photo_id)
    file = desk.settings.data_dir / "photos" / f"{photo_id}.jpg"
    if not file.is_file():
        raise NotFound("the file is gone")
    await seen.note_look(desk.db, desk.clock, person, "photo.view", photo_id)
    return web.FileResponse(file, headers={"Content-Type": "image/jpeg"})


async def _check(conn: AsyncConnection, person: Staff, photo_id: str) -> None:
    """Raises NotFound unless the photo is stored and belongs to a matter this person sees."""
    row = (
        await conn.execute(
            select(attachment.c.conversation_id, attachment.c.ticket_id).where(
                attachment.c.id == photo_id
            )
        )
    ).first()
    if row is None:
        raise NotFound("no such photo")
    if row.ticket_id is not None:
        await _check_ticket(conn, person, row.ticket_id)
        return
    if not person.works_cases:
        raise NotFound("not a repairer's")
    case = await conn.execute(
        select(queue_case.c.id).where(queue_case.c.conversation_id == row.conversation_id).limit(1)
    )
    if case.scalar() is None:
        raise NotFound("no case has this conversation")


async def _check_ticket(conn: AsyncConnection, person: Staff, ticket_id: str) -> None:
    if person.works_cases:
        return
    await orders.get_repair(conn, person, ticket_id)
