"""Repair orders: the list, one order with its history, and what staff do with it."""

from __future__ import annotations

from aiohttp import web

from community.errors import BadInput, NotAllowed, TooLarge
from community.labels import group
from community.services import repair
from community.store import tickets
from conversation import audit
from desk import acts, orders, pages, progress, seen
from desk.access import allow
from desk.context import parts
from desk.orders import OrderFilter
from desk.staff import EVERYBODY

routes = web.RouteTableDef()


def _filter(request: web.Request) -> OrderFilter:
    query = request.query
    return OrderFilter(
        query.get("state", "open"),
        query.get("urgency", ""),
        query.get("overdue") == "1",
        query.get("q", "").strip()[:50],
    )


@routes.get("/orders")
@allow(EVERYBODY)
async def show_orders(request: web.Request) -> web.Response:
    desk, person = parts(request)
    async with desk.db.read() as conn:
        found = await orders.repairs(conn, person)
    wanted, now = _filter(request), desk.clock.now()
    return pages.render(
        request,
        "orders.html",
        orders=[one for one in found if wanted.takes(one, now)],
        wanted=wanted,
        states=group("repair_state"),
        urgencies=group("urgency"),
        overdue={one.id for one in found if orders.is_overdue(one, now)},
        counts={
            "open": sum(one.state in repair.OPEN for one in found),
            "pending": sum(one.state == "pending" for one in found),
            "overdue": sum(orders.is_overdue(one, now) for one in found),
        },
    )


async def _page(request: web.Request, *, revealed: bool = False) -> web.Response:
    desk, person = parts(request)
    async with desk.db.read() as conn:
        one = await orders.get_repair(conn, person, request.match_info["id"])
        moves = orders.moves_of(person, one)
        return pages.render(
            request,
            "order.html",
            order=one,
            history=await orders.history(conn, one.id),
            photos=await tickets.photos_of(conn, one.id),
            moves=moves,
            repairers=await orders.repairers(conn) if "dispatch" in moves else [],
            overdue=orders.is_overdue(one, desk.clock.now()),
            revealed=revealed,
        )


@routes.get("/orders/{id}")
@allow(EVERYBODY)
async def show_order(request: web.Request) -> web.Response:
    desk, person = parts(request)
    answer = await _page(request)
    await seen.note_look(desk.db, desk.clock, person, "order.view", request.match_info["id"])
    return answer


@routes.post("/orders/{id}/act")
@allow(EVERYBODY)
async def act(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    wanted, version = str(form.get("act", "")), str(form.get("version", ""))
    async with desk.db.read() as conn:
        one = await orders.get_repair(conn, person, request.match_info["id"])
        sent = str(form.get("assignee", "")) or None
        if wanted == "dispatch" and sent not in {r.id for r in await orders.repairers(conn)}:
            raise BadInput("nobody to send")
    if wanted not in repair.STAFF_MOVES or not version.isdecimal():
        raise BadInput("no such act")
    if not person.works_cases and wanted not in orders.REPAIRER_MOVES:
        raise NotAllowed("not a repairer's act")
    await repair.staff_act(
        desk.services,
        one.id,
        wanted,
        staff_id=person.id,
        version=int(version),
        assignee_id=sent,
        note=note_of(str(form.get("note", ""))),
        tell=progress.after_repair(desk.clock, person, wanted),
    )
    gone = not person.works_cases and wanted == "return"
    raise web.HTTPSeeOther("/orders" if gone else f"/orders/{one.id}")


def note_of(text: str) -> str:
    """A note of staff's; none is allowed. Raises TooLarge."""
    if len(text) > acts.TEXT_MAX_CHARACTERS:
        raise TooLarge("too many words")
    return acts.clean(text) if text.strip() else ""


@routes.post("/orders/{id}/reveal")
@allow(EVERYBODY)
async def reveal(request: web.Request) -> web.Response:
    """Show the telephone to call before a visit; noted in the audit first."""
    desk, person = parts(request)
    async with desk.db.write() as conn:
        one = await orders.get_repair(conn, person, request.match_info["id"])
        await audit.record(conn, desk.clock, actor=person.id, act="order.reveal_phone", obj=one.id)
    return await _page(request, revealed=True)
