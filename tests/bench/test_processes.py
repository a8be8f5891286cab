"""CPU time and memory from /proc, seen on this very process and a child."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench import processes


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A shell with a process below it, both alive."""
    started = subprocess.Popen(
        ["bash", "-c", "sleep 60 & echo up; wait"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert started.stdout is not None
    started.stdout.readline()
    yield started
    os.killpg(started.pid, 9)
    started.wait()
    started.stdout.close()


def test_cpu_time_of_this_process_grows_with_its_work() -> None:
    before, started = processes.cpu_ms([os.getpid()]), time.process_time()
    while time.process_time() - started < 0.2:
        pass
    assert processes.cpu_ms([os.getpid()]) - before == pytest.approx(200, abs=60)


def test_resident_memory_of_this_process_grows_when_pages_are_touched() -> None:
    before = processes.rss_bytes([os.getpid()])
    held = b"x" * (64 * 1024 * 1024)
    grown = processes.rss_bytes([os.getpid()]) - before
    assert grown == pytest.approx(len(held), rel=0.1)


def test_a_tree_holds_grandchildren(child: subprocess.Popen[bytes]) -> None:
    found = processes.tree([os.getpid()])
    assert found[0] == os.getpid()
    assert child.pid in found
    assert len(processes.tree([child.pid])) == 2


def test_a_process_that_is_gone_counts_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert processes.tree([gone.pid]) == []
    assert (processes.cpu_ms([gone.pid]), processes.rss_bytes([gone.pid])) == (0, 0)
