"""Tokens: what a device shows at the door, good for one device, one installation and one year.

`base64url(HMAC-SHA256(key, client_id | device_id | issued)) . issued`, as the widespread
xiaozhi-esp32-server makes them, but under a key of the device's own: a new key ends the old token.
The firmware fetches one only when it starts, so a token outlives a speaker that is never off.
Source: https://github.com/xinnan-tech/xiaozhi-esp32-server, main/xiaozhi-server/core/auth.py
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from community.config import Secret

GOOD_FOR_S = 365 * 24 * 3600
SKEW_S = 300
"How far the clock of another gateway may be ahead of ours"
_LONGEST = 96


def issue(key: Secret, device_id: str, client_id: str, now: datetime) -> Secret:
    """A token from now on. Raises ValueError for an empty key."""
    issued = str(int(now.timestamp()))
    return Secret(f"{_signature(key, device_id, client_id, issued)}.{issued}")


def is_good(token: str, key: Secret, device_id: str, client_id: str, now: datetime) -> bool:
    """Whether this very device was given it under this key, at most GOOD_FOR_S ago."""
    signature, dot, issued = token.rpartition(".")
    if not dot or len(token) > _LONGEST or not issued.isdecimal():
        return False
    wanted = _signature(key, device_id, client_id, issued)
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
        return False
    return -SKEW_S <= now.timestamp() - int(issued) <= GOOD_FOR_S


def _signature(key: Secret, device_id: str, client_id: str, issued: str) -> str:
    if not key.reveal():
        raise ValueError("no key to sign with")
    signed = f"{client_id}|{device_id}|{issued}".encode()
    digest = hmac.new(key.reveal().encode(), signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
