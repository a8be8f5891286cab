"""Forms with a file, read as they come: no part of them may be larger than it says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from community.errors import BadInput, TooLarge

FIELD_MAX_BYTES = 16 * 1024
FIELDS_AT_MOST = 8
UPLOAD_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class FileForm:
    """What a form held: its fields, and its one file, empty when none was chosen."""

    fields: dict[str, str]
    file: bytes = field(repr=False)


async def read_file_form(request: web.Request, *, file: str, max_bytes: int) -> FileForm:
    """The form whose file is called `file`.

    Raises BadInput for what is no such form or comes too slowly, TooLarge for a file of more than
    `max_bytes`.
    """
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            return await _read(await request.multipart(), file, max_bytes)
    except TimeoutError as error:
        raise BadInput("the form came too slowly") from error
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise BadInput("no form with a file") from error


async def _read(parts: MultipartReader, file: str, max_bytes: int) -> FileForm:
    fields: dict[str, str] = {}
    data: bytes | None = None
    while (part := await parts.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise BadInput("a part without a name")
        if part.name == file and data is None:
            data = await _bytes(part, max_bytes)
        elif len(fields) == FIELDS_AT_MOST or part.name in {file, *fields}:
            raise BadInput("too many fields")
        else:
            fields[part.name] = (await _bytes(part, FIELD_MAX_BYTES)).decode(errors="replace")
    return FileForm(fields, data or b"")


async def _bytes(part: BodyPartReader, max_bytes: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > max_bytes:
            raise TooLarge(part.name or "")
    return bytes(data)
