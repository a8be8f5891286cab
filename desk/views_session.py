"""Logging in and out, the duty switch, and whether the desk is well."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web
from sqlalchemy import text

from community.errors import Code, NotAuthenticated, TooMany
from conversation import audit, duty, events
from desk import pages, sessions
from desk.access import COOKIE, allow, public
from desk.addresses import client_address
from desk.context import DESK, STAFF, parts
from desk.staff import EVERYBODY
from desk.words import words

routes = web.RouteTableDef()


def log_in_address(request: web.Request) -> str:
    """Where to log in, to come back to this page."""
    return f"/login?next={quote(request.path_qs, safe='')}"


def _home(request: web.Request) -> str:
    return "/" if request[STAFF].works_cases else "/orders"


@routes.get("/login")
@public
async def show_log_in(request: web.Request) -> web.Response:
    if STAFF in request:
        raise web.HTTPSeeOther(_home(request))
    return pages.render(
        request, "login.html", told="", user="", next=pages.path_of(request.query.get("next", "/"))
    )


@routes.post("/login")
@public
async def log_in(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    form = await request.post()
    user, goes_to = str(form.get("user", "")).strip(), pages.path_of(str(form.get("next", "/")))
    try:
        token = await sessions.log_in(
            desk.db,
            desk.clock,
            desk.passwords,
            user=user,
            password=str(form.get("password", "")),
            address=client_address(request, desk.settings.trusted_proxies),
        )
    except (NotAuthenticated, TooMany) as error:
        key = "too_many" if error.code is Code.TOO_MANY else "wrong_login"
        answer = pages.render(
            request, "login.html", status=error.http_status, told=words(f"errors.{key}"),
            user=user, next=goes_to,
        )  # fmt: skip
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    await _end_old(request)
    answer = web.Response(status=303, headers={"Location": goes_to})
    answer.set_cookie(
        COOKIE,
        token,
        max_age=sessions.LASTS_S,
        httponly=True,
        samesite="Strict",
        secure=desk.settings.secure_cookies,
    )
    return answer


async def _end_old(request: web.Request) -> None:
    """Whoever was signed in at this browser before is no longer."""
    desk, old = request.app[DESK], request.cookies.get(COOKIE)
    if old and STAFF in request:
        await sessions.log_out(desk.db, desk.clock, old, request[STAFF])


@routes.post("/logout")
@allow(EVERYBODY)
async def log_out(request: web.Request) -> web.Response:
    await _end_old(request)
    answer = web.Response(status=303, headers={"Location": "/login"})
    answer.del_cookie(COOKIE)
    return answer


@routes.post("/duty")
@allow(EVERYBODY)
async def switch_duty(request: web.Request) -> web.Response:
    desk, person = parts(request)
    form = await request.post()
    on_duty = form.get("on") == "1"
    async with desk.db.write() as conn:
        await duty.set_on_duty(conn, person.id, on_duty)
        await audit.record(
            conn, desk.clock, actor=person.id, act="staff.duty", obj=person.id,
            detail={"on": on_duty},
        )  # fmt: skip
        await events.publish(conn, desk.clock, "staff")
    raise web.HTTPSeeOther(pages.path_of(str(form.get("back", "/"))))


@routes.get("/healthz")
@public
async def health(request: web.Request) -> web.Response:
    async with request.app[DESK].db.read() as conn:
        await conn.execute(text("SELECT 1"))
    return web.json_response({"status": "ok"})
