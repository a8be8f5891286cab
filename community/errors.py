"""The one tree of errors, each with a code that an operator, a client and a phrase file can name.

    CommunityError
    ├── ConfigError            start-up: what an operator must mend, every problem at once
    ├── BadInput               the caller's words or bytes cannot be used
    │   ├── TooLarge
    │   └── UnsupportedMedia
    ├── NotAllowed             the caller may not do this
    │   ├── NotAuthenticated
    │   ├── NotBound           the act needs a home and none is linked
    │   └── TooMany            a limit on guessing was reached
    ├── NotFound               absent, or not the caller's to see: never told apart
    ├── Conflict               another has done it, or the record moved on
    └── Unavailable            a part we depend on did not do its work
        ├── EngineError        the dialogue engine failed, timed out or answered nothing
        └── StoreError         the database is locked, full or gone

Users' words are never inside an exception; `str(error)` is for operators, never for clients.
"""

from __future__ import annotations

import enum


class Code(enum.StrEnum):
    """Machine-readable causes; `bot/phrases.yml` has words for each (held by a test)."""

    BAD_CONFIG = "bad_config"
    BAD_REQUEST = "bad_request"
    EMPTY_MESSAGE = "empty_message"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_BOUND = "not_bound"
    TOO_MANY = "too_many"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    WRONG_CODE = "wrong_code"
    UNAVAILABLE = "unavailable"
    ENGINE_TIMEOUT = "engine_timeout"
    ENGINE_REFUSED = "engine_refused"
    ENGINE_EMPTY = "engine_empty"
    ENGINE_FAILED = "engine_failed"
    STORE_UNAVAILABLE = "store_unavailable"
    INTERNAL = "internal"


class CommunityError(Exception):
    """Base of every error of ours.

    `code` names the cause; `http_status` is what an HTTP edge answers; `retryable` says whether
    the same call may succeed later without any change.
    """

    code: Code = Code.INTERNAL
    http_status: int = 500
    retryable: bool = False

    def __init__(self, detail: str = "", *, code: Code | None = None) -> None:
        super().__init__(detail or (code or self.code).value)
        if code is not None:
            self.code = code


class ConfigError(CommunityError):
    """`problems` lists each variable or file at fault with what is wrong, one line each."""

    code = Code.BAD_CONFIG

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class BadInput(CommunityError):
    code = Code.BAD_REQUEST
    http_status = 400


class TooLarge(BadInput):
    code = Code.TOO_LARGE
    http_status = 413


class UnsupportedMedia(BadInput):
    code = Code.UNSUPPORTED_MEDIA
    http_status = 415


class NotAllowed(CommunityError):
    code = Code.FORBIDDEN
    http_status = 403


class NotAuthenticated(NotAllowed):
    code = Code.UNAUTHENTICATED
    http_status = 401


class NotBound(NotAllowed):
    code = Code.NOT_BOUND
    http_status = 403


class TooMany(NotAllowed):
    """`retry_after_s`: seconds until the next try is looked at."""

    code = Code.TOO_MANY
    http_status = 429

    def __init__(self, detail: str = "", *, retry_after_s: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class NotFound(CommunityError):
    code = Code.NOT_FOUND
    http_status = 404


class Conflict(CommunityError):
    """`winner`: the name of who was first, when somebody was."""

    code = Code.CONFLICT
    http_status = 409

    def __init__(
        self, detail: str = "", *, code: Code | None = None, winner: str | None = None
    ) -> None:
        super().__init__(detail, code=code)
        self.winner = winner


class Unavailable(CommunityError):
    code = Code.UNAVAILABLE
    http_status = 503
    retryable = True


class EngineError(Unavailable):
    code = Code.ENGINE_FAILED


class StoreError(Unavailable):
    code = Code.STORE_UNAVAILABLE
