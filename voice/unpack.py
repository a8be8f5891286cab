"""Unpack: an archive from elsewhere, of which nothing lands outside the folder it is meant for."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from voice.models import ModelError

MOST_FILES = 10_000
_PIECE_BYTES = 1 << 20

Entry = tuple[str, bool, IO[bytes] | None]
"Its path in the archive, whether it is a folder, and what is in it"


def unpack(archive: Path, into: Path, *, most_bytes: int) -> None:
    """Put the archive's one folder, whatever it is called, at `into`; all of it or nothing.

    Takes .zip and .tar.bz2. Raises ModelError for paths that lead outside, for links and devices,
    for more than `most_bytes` or MOST_FILES, and for what is no archive.
    """
    coming = into.with_name(f".{into.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True)
    try:
        _write_all(archive, coming, most_bytes)
        inside = list(coming.iterdir())
        if len(inside) != 1 or not inside[0].is_dir():
            raise ModelError("the archive does not hold one folder")
        shutil.rmtree(into, ignore_errors=True)
        inside[0].rename(into)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ModelError("the archive is broken") from error
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _write_all(archive: Path, folder: Path, most_bytes: int) -> None:
    left, files = most_bytes, 0
    for path, is_folder, source in _entries(archive):
        target = folder / _inside(path)
        files += 1
        if files > MOST_FILES:
            raise ModelError("too many files in the archive")
        if is_folder or source is None:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as writing:
            while piece := source.read(_PIECE_BYTES):  # what it says of its size is not believed
                left -= len(piece)
                if left < 0:
                    raise ModelError("more in the archive than a model has")
                writing.write(piece)


def _inside(path: str) -> PurePosixPath:
    """The path of an entry. Raises ModelError when it leads out of the folder."""
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts or "\\" in path or ":" in path:
        raise ModelError("a path in the archive leads outside")
    return inside


def _entries(archive: Path) -> Iterator[Entry]:
    if archive.name.endswith(".zip"):
        yield from _zipped(archive)
    else:
        yield from _tarred(archive)


def _zipped(archive: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
                raise ModelError("a link in the archive")
            if entry.is_dir():
                yield entry.filename, True, None
            else:
                with opened.open(entry) as source:
                    yield entry.filename, False, source


def _tarred(archive: Path) -> Iterator[Entry]:
    with tarfile.open(archive, "r|bz2") as opened:
        for entry in opened:
            if not (entry.isreg() or entry.isdir()):
                raise ModelError("a link in the archive")
            yield entry.name, entry.isdir(), opened.extractfile(entry) if entry.isreg() else None
