"""Residents' files: readable by their owner only, and there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_private(file: Path, data: bytes) -> None:
    """Write `file`, in place of one that is there, so that no half of it is ever seen."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(data)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
