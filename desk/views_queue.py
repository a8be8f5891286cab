"""The queue page."""

from __future__ import annotations

from aiohttp import web

from desk import board, decisions, pages
from desk.access import allow
from desk.board import Board, Filter
from desk.context import Desk, parts
from desk.staff import EVERYBODY, Staff

routes = web.RouteTableDef()


def filter_of(request: web.Request) -> Filter:
    query = request.query
    return Filter(
        query.get("show", "all"), query.get("q", "").strip()[:50], query.get("channel", "")
    )


async def board_of(desk: Desk, person: Staff, wanted: Filter) -> Board:
    async with desk.db.read() as conn:
        rows = await board.open_rows(conn)
    return board.board(rows, wanted, person.id)


@routes.get("/")
@allow(EVERYBODY)
async def show_queue(request: web.Request) -> web.Response:
    desk, person = parts(request)
    if not person.works_cases:
        raise web.HTTPSeeOther("/orders")
    wanted = filter_of(request)
    seen = await board_of(desk, person, wanted)
    closed = []
    if wanted.show == "closed":
        async with desk.db.read() as conn:
            closed = await board.closed_rows(conn)
    to_decide = len(await decisions.waiting(desk.services))
    return pages.render(
        request, "queue.html", board=seen, wanted=wanted, closed=closed, to_decide=to_decide
    )
