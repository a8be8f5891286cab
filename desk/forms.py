"""Forms with a file, read as they come: no part of them may be larger than it says."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from community.errors import BadInput, TooLarge

FIELD_MAX_BYTES = 16 * 1024
FIELDS_AT_MOST = 8


@dataclass(frozen=True)
class FileForm:
    """What a form held: its fields, and its one file, empty when none was chosen."""

    fields: dict[str, str]
    file: bytes = field(repr=False)


async def read_file_form(request: web.Request, *, file: str, max_bytes: int) -> FileForm:
    """The form whose file is called `file`.

    Raises BadInput for what is no such form, TooLarge for a file of more than `max_bytes`.
    """
    try:
        reader = await request.multipart()
    except (ValueError, AssertionError) as error:
        raise BadInput("no form with a file") from error
    fields: dict[str, str] = {}
    data = b""
    try:
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise BadInput("a part without a name")
            if part.name == file:
                data = await _bytes(part, max_bytes)
            elif len(fields) == FIELDS_AT_MOST:
                raise BadInput("too many fields")
            else:
                fields[part.name] = (await _bytes(part, FIELD_MAX_BYTES)).decode(errors="replace")
    except ValueError as error:
        raise BadInput("a broken form") from error
    return FileForm(fields, data)


async def _bytes(part: BodyPartReader, max_bytes: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > max_bytes:
            raise TooLarge(part.name or "")
    return bytes(data)
