"""Who gets to which view: a live session and a role, and nothing without both.

A handler says who may call it by `@allow(...)` or `@public`; one that says nothing is refused, so
a forgotten mark closes a page instead of opening it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from aiohttp import web

from community.errors import NotAllowed, NotAuthenticated
from desk import csrf, sessions
from desk.context import DESK, STAFF
from desk.staff import Role

COOKIE = "desk_session"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
_allowed: dict[Handler, frozenset[Role]] = {}
_public: set[Handler] = set()
_quiet: set[Handler] = set()


def allow(roles: Collection[Role]) -> Callable[[AnyHandler], AnyHandler]:
    """The view is for staff of these roles."""

    def mark(handler: AnyHandler) -> AnyHandler:
        _allowed[handler] = frozenset(roles)
        return handler

    return mark


def public(handler: AnyHandler) -> AnyHandler:
    """The view is for everybody: logging in, health."""
    _public.add(handler)
    return handler


def quiet(handler: AnyHandler) -> AnyHandler:
    """A request that a page makes by itself; it is no sign that somebody sits there."""
    _quiet.add(handler)
    return handler


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not csrf.is_ours(request.method, request.headers, request.host):
        raise NotAllowed("sent by another site")
    return await handler(request)


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks, and refuse whoever may not."""
    desk = request.app[DESK]
    token = request.cookies.get(COOKIE, "")
    if token:
        async with desk.db.read() as conn:
            found = await sessions.find(conn, desk.clock, token)
        if found is not None:
            request[STAFF] = found.staff
            if request.match_info.handler not in _quiet:
                await sessions.touch(desk.db, desk.clock, token, found)
    called = request.match_info.handler
    if called in _public or request.match_info.http_exception is not None or _is_static(request):
        return await handler(request)
    if STAFF not in request:
        raise NotAuthenticated("no session")
    if request[STAFF].role not in _allowed.get(called, frozenset()):
        raise NotAllowed("another role")
    return await handler(request)


def _is_static(request: web.Request) -> bool:
    return isinstance(request.match_info.route.resource, web.StaticResource)


def unguarded(app: web.Application) -> list[str]:
    """Routes whose handler says neither who may call it nor that everybody may."""
    return [
        f"{route.method} {route.resource.canonical if route.resource else '?'}"
        for route in app.router.routes()
        if not isinstance(route.resource, web.StaticResource)
        and route.handler not in _allowed
        and route.handler not in _public
    ]
