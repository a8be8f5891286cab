"""What every request passes: an id, the same-origin check, and errors made into `{code, message}`.

The only place of this package where an unforeseen exception of a request is caught. A limit here
defers a turn or refuses a body; it never refuses a resident's words.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.phrases import phrase
from community.errors import Code, CommunityError, NotAllowed, TooMany
from community.ids import new_id
from community.log import turn_id

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
RETRY_AFTER_S = 3
_REQUEST_ID = web.RequestKey("request_id", str)
_CODES = {
    401: Code.UNAUTHENTICATED,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    413: Code.TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA,
    429: Code.TOO_MANY,
    503: Code.UNAVAILABLE,
}

logger = logging.getLogger(__name__)


@web.middleware
async def tag(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id that stands in each log line until a turn has its own."""
    request[_REQUEST_ID] = new_id("req")
    token = turn_id.set(request[_REQUEST_ID])
    try:
        return await handler(request)
    finally:
        turn_id.reset(token)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A code and words for every failure; never an exception's own text."""
    try:
        return await handler(request)
    except CommunityError as error:
        if error.http_status >= 500:
            logger.error("request failed: route=%s code=%s", _route(request), error.code)
        return failure(error.http_status, error.code, headers=_retry(error), words=_words(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _CODES.get(error.status, Code.BAD_REQUEST)
        allow = error.headers.get("Allow")
        return failure(error.status, code, headers={"Allow": allow} if allow else {})
    except (ConnectionError, web.RequestPayloadError):
        return failure(400, Code.BAD_REQUEST)  # the caller went away in the middle of the body
    except Exception:
        logger.exception("request failed: route=%s", _route(request))
        return failure(500, Code.INTERNAL)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page makes a browser send, WebSockets included.

    A request that names no origin does not come from a page.
    Source: https://words.filippo.io/csrf/ ; RFC 6455 §10.2
    """
    opens_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method not in SAFE_METHODS or opens_socket:
        origin = request.headers.get("Origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.host
        if foreign or request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            raise NotAllowed("sent by another site")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: what each answer carries."""
    response.headers.update(SECURITY_HEADERS)
    # A file may be kept if it is asked for anew each time; a 304 then costs next to nothing.
    kept = "no-cache" if isinstance(response, web.FileResponse) else "no-store"
    response.headers.setdefault("Cache-Control", kept)
    if _REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[_REQUEST_ID]


def failure(
    status: int, code: Code, *, headers: dict[str, str] | None = None, words: str | None = None
) -> web.Response:
    """The one shape of an error: `{"code", "message"}`."""
    body = {"code": code, "message": words or phrase(f"errors.{code}")}
    return web.json_response(body, status=status, headers=headers, dumps=to_json)


def to_json(value: object) -> str:
    """JSON as it goes out: Chinese as it is, the same value always the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _words(error: CommunityError) -> str | None:
    """Words that a channel made for this very error, when it did."""
    words = getattr(error, "words", None)
    return words if isinstance(words, str) else None


def _retry(error: CommunityError) -> dict[str, str]:
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.retry_after_s)}
    if error.http_status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(RETRY_AFTER_S)} if error.retryable else {}


def _route(request: web.Request) -> str:
    """The route's pattern: a path may hold an id that a log needs not know."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "-"
