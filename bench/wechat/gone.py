"""G13: who leaves is erased: no openid, telephone or clip in any file, and no secret in any log."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bench.goal import Extent, Result
from bench.wechat.account import KEY, TOKEN, message
from bench.wechat.bot import Bot
from bench.wechat.clips import SAMPLES
from bench.wechat.gateway import Place, inside, rows, until
from connectors.wechat import xml

PHONE = "13812348{number:03d}"
WITHIN_S = 300.0


class Kept(logging.Handler):
    """Every line that is logged, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def g13(extent: Extent) -> Result:
    """Readers write their telephone, speak, send pictures and leave; then everything is searched."""
    log, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    try:
        return asyncio.run(_measure(extent.of(100, 3), log))
    finally:
        root.removeHandler(log)
        root.setLevel(level)


async def _measure(count: int, log: Kept) -> Result:
    readers = {f"oReader-{number:020d}": PHONE.format(number=number) for number in range(count)}
    async with inside(Bot()) as place:
        for number, (openid, phone) in enumerate(readers.items()):
            await place.say(openid, f"我电话{phone}", 10 * number)
            await _send(place, openid, "voice", 10 * number + 1)
            await _send(place, openid, "image", 10 * number + 2)
            await _leave(place, openid)
        query = "SELECT count(*) FROM timer WHERE kind = 'forget' AND state = 'fired'"
        await until(lambda: rows(place.settings, query)[0][0] == count, WITHIN_S)
        marks = [*readers, *readers.values()]
        in_files, left = await asyncio.to_thread(_search, Path(place.settings.data_dir), marks)
        secrets = [*place.sim.tokens.issued, place.sim.secret, TOKEN, KEY]
    in_log = _found([line.encode() for line in log.lines], [*marks, *secrets])
    measured: dict[str, float | int | str | None] = {
        "readers": count, "log_lines": len(log.lines), "traces_in_files": in_files,
        "files_left": left, "traces_in_logs": in_log,
    }  # fmt: skip
    return Result("G13", "no trace in files or logs", measured, not (in_files or left or in_log))


def _search(folder: Path, marks: list[str]) -> tuple[int, int]:
    """How many of the marks are in some file, and how many pictures and clips are left."""
    texts = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    left = [file for name in ("voices", "photos") for file in (folder / name).glob("*")]
    return _found(texts, marks), len(left)


def _found(texts: list[bytes], marks: list[str]) -> int:
    whole = b"\n".join(texts)
    return sum(mark.encode() in whole for mark in marks)


async def _send(place: Place, openid: str, kind: str, number: int) -> None:
    """A clip, or a picture that is none."""
    data = (SAMPLES / "wide.amr").read_bytes() if kind == "voice" else b"no picture"
    media_id = place.sim.user_sent_media(kind, data)
    name = ("MediaId16K", media_id) if kind == "voice" else ("PicUrl", "http://mmbiz.qpic.cn/x")
    place.sim.user_said(openid)
    await place.push(
        _inside(place, openid, [
            ("MsgType", kind), ("MediaId", media_id), name, ("MsgId", number + 1),
        ])
    )  # fmt: skip


async def _leave(place: Place, openid: str) -> None:
    place.sim.user_left(openid)
    event: list[tuple[str, xml.Written]] = [
        ("MsgType", "event"),
        ("Event", "unsubscribe"),
        ("EventKey", ""),
    ]
    await place.push(_inside(place, openid, event))


def _inside(place: Place, openid: str, fields: list[tuple[str, xml.Written]]) -> bytes:
    return message(openid, fields, int(place.clock.now().timestamp()))
