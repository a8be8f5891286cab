"""Registers: one day of one service as a table, for the clerk at the counter and the guard at the gate."""

from __future__ import annotations

from datetime import date, timedelta

from aiohttp import web

from community.errors import BadInput
from community.times import local
from desk import pages, registers, seen
from desk.access import allow
from desk.context import parts
from desk.staff import CASE_WORKERS

routes = web.RouteTableDef()
FARTHEST = timedelta(days=366)


@routes.get("/registers")
@allow(CASE_WORKERS)
async def first(request: web.Request) -> web.Response:
    _desk, person = parts(request)
    raise web.HTTPSeeOther(f"/registers/{registers.books_of(person)[0].key}")


@routes.get("/registers/{key}")
@allow(CASE_WORKERS)
async def show(request: web.Request) -> web.Response:
    """A day of a register; looking at it is noted in the audit."""
    desk, person = parts(request)
    book = registers.book_of(person, request.match_info["key"])
    today = local(desk.clock.now()).date()
    day = _day(request.query.get("day", ""), today)
    register = await book.of_day(desk.services, day)
    await seen.note_look(desk.db, desk.clock, person, "register.view", f"{book.key}:{day}")
    return pages.render(
        request,
        "registers.html",
        books=registers.books_of(person),
        book=book,
        register=register,
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


def _day(said: str, today: date) -> date:
    """The day asked for, today unless one is. Raises BadInput."""
    if not said:
        return today
    try:
        day = date.fromisoformat(said)
    except ValueError as error:
        raise BadInput("no such day") from error
    if abs(day - today) > FARTHEST:
        raise BadInput("too far")
    return day
