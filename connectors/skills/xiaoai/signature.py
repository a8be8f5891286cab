"""Whether a request is XiaoAI's own: an HMAC over its line and some headers; the body by its digest.

Source: github.com/he0119/smart-home home/xiaoai (MIAI-HmacSHA256-V1)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from community.config import Secret
from connectors.refusals import Refused
from connectors.skills.secrecy import same

SCHEME = "MIAI-HmacSHA256-V1"
DATE = "X-Xiaomi-Date"
TOLERANCE_S = 300.0
"How far the date may be from ours"


@dataclass(frozen=True)
class Keys:
    """What signs; `secret` is base64, as the console shows it."""

    key_id: str
    secret: Secret
    scope: str = ""


@dataclass(frozen=True)
class Line:
    """The request as its sender saw it, before any proxy."""

    method: str
    path: str
    query: str
    host: str


def sign(secret: Secret, line: Line, headers: Mapping[str, str]) -> str:
    """The signature in lower-case hexadecimal; what is missing signs as an empty line.

    Raises ValueError for a secret that is not base64.
    """
    parts = (
        line.method,
        line.path,
        line.query,
        headers.get(DATE, ""),
        line.host,
        headers.get("Content-Type", ""),
        headers.get("Content-Md5", ""),
    )
    signed = "".join(f"{part}\n" for part in parts).encode("utf-8", "surrogateescape")
    key = base64.b64decode(secret.reveal())
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def check(keys: Keys, line: Line, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises Refused; all is looked at first, so that time tells nothing."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    key_id, _, rest = given.strip().partition(":")
    scope, _, signature = rest.partition(":")
    found = {
        "signature": same(signature, sign(keys.secret, line, headers)),
        "scheme": same(scheme, SCHEME),
        "key": same(key_id, keys.key_id),
        "scope": same(scope, keys.scope),
        "date": _is_near(headers.get(DATE, ""), now),
        "body": _is_body(headers.get("Content-Md5", ""), body),
    }
    for cause, holds in found.items():
        if not holds:
            raise Refused(cause)


def _is_near(written: str, now: datetime) -> bool:
    try:
        date = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return abs((now - date).total_seconds()) <= TOLERANCE_S


def _is_body(written: str, body: bytes) -> bool:
    """Whether this is the body's digest, in base64 or in hexadecimal; also when there is none."""
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    in_hex = same(written.lower(), digest.hex())
    return not written or same(written, base64.b64encode(digest).decode()) or in_hex
