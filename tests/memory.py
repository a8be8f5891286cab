"""A data folder in memory where there is one: commits that wait for no disk, so tests are fast."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it


@pytest.fixture
def data_dir(tmp_path: Path, migrated: Path) -> Iterator[Path]:
    """Takes the place of the fixture of this name in `tests/conftest.py`."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        shutil.copy(migrated, Path(folder) / "linsheng.db")
        yield Path(folder)
