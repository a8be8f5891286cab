"""Sessions: who a browser is, as a random key in a signed cookie."""

from __future__ import annotations

import re
import secrets

from aiohttp import web
from itsdangerous import BadSignature, TimestampSigner

from community.config import Secret

COOKIE = "linsheng_session"
MAX_AGE_S = 400 * 24 * 3600
"The longest that browsers keep a cookie; each visit begins it anew"

_KEY = re.compile(r"[0-9a-f]{32}")


class Sessions:
    """Reads and writes the session cookie; a key is never taken from anywhere else."""

    def __init__(self, cookie_key: Secret, *, secure: bool) -> None:
        self._signer = TimestampSigner(cookie_key.reveal(), salt="webchat.session")
        self._secure = secure

    def read(self, request: web.Request) -> str | None:
        """The session key; None without a cookie of ours."""
        try:
            key = self._signer.unsign(request.cookies.get(COOKIE, ""), max_age=MAX_AGE_S)
        except BadSignature:
            return None
        return key.decode() if _KEY.fullmatch(key.decode()) else None

    def renew(self, request: web.Request, response: web.StreamResponse) -> None:
        """Set the cookie for the next MAX_AGE_S, with a new key for a new browser."""
        key = self.read(request) or secrets.token_hex(16)
        response.set_cookie(
            COOKIE,
            self._signer.sign(key).decode(),
            max_age=MAX_AGE_S,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
