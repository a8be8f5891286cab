"""A body as WeChat reads it: raw UTF-8 JSON in which \\uXXXX is not an escape."""

from __future__ import annotations

import json
import re
from typing import Any

from connectors.wechat.sim.refusals import Refused

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def read_json(raw: bytes) -> dict[str, Any]:
    """The object in the body; `\\u4f60` stays six characters. Raises Refused 47001."""
    try:
        found = json.loads(_ESCAPE.sub(_literal, raw.decode("utf-8")))
    except (ValueError, RecursionError):
        raise Refused(47001) from None
    if not isinstance(found, dict):
        raise Refused(47001)
    return found


def has_escapes(raw: bytes) -> bool:
    """Whether some character is written as \\uXXXX."""
    return any(match[1] == "u" for match in _ESCAPE.finditer(raw.decode("utf-8", "replace")))


def _literal(match: re.Match[str]) -> str:
    return r"\\u" if match[1] == "u" else match[0]
