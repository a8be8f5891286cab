"""Cross-site requests are refused by their headers; what cannot be told is refused too.

Source: https://words.filippo.io/csrf/ (the algorithm datasette and Go 1.25 use). It differs in one
point: a request with neither header is no page of ours and is refused, because only browsers have
business at the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def is_ours(method: str, headers: Mapping[str, str], host: str) -> bool:
    """Whether a page of this desk may have sent it. `host`: name and port we were asked at."""
    if method in SAFE_METHODS:
        return True
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OURS
    origin = headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == host
