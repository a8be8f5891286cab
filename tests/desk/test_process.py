"""`python -m desk` as a process: it comes up, says where, and ends when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(data_dir: Path, **settings: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LINSHENG_")}
    env |= {"LINSHENG_DATA_DIR": str(data_dir), "LINSHENG_DESK_PORT": "0"} | settings
    return subprocess.Popen(
        [sys.executable, "-m", "desk"], cwd=ROOT, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def desk(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(data_dir)
    yield process
    process.kill()
    process.communicate()


def test_desk_comes_up_on_a_free_port_and_ends_within_three_seconds(
    desk: subprocess.Popen[str],
) -> None:
    assert desk.stdout is not None
    line = desk.stdout.readline()
    assert line.startswith("desk: listening on http://127.0.0.1:"), desk.communicate(timeout=30)
    address = line.removeprefix("desk: listening on ").strip()
    with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
        assert answer.status == 200
    told_at = time.monotonic()
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(timeout=30) == 0
    assert time.monotonic() - told_at < 3


def test_port_in_use_is_one_clear_line(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = start(data_dir, LINSHENG_DESK_PORT=port)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert err == f"desk: port {port} on 127.0.0.1 is in use (LINSHENG_DESK_PORT)\n"


def test_bad_settings_are_one_clear_line(data_dir: Path) -> None:
    process = start(data_dir, LINSHENG_DESK_PORT="many", LINSHENG_COLOUR="red")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "LINSHENG_DESK_PORT: a whole number is expected" in err
    assert "LINSHENG_COLOUR: no such setting" in err


def test_database_that_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "linsheng.db").mkdir()
    process = start(tmp_path)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith("desk: the database cannot be opened")
    assert err.count("\n") == 1
