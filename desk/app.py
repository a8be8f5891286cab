"""The desk as an aiohttp application: its parts, its routes, and errors made into pages.

The only place of this package where an unforeseen exception of a request is caught.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from community.config import Settings
from community.errors import Code, CommunityError, Conflict, NotAuthenticated, TooMany
from community.ids import new_id
from community.log import turn_id
from community.store.database import Database
from community.times import Clock
from conversation.events import Watcher
from conversation.photos import Photos
from desk import (
    access,
    pages,
    sessions,
    views_case,
    views_complaints,
    views_decisions,
    views_files,
    views_guardians,
    views_incidents,
    views_live,
    views_matters,
    views_orders,
    views_queue,
    views_registers,
    views_session,
    views_speakers,
)
from desk.context import DESK, Desk
from desk.live import Live
from desk.passwords import Passwords
from desk.words import words

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_MAX_BYTES = 64 * 1024
SWEEP_EVERY_S = 30.0
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"A stricter Referrer-Policy would make browsers send `Origin: null` with our own forms"
_CODES = {404: Code.NOT_FOUND, 413: Code.TOO_LARGE}

logger = logging.getLogger(__name__)


def build_app(
    settings: Settings, db: Database, clock: Clock, *, passwords: Passwords | None = None
) -> web.Application:
    """The whole desk on a migrated database. `passwords`: a cheaper hasher for tests."""
    app = web.Application(
        middlewares=[tag, answer_errors, access.same_origin, access.signed_in],
        client_max_size=BODY_MAX_BYTES,
    )
    photos = Photos(db, clock, settings.data_dir / "photos")
    app[DESK] = Desk(
        settings, db, clock, Live(), photos, passwords or Passwords(), pages.environment(clock)
    )
    for views in (
        views_session,
        views_queue,
        views_case,
        views_orders,
        views_complaints,
        views_matters,
        views_incidents,
        views_files,
        views_live,
        views_registers,
        views_decisions,
        views_guardians,
        views_speakers,
    ):
        app.router.add_routes(views.routes)
    app.router.add_static(f"/static/{pages.static_version()}", pages.STATIC)
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(following)
    app.on_shutdown.append(end_streams)
    return app


async def following(app: web.Application) -> AsyncIterator[None]:
    """While the desk is up: follow events of all processes, and drop sessions that are over."""
    desk = app[DESK]
    watcher = Watcher(desk.db, desk.clock)
    watcher.listen(desk.live.on_event)
    await watcher.start_from_now()
    tasks = [
        asyncio.create_task(watcher.run(), name="desk events"),
        asyncio.create_task(sweep_sessions(desk), name="desk sessions"),
    ]
    for task in tasks:
        task.add_done_callback(_log_end)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("task %s ended", task.get_name(), exc_info=error)


async def sweep_sessions(desk: Desk) -> None:
    """Drop old sessions until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        try:
            await sessions.sweep(desk.db, desk.clock)
        except CommunityError as error:
            logger.warning("sessions cannot be swept now: code=%s", error.code)


async def end_streams(app: web.Application) -> None:
    app[DESK].live.close()


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: what each answer carries."""
    response.headers.update(SECURITY_HEADERS)
    static = request.path.startswith("/static/")
    response.headers.setdefault(
        "Cache-Control", "public, max-age=31536000, immutable" if static else "no-store"
    )


@web.middleware
async def tag(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An id for this request on each log line."""
    token = turn_id.set(new_id("req"))
    try:
        return await handler(request)
    finally:
        turn_id.reset(token)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A status and words for every failure; never an exception's own text."""
    try:
        return await handler(request)
    except CommunityError as error:
        if error.http_status >= 500:
            logger.error("request failed: route=%s code=%s", _route(request), error.code)
        return _failure(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _CODES.get(error.status, Code.BAD_REQUEST)
        return _page(request, error.status, code, words(f"errors.{code}"))
    except Exception:
        logger.exception("request failed: route=%s", _route(request))
        return _page(request, 500, Code.INTERNAL, words("errors.internal"))


def _failure(request: web.Request, error: CommunityError) -> web.StreamResponse:
    if isinstance(error, NotAuthenticated) and request.method == "GET" and not _wants_json(request):
        raise web.HTTPSeeOther(views_session.log_in_address(request))
    winner = error.winner if isinstance(error, Conflict) else None
    key = f"errors.{error.code}_won" if winner else f"errors.{error.code}"
    try:
        told = words(key, winner=winner)
    except KeyError:
        told = words("errors.internal")
    answer = _page(request, error.http_status, error.code, told, winner=winner)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def _page(
    request: web.Request, status: int, code: Code, told: str, *, winner: str | None = None
) -> web.Response:
    if _wants_json(request):
        body = {"code": code, "message": told, "winner": winner}
        return web.json_response(body, status=status)
    return pages.render(
        request, "error.html", status=status, code=code, told=told, winner=winner,
        back=pages.path_of(request.headers.get("Referer", "")),
    )  # fmt: skip


def _wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _route(request: web.Request) -> str:
    """The route's pattern: a path may hold an id that a log needs not know."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "-"
