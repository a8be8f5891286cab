"""Temporary media: kept for three days, judged by size and first bytes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.sim.refusals import Refused

LIFE = timedelta(days=3)
MOST_BYTES = {
    "image": 10 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "thumb": 64 * 1024,
}
"Source: https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html"
SIGNATURES = (
    (b"\xff\xd8\xff", "image", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (b"GIF8", "image", "image/gif"),
    (b"#!AMR", "voice", "audio/amr"),
    (b"\x02#!SILK_V3", "voice", "audio/amr"),
    (b"ID3", "voice", "audio/mp3"),
    (b"\xff\xfb", "voice", "audio/mp3"),
)


@dataclass(frozen=True)
class Kept:
    """One file on WeChat's shelf."""

    media_id: str
    kind: str
    data: bytes
    at: datetime

    @property
    def content_type(self) -> str:
        """As its first bytes tell."""
        for start, _, content_type in SIGNATURES:
            if self.data.startswith(start):
                return content_type
        return "application/octet-stream"


class Shelf:
    """Files by media id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, Kept] = {}

    def keep(self, kind: str, data: bytes) -> Kept:
        """Keep a file, whatever it holds, as WeChat does with what residents send."""
        kept = Kept(secrets.token_urlsafe(48), kind, data, self._clock.now())
        self._kept[kept.media_id] = kept
        return kept

    def upload(self, kind: str, data: bytes) -> Kept:
        """Keep a file of the account's. Raises Refused 40004, 44001, 45001."""
        if kind not in MOST_BYTES:
            raise Refused(40004)
        if not data:
            raise Refused(44001)
        if len(data) > MOST_BYTES[kind]:
            raise Refused(45001)
        if not _fits(kind, data):
            raise Refused(40004)
        return self.keep(kind, data)

    def find(self, media_id: str, kind: str | None = None) -> Kept:
        """A file that is there still. Raises Refused 40007, also for one of another kind."""
        kept = self._kept.get(media_id)
        if kept is None or self._clock.now() >= kept.at + LIFE or kind not in (None, kept.kind):
            raise Refused(40007)
        return kept


def _fits(kind: str, data: bytes) -> bool:
    """Whether the first bytes are those of such a file."""
    if kind == "video":
        return data[4:8] == b"ftyp"
    if kind == "thumb":
        return data.startswith(b"\xff\xd8\xff")
    return any(data.startswith(start) for start, fits, _ in SIGNATURES if fits == kind)
