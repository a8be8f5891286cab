"""Photos: judged by their content, stripped of where and when they were taken, and kept private."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from community.errors import NotFound, TooLarge, UnsupportedMedia
from community.ids import new_id
from community.store import attachments
from community.store.attachments import File
from community.store.database import Database
from community.times import Clock
from conversation.files import write_private

CONTENT_TYPE = "image/jpeg"
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 2560
QUALITY = 85
DECODED_AT_ONCE = 2
"A decoded photo takes up to 160 MB"

_BROKEN = (OSError, SyntaxError, ValueError, struct.error)
"All that Pillow was seen to raise for bytes that are no whole picture"
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """A photo made ready to be kept."""

    jpeg: bytes
    width: int
    height: int


class Photos:
    """The photos in the folder `folder`, with a row each in the database."""

    def __init__(self, db: Database, clock: Clock, folder: Path) -> None:
        self._db = db
        self._clock = clock
        self._folder = folder
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def keep(self, conversation_id: str, data: bytes) -> str:
        """Keep a photo of a conversation; returns its id.

        Raises UnsupportedMedia when `data` is not a whole JPEG, PNG or WebP picture, TooLarge
        when it has more than MAX_PIXELS.
        """
        photo_id = new_id("pho")
        kept = await self.write(photo_id, data)
        async with self._db.write() as conn:
            await attachments.add(conn, self._clock, photo_id, conversation_id, kept)
        return photo_id

    async def write(self, photo_id: str, data: bytes) -> File:
        """Write the photo's file, which replaces the one before. Raises as `keep`."""
        async with self._decoding:
            picture = await asyncio.to_thread(prepare, data)
        await asyncio.to_thread(write_private, self._file(photo_id), picture.jpeg)
        digest = hashlib.sha256(picture.jpeg).hexdigest()
        return File(CONTENT_TYPE, len(picture.jpeg), digest, picture.width, picture.height)

    async def jpeg(self, photo_id: str, *, max_bytes: int) -> bytes:
        """A kept photo in at most `max_bytes`, smaller than it is when it has to be.

        Raises NotFound when its file is gone.
        """
        try:
            data = await asyncio.to_thread(self._file(photo_id).read_bytes)
        except FileNotFoundError as error:
            raise NotFound("the file is gone") from error
        async with self._decoding:
            return await asyncio.to_thread(within, data, max_bytes)

    async def delete(self, photo_id: str) -> None:
        await asyncio.to_thread(self._file(photo_id).unlink, missing_ok=True)

    async def file(self, conversation_id: str, photo_id: str) -> Path | None:
        """Where a photo of this very conversation lies; None for any other id."""
        async with self._db.read() as conn:
            found = await attachments.find(conn, photo_id)
        if found is None or found.conversation_id != conversation_id:
            return None
        return self._file(photo_id)

    def _file(self, photo_id: str) -> Path:
        return self._folder / f"{photo_id}.jpg"


def kind(data: bytes) -> str | None:
    """The Pillow format that the first bytes tell; None for all that is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def prepare(data: bytes) -> Picture:
    """Decode, turn upright, scale down and encode anew; nothing but the pixels is kept.

    Slow: call it in a thread.
    """
    found = kind(data)
    if found is None:
        raise UnsupportedMedia("neither JPEG, PNG nor WebP")
    try:
        with Image.open(io.BytesIO(data), formats=[found]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise TooLarge("too many pixels")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            upright = _opaque(_upright(opened))
    except _BOMB as error:
        raise TooLarge("too many pixels") from error
    except _BROKEN as error:
        raise UnsupportedMedia(type(error).__name__) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return Picture(_encoded(upright), upright.width, upright.height)


def within(jpeg: bytes, max_bytes: int) -> bytes:
    """The picture in at most `max_bytes`: half as wide and high, as often as it takes."""
    while len(jpeg) > max_bytes:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
            smaller = opened.reduce(2)
        jpeg = _encoded(smaller)
    return jpeg


def _encoded(picture: Image.Image) -> bytes:
    """Nothing but the pixels."""
    picture.info = {}
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """As the camera was held; a picture with a broken note about that stays as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _opaque(picture: Image.Image) -> Image.Image:
    """On white where one could see through it."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white
