"""The fields of a body, XML or JSON alike, and each of them as the kind it must be.

All functions raise Unreadable; its `field` is the name that was asked for.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from connectors.wechat.crypto import Cause
from connectors.wechat.xml import (
    BLANK,
    DEPTH_MAX,
    FIELDS_MAX,
    READ_MAX_BYTES,
    Fields,
    Unreadable,
    Value,
    read,
    sanitised,
)

_LATEST_S = 253_402_300_799
"The last second of the year 9999, beyond which no date can be made"
_MARK = b"\xef\xbb\xbf"
_WHOLE = re.compile(r"[0-9]{1,20}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,20})?", re.ASCII)


def read_fields(data: bytes) -> Fields:
    """The elements of a body in XML or JSON."""
    data = data.removeprefix(_MARK).lstrip()
    return _from_json(data) if is_json(data) else read(data)


def is_json(data: bytes) -> bool:
    """The account's setting decides between XML and JSON; the first byte that is no blank tells."""
    return data.removeprefix(_MARK).lstrip().startswith(b"{")


def maybe_empty(fields: Fields, name: str) -> str:
    """A text that must be there, if only as an empty one."""
    value = fields.get(name)
    if value is None:
        raise Unreadable(Cause.MISSING, name)
    if not isinstance(value, str):
        raise Unreadable(Cause.VALUE, name)
    return value


def text(fields: Fields, name: str) -> str:
    """A text that must be there and hold something."""
    value = maybe_empty(fields, name)
    if not value:
        raise Unreadable(Cause.MISSING, name)
    return value


def optional(fields: Fields, name: str) -> str | None:
    """None for an empty text too, which is how the platform says that there is none."""
    return maybe_empty(fields, name) or None if name in fields else None


def whole(fields: Fields, name: str) -> int:
    value = text(fields, name)
    if not _WHOLE.fullmatch(value):
        raise Unreadable(Cause.VALUE, name)
    return int(value)


def moment_s(fields: Fields, name: str) -> int:
    """Seconds since 1970, of which a date can be made."""
    value = whole(fields, name)
    if value > _LATEST_S:
        raise Unreadable(Cause.VALUE, name)
    return value


def decimal(fields: Fields, name: str) -> float:
    value = text(fields, name)
    if not _DECIMAL.fullmatch(value):
        raise Unreadable(Cause.VALUE, name)
    return float(value)


def degrees(fields: Fields, name: str, most: int) -> float:
    """A latitude (`most` is 90) or a longitude (180)."""
    value = decimal(fields, name)
    if abs(value) > most:
        raise Unreadable(Cause.VALUE, name)
    return value


def _from_json(data: bytes) -> Fields:
    """The object in the shape of `read`: numbers as they are written, null as absent."""
    if len(data) > READ_MAX_BYTES:
        raise Unreadable(Cause.TOO_LARGE)
    try:
        loaded = json.loads(
            data.decode(),
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError):
        raise Unreadable(Cause.SYNTAX) from None
    return _object(loaded, DEPTH_MAX)


def _no_constant(_name: str) -> NoReturn:
    raise Unreadable(Cause.SYNTAX)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > FIELDS_MAX:
        raise Unreadable(Cause.TOO_LARGE)
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(Cause.SYNTAX)
    return found


def _object(loaded: dict[str, Any], depth: int) -> Fields:
    if not depth:
        raise Unreadable(Cause.TOO_LARGE)
    return {name: _value(value, depth - 1) for name, value in loaded.items() if value is not None}


def _value(value: Any, depth: int) -> Value:
    match value:
        case str():
            return sanitised(value).strip(BLANK)
        case dict():
            return _object(value, depth)
        case list() if depth:
            return [_value(one, depth - 1) for one in value if one is not None]
        case bool():
            return str(value).lower()
        case _:
            raise Unreadable(Cause.TOO_LARGE)
