"""Download: a large file, taken up where it broke off, and looked at before it counts."""

from __future__ import annotations

import errno
import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from voice.models import Known, ModelError
from voice.unpack import unpack

ATTEMPTS = 5
"In a row that bring nothing"
TIMEOUT_S = 30.0
"Seconds in which something must come"
_PIECE_BYTES = 1 << 18
_RANGE_NOT_SATISFIABLE = 416
_MB = 1_000_000

Progress = Callable[[int, int | None], None]
"Bytes so far, and all of them when they are known"


def download(model: Known, models: Path, progress: Progress) -> None:
    """Have a model in the folder `models`, in a folder of its name.

    What came before is gone on with. Raises ModelError when it cannot be had, did not come as it
    should, or has no room.
    """
    archive = models / f".{model.url.rsplit('/', 1)[-1]}"
    try:
        models.mkdir(parents=True, exist_ok=True)
        _check_room(model, models, archive)
        fetch(model.url, archive, size=model.bytes, progress=progress)
        _check_sum(archive, model.sha256)
        unpack(archive, models / model.name, most_bytes=model.unpacked_mb * _MB)
        archive.unlink()
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise ModelError("no room on the disk" if full else f"{error.strerror or error}") from error


def fetch(url: str, file: Path, *, size: int | None, progress: Progress) -> None:
    """Write the file at `url` into `file`, behind what is in it already. Raises ModelError."""
    _check_address(url)
    failed = 0
    while failed < ATTEMPTS:
        before = _size(file)
        if size is not None and before == size:
            return
        try:
            total = _go_on(url, file, size, progress)
            if _size(file) == total:
                return
        except urllib.error.HTTPError as error:
            if error.code != _RANGE_NOT_SATISFIABLE:
                raise ModelError(f"{urlsplit(url).hostname} answers {error.code}") from error
            file.unlink()
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError):
            pass  # it broke off: what came is kept
        failed = 0 if _size(file) > before else failed + 1
    raise ModelError(f"{urlsplit(url).hostname} gives nothing more after {_size(file)} bytes")


def _go_on(url: str, file: Path, size: int | None, progress: Progress) -> int:
    """Ask for what is missing and write it; returns how long the whole is."""
    have = _size(file)
    asked = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - checked
    with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked
        _check_address(answer.url)
        goes_on = answer.status == http.client.PARTIAL_CONTENT
        have = have if goes_on else 0
        length = answer.headers.get("Content-Length")
        total = size or (have + int(length) if length else None)
        with file.open("ab" if goes_on else "wb") as writing:
            while piece := answer.read(_PIECE_BYTES):
                have += len(piece)
                if total is not None and have > total:
                    raise ModelError("more comes than the file has")
                writing.write(piece)
                progress(have, total)
    return total if total is not None else have


def _check_address(url: str) -> None:
    """Only HTTPS, wherever it leads on to; without it only on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise ModelError("not a safe address to download from")


def _check_room(model: Known, models: Path, archive: Path) -> None:
    missing = (model.bytes or 0) - _size(archive) + model.unpacked_mb * _MB // 2
    free = shutil.disk_usage(models).free
    if free < missing:
        raise ModelError(
            f"no room on the disk: {missing // _MB} MB are needed, {free // _MB} MB free"
        )


def _check_sum(archive: Path, sha256: str | None) -> None:
    if sha256 is None:
        return
    with archive.open("rb") as reading:
        found = hashlib.file_digest(reading, "sha256").hexdigest()
    if found != sha256:
        archive.unlink()
        raise ModelError("the file is not the one that is known; it was deleted")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
